#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace thresher::profile {

enum class ExecutorKind {
  constant_vus,
  ramping_vus,
  per_vu_iterations,
  shared_iterations,
  constant_arrival_rate,
  ramping_arrival_rate,
  externally_controlled
};
std::string_view name_of(ExecutorKind kind);  ///< "constant-vus" ...
std::optional<ExecutorKind> executor_named(std::string_view name);
inline bool is_open_model(ExecutorKind kind) {
  return kind == ExecutorKind::constant_arrival_rate || kind == ExecutorKind::ramping_arrival_rate;
}

enum class Arrivals { even, poisson };

/// A stretch of a ramp: towards `target` users (or arrivals per second) over `duration`; zero duration jumps.
struct Stage {
  Nanoseconds duration{};
  double target = 0;

  friend bool operator==(const Stage&, const Stage&) = default;
};

/// A threshold as written; metrics/threshold.h parses the texts.
struct ThresholdText {
  std::string selector, expression;
  bool abort_on_fail = false;
  Nanoseconds delay{};
  std::optional<Nanoseconds> window;
  std::uint64_t min_samples = 0;
  std::vector<std::string> when_tags;  ///< judged only when a task with one of these tags runs; empty: always
  std::string where;                   ///< "light.toml:9"
};

/// What somebody wrote, each part still optional: a profile file, a script's options, the environment and the flags are
/// each one of these, and a later one overrides an earlier one (overlay).
struct Profile {
  std::string name;  ///< "light"
  std::string description;
  std::optional<ExecutorKind> executor;
  std::optional<std::uint64_t> users;
  std::optional<double> spawn_rate;  ///< users per second
  std::optional<Nanoseconds> run_time, stop_timeout, setup_timeout, teardown_timeout;
  std::optional<double> rate;  ///< arrivals per second
  std::optional<Arrivals> arrivals;
  std::optional<std::uint64_t> max_in_flight, iterations;
  std::optional<std::vector<Stage>> stages;
  std::optional<std::vector<std::string>> tags, exclude_tags, scenarios, tasks;
  /// "stress.toml:8" for each list above that a profile file wrote; empty when a person asked for this very run. A
  /// profile serves many scenario files, so what it names and these do not have is a note there, and an error here.
  std::string tags_where, exclude_tags_where, scenarios_where, tasks_where;
  std::vector<ThresholdText> thresholds;  ///< overlaying adds; the same selector and expression replaces
};

/// Reads a profile's TOML. Errors carry file:line, quote the value, and name the nearest known key for an unknown one.
/// The profile is named after a file "NAME.toml"; any other `file_name` only says where the text is from.
Result<Profile> parse_profile(std::string_view toml, const std::string& file_name);
/// `later` wins wherever it says something. A later layer that asks for another shape (a rate, stages, iterations,
/// users) takes what contradicts it out of the earlier one: `--rate 100` over a profile of users makes an open-model
/// run.
Profile overlay(Profile earlier, const Profile& later);
/// "NAME" looked up as DIR/NAME.toml in `folders`, or a path to a file. The error lists the profiles there are.
Result<Profile> load_profile(const std::string& name_or_path, const std::vector<std::filesystem::path>& folders);
/// "100/s", "6000/m", "3600/h", "10" (per second) into arrivals per second. Finite and not negative.
Result<double> parse_rate(std::string_view text);
/// "30s:100": towards 100 over 30 s; "0s:100" jumps. The target of a rate may carry its unit: "30s:6000/m".
Result<Stage> parse_stage(std::string_view text);

}  // namespace thresher::profile
