#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "profile/profile.h"

namespace thresher::profile {

/// A task as the scenario file declares it.
struct TaskInfo {
  std::string name;
  double weight = 1;
  std::vector<std::string> tags;  ///< the scenario's included, sorted, each once
  std::string where;              ///< "health_checks.lua:12"
};

struct ScenarioInfo {
  std::string name;
  std::string file;  ///< path of the script as given
  double weight = 1;
  std::vector<std::string> tags;
  std::string host;         ///< default; empty when it has none
  bool sequential = false;  ///< tasks run in the order written, one iteration is all of them
  bool preflight = true;    ///< its tasks may be walked once before the load
  std::vector<TaskInfo> tasks;
};

struct Selection {
  std::vector<std::string> tags, exclude_tags, scenarios, tasks;  ///< scenarios and tasks: globs
};

/// A scenario with what the selection left of it.
struct PlannedScenario {
  std::size_t scenario = 0;        ///< index into the catalogue
  std::vector<std::size_t> tasks;  ///< indexes of the tasks that run
};

/// Everything a run will do, settled and printable; the engine asks for nothing else.
struct Plan {
  std::string profile;  ///< its name, may be empty
  ExecutorKind executor = ExecutorKind::constant_vus;
  std::uint64_t users = 1;  ///< most users at once (closed model); 0 in the open model
  double spawn_rate = 0;    ///< users per second; 0: all at once
  std::vector<Stage>
      stages;  ///< of users or of arrivals per second, by executor; a constant rate is one jump and one hold
  Nanoseconds run_time{};  ///< total of the shape; zero: until the iterations are done or somebody stops it
  Nanoseconds stop_timeout = std::chrono::seconds(30);
  Nanoseconds setup_timeout = std::chrono::seconds(60), teardown_timeout = std::chrono::seconds(60);
  std::uint64_t iterations = 0;  ///< per-vu: each; shared: all
  Arrivals arrivals = Arrivals::even;
  std::uint64_t max_in_flight = 0;  ///< open model: most iterations at once; 0 is replaced by kDefaultMaxInFlight
  std::uint64_t seed = 0;
  unsigned workers = 1;  ///< never more than there can be users
  Selection selection;   ///< what was asked for
  std::vector<ScenarioInfo> catalogue;
  std::vector<PlannedScenario> scenarios;  ///< at least one
  std::vector<std::string> notes;  ///< "scenario 'x' has no task left by the selection; its users go to the rest"
  std::vector<ThresholdText> thresholds;

  static constexpr std::uint64_t kDefaultMaxInFlight = 50'000;

  /// Which scenario (index into `scenarios`) user or arrival number n (from 0) belongs to: smooth weighted round robin,
  /// so that any prefix has the weights' proportions, whatever the workers. No state, no allocation; plan_turns.cpp
  /// says how.
  std::size_t scenario_of(std::uint64_t n) const;
  double weight_total() const;
  std::string text() const;  ///< for a person: shape, selection, scenarios with shares, thresholds
};

/// Settles a profile over a catalogue. Errors: an unknown tag or scenario (with the known ones), a selection that
/// leaves nothing, a shape that contradicts itself ("constant-arrival-rate needs a rate").
Result<Plan> make_plan(const Profile& profile, std::vector<ScenarioInfo> catalogue, std::uint64_t seed,
                       unsigned workers);

}  // namespace thresher::profile
