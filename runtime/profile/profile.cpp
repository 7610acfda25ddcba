#include "profile/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace thresher::profile {
namespace {

constexpr std::array<std::pair<ExecutorKind, std::string_view>, 7> kExecutors{{
    {ExecutorKind::constant_vus, "constant-vus"},
    {ExecutorKind::ramping_vus, "ramping-vus"},
    {ExecutorKind::per_vu_iterations, "per-vu-iterations"},
    {ExecutorKind::shared_iterations, "shared-iterations"},
    {ExecutorKind::constant_arrival_rate, "constant-arrival-rate"},
    {ExecutorKind::ramping_arrival_rate, "ramping-arrival-rate"},
    {ExecutorKind::externally_controlled, "externally-controlled"},
}};

template <class T>
void replace(std::optional<T>& earlier, const std::optional<T>& later) {
  if (later) earlier = later;
}

void replace_list(std::optional<std::vector<std::string>>& earlier, std::string& earlier_where,
                  const std::optional<std::vector<std::string>>& later, const std::string& later_where) {
  if (!later) return;
  earlier = later;
  earlier_where = later_where;
}

/// Forgets the executor unless it is one of `fitting`.
void keep_executor(Profile& profile, std::initializer_list<ExecutorKind> fitting) {
  if (profile.executor && std::find(fitting.begin(), fitting.end(), *profile.executor) == fitting.end()) {
    profile.executor.reset();
  }
}

void forget_open_model(Profile& profile) {
  profile.rate.reset();
  profile.arrivals.reset();
  profile.max_in_flight.reset();
}

/// Takes out of `earlier` what the shape asked for by `later` contradicts.
void make_room(Profile& earlier, const Profile& later) {
  using enum ExecutorKind;
  if (later.stages) {
    keep_executor(earlier, {ramping_vus, ramping_arrival_rate});  // a constant rate stays as the ramp's start
    earlier.users.reset();
    earlier.spawn_rate.reset();
    earlier.iterations.reset();
    earlier.run_time.reset();
  } else if (later.rate) {
    keep_executor(earlier, {constant_arrival_rate});
    earlier.users.reset();
    earlier.spawn_rate.reset();
    earlier.iterations.reset();
    earlier.stages.reset();
  } else if (later.iterations) {
    keep_executor(earlier, {per_vu_iterations, shared_iterations});
    forget_open_model(earlier);
    earlier.spawn_rate.reset();
    earlier.stages.reset();
  } else if (later.users) {
    keep_executor(earlier, {constant_vus, per_vu_iterations, shared_iterations, externally_controlled});
    forget_open_model(earlier);
    earlier.stages.reset();
  }
}

std::optional<double> number_in(std::string_view text) {
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

bool is_path(const std::string& name) {
  return name.find('/') != std::string::npos || std::filesystem::path{name}.extension() == ".toml";
}

std::vector<std::string> profiles_in(const std::vector<std::filesystem::path>& folders) {
  std::vector<std::string> names;
  for (const auto& folder : folders) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{folder, ignored}) {
      if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::string_view name_of(ExecutorKind kind) {
  const auto row =
      std::find_if(kExecutors.begin(), kExecutors.end(), [&](const auto& each) { return each.first == kind; });
  return row->second;
}

std::optional<ExecutorKind> executor_named(std::string_view name) {
  for (const auto& [kind, known] : kExecutors) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

Profile overlay(Profile earlier, const Profile& later) {
  make_room(earlier, later);
  if (!later.name.empty()) earlier.name = later.name;
  if (!later.description.empty()) earlier.description = later.description;
  replace(earlier.executor, later.executor);
  replace(earlier.users, later.users);
  replace(earlier.spawn_rate, later.spawn_rate);
  replace(earlier.run_time, later.run_time);
  replace(earlier.stop_timeout, later.stop_timeout);
  replace(earlier.setup_timeout, later.setup_timeout);
  replace(earlier.teardown_timeout, later.teardown_timeout);
  replace(earlier.rate, later.rate);
  replace(earlier.arrivals, later.arrivals);
  replace(earlier.max_in_flight, later.max_in_flight);
  replace(earlier.iterations, later.iterations);
  replace(earlier.stages, later.stages);
  replace_list(earlier.tags, earlier.tags_where, later.tags, later.tags_where);
  replace_list(earlier.exclude_tags, earlier.exclude_tags_where, later.exclude_tags, later.exclude_tags_where);
  replace_list(earlier.scenarios, earlier.scenarios_where, later.scenarios, later.scenarios_where);
  replace_list(earlier.tasks, earlier.tasks_where, later.tasks, later.tasks_where);
  for (const auto& threshold : later.thresholds) {
    const auto same =
        std::find_if(earlier.thresholds.begin(), earlier.thresholds.end(), [&](const ThresholdText& each) {
          return each.selector == threshold.selector && each.expression == threshold.expression;
        });
    if (same != earlier.thresholds.end()) {
      *same = threshold;
    } else {
      earlier.thresholds.push_back(threshold);
    }
  }
  return earlier;
}

Result<Profile> load_profile(const std::string& name_or_path, const std::vector<std::filesystem::path>& folders) {
  std::filesystem::path file = name_or_path;
  if (!is_path(name_or_path)) {
    const auto holder = std::find_if(folders.begin(), folders.end(), [&](const auto& folder) {
      std::error_code ignored;
      return std::filesystem::is_regular_file(folder / (name_or_path + ".toml"), ignored);
    });
    if (holder == folders.end()) {
      const auto known = profiles_in(folders);
      const auto meant = closest(name_or_path, known);
      std::string message = fmt::format("unknown profile '{}'", name_or_path);
      if (!meant.empty()) message += fmt::format("; did you mean '{}'?", meant);
      message += known.empty() ? std::string{"; there are no profiles here: give the path of a .toml file"}
                               : fmt::format("; there are: {}", fmt::join(known, ", "));
      return fail(ErrorCode::not_found, std::move(message));
    }
    file = *holder / (name_or_path + ".toml");
  }
  auto text = read_file(file);
  if (!text) return fail(std::move(text.error()));
  return parse_profile(*text, file.filename().string());
}

Result<double> parse_rate(std::string_view text) {
  const auto trimmed = trim(text);
  const auto slash = trimmed.find('/');
  const auto unit = slash == std::string_view::npos ? std::string_view{"s"} : trim(trimmed.substr(slash + 1));
  const double seconds = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  const auto number = number_in(trim(trimmed.substr(0, slash)));
  if (!number || *number < 0 || seconds == 0) {
    return fail(ErrorCode::parse, fmt::format("bad rate '{}': write it like 100/s, 6000/m or 10 (per second)", text));
  }
  return *number / seconds;
}

Result<Stage> parse_stage(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    return fail(ErrorCode::parse,
                fmt::format("bad stage '{}': write it like 30s:100, how long and towards how many", text));
  }
  auto duration = parse_duration(text.substr(0, colon));
  if (!duration) return fail(ErrorCode::parse, fmt::format("bad stage '{}': {}", text, duration.error().message));
  auto target = parse_rate(text.substr(colon + 1));
  if (!target) {
    return fail(ErrorCode::parse, fmt::format("bad stage '{}': '{}' is not a number of users or arrivals per second",
                                              text, text.substr(colon + 1)));
  }
  return Stage{*duration, *target};
}

}  // namespace thresher::profile
