#include "profile/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"

namespace thresher::profile {
namespace {

using Names = std::vector<std::string>;

/// One of a selection's lists, with what its names may be.
struct Asked {
  std::string_view kind;  ///< "tag"
  const std::optional<Names>& names;
  const std::string& where;
  const Names& known;
  bool (*matches)(const std::string& asked, const std::string& known);
  bool may_match_nothing;  ///< an exclusion that excludes nothing is harmless when a profile brought it
};

std::string unknown(const Asked& asked, const std::string& name) {
  std::string message = fmt::format("unknown {} '{}'", asked.kind, name);
  if (const auto meant = closest(name, asked.known); !meant.empty())
    message += fmt::format("; did you mean '{}'?", meant);
  if (asked.known.empty()) return message + fmt::format("; the scenarios have no {}s", asked.kind);
  return message + fmt::format("; known {}s: {}", asked.kind, fmt::join(asked.known, ", "));
}

/// Holds each name against the known ones.
Result<void> check(const Asked& asked, Names& notes) {
  if (!asked.names) return {};
  Names missing;
  for (auto name = asked.names->begin(); name != asked.names->end(); ++name) {
    if (std::find(asked.names->begin(), name, *name) != name) {
      return fail(ErrorCode::invalid_argument, fmt::format("{} '{}' is listed twice", asked.kind, *name), asked.where);
    }
    const bool found = std::any_of(asked.known.begin(), asked.known.end(),
                                   [&](const auto& each) { return asked.matches(*name, each); });
    if (!found) missing.push_back(*name);
  }
  if (missing.empty()) return {};
  const bool some_match = missing.size() < asked.names->size();
  if (asked.where.empty() || !(some_match || asked.may_match_nothing)) {
    return fail(ErrorCode::invalid_argument, unknown(asked, missing.front()), asked.where);
  }
  for (const auto& name : missing) {
    notes.push_back(fmt::format("{}: no scenario here has the {} '{}'", asked.where, asked.kind, name));
  }
  return {};
}

bool same(const std::string& asked, const std::string& known) { return asked == known; }
bool globs(const std::string& asked, const std::string& known) { return glob_match(asked, known); }

bool share_a_name(const Names& some, const Names& others) {
  return std::any_of(some.begin(), some.end(),
                     [&](const auto& name) { return std::find(others.begin(), others.end(), name) != others.end(); });
}

/// By one of these globs, or because there is none.
bool is_named(const std::string& name, const Names& wanted) {
  return wanted.empty() ||
         std::any_of(wanted.begin(), wanted.end(), [&](const auto& glob) { return glob_match(glob, name); });
}

Result<void> check_catalogue(const std::vector<ScenarioInfo>& catalogue) {
  if (catalogue.empty()) return fail(ErrorCode::invalid_argument, "there is no scenario to run");
  for (auto one = catalogue.begin(); one != catalogue.end(); ++one) {
    const auto twin = std::find_if(catalogue.begin(), one, [&](const auto& each) { return each.name == one->name; });
    if (twin != one) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("two scenarios are called '{}' ({} and {}); give one another name", one->name, twin->file,
                              one->file));
    }
    if (!std::isfinite(one->weight) || one->weight < 0) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("scenario '{}' has weight {}; a weight is 0 or more", one->name, one->weight), one->file);
    }
    for (const auto& task : one->tasks) {
      if (std::isfinite(task.weight) && task.weight >= 0) continue;
      return fail(ErrorCode::invalid_argument,
                  fmt::format("task '{}' has weight {}; a weight is 0 or more", task.name, task.weight), task.where);
    }
  }
  return {};
}

}  // namespace

Result<Selected> select(const Profile& profile, const std::vector<ScenarioInfo>& catalogue) {
  if (auto sound = check_catalogue(catalogue); !sound) return fail(std::move(sound.error()));

  std::set<std::string> tags;
  Names scenarios, tasks;
  for (const auto& scenario : catalogue) {
    scenarios.push_back(scenario.name);
    for (const auto& task : scenario.tasks) tasks.push_back(task.name);
    tags.insert(scenario.tags.begin(), scenario.tags.end());
    for (const auto& task : scenario.tasks) tags.insert(task.tags.begin(), task.tags.end());
  }
  const Names known_tags{tags.begin(), tags.end()};

  Selected selected;
  for (const Asked& asked : {Asked{"tag", profile.tags, profile.tags_where, known_tags, same, false},
                             Asked{"tag", profile.exclude_tags, profile.exclude_tags_where, known_tags, same, true},
                             Asked{"scenario", profile.scenarios, profile.scenarios_where, scenarios, globs, false},
                             Asked{"task", profile.tasks, profile.tasks_where, tasks, globs, false}}) {
    if (auto sound = check(asked, selected.notes); !sound) return fail(std::move(sound.error()));
  }

  const Names include = profile.tags.value_or(Names{});
  const Names exclude = profile.exclude_tags.value_or(Names{});
  const Names wanted = profile.scenarios.value_or(Names{});
  const Names wanted_tasks = profile.tasks.value_or(Names{});
  for (std::size_t i = 0; i < catalogue.size(); ++i) {
    const auto& scenario = catalogue[i];
    if (!is_named(scenario.name, wanted)) continue;
    if (scenario.weight == 0) {
      selected.notes.push_back(fmt::format("scenario '{}' has weight 0 and gets no users", scenario.name));
      continue;
    }
    PlannedScenario planned{.scenario = i, .tasks = {}};
    for (std::size_t task = 0; task < scenario.tasks.size(); ++task) {
      const auto& info = scenario.tasks[task];
      const bool asked_for = include.empty() || share_a_name(info.tags, include);
      // In a sequence every task has its place, whatever its weight.
      const bool has_turns = scenario.sequential || info.weight > 0;
      if (asked_for && is_named(info.name, wanted_tasks) && has_turns && !share_a_name(info.tags, exclude))
        planned.tasks.push_back(task);
    }
    if (!planned.tasks.empty()) {
      selected.scenarios.push_back(std::move(planned));
    } else if (scenario.tasks.empty()) {
      selected.notes.push_back(fmt::format("scenario '{}' has no tasks; its users go to the rest", scenario.name));
    } else {
      selected.notes.push_back(
          fmt::format("scenario '{}' has no task left by the selection; its users go to the rest", scenario.name));
    }
  }

  if (selected.scenarios.empty()) {
    const auto listed = [](std::string_view what, const Names& names) {
      return names.empty() ? std::string{} : fmt::format("; {} {}", what, fmt::join(names, ", "));
    };
    return fail(ErrorCode::invalid_argument,
                fmt::format("the selection leaves no task to run{}{}{}{}; known tags: {}", listed("tags", include),
                            listed("excluded", exclude), listed("scenarios", wanted), listed("tasks", wanted_tasks),
                            fmt::join(known_tags, ", ")));
  }
  return selected;
}

}  // namespace thresher::profile
