#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "profile/plan.h"

namespace thresher::profile::test {

/// A task with its tags (and those of its scenario, as the bindings add them).
inline TaskInfo task(std::string name, std::vector<std::string> tags, double weight = 1) {
  std::sort(tags.begin(), tags.end());
  return {.name = std::move(name), .weight = weight, .tags = std::move(tags), .where = "x.lua:1"};
}

inline ScenarioInfo scenario(std::string name, std::vector<TaskInfo> tasks, double weight = 1) {
  ScenarioInfo info;
  info.name = name;
  info.file = name + ".lua";
  info.weight = weight;
  info.tasks = std::move(tasks);
  return info;
}

/// Health checks (core, batch), chat, and an event bus with a throughput task.
inline std::vector<ScenarioInfo> fleet() {
  return {
      scenario("health_checks", {task("core", {"health", "core"}, 10), task("all", {"health", "batch"})}, 3),
      scenario("aria_chat", {task("new", {"chat"}), task("burst", {"chat", "burst"})}, 2),
      scenario("event_bus", {task("publish", {"event-bus", "publish"}), task("flood", {"event-bus", "throughput"})})};
}

inline Profile parsed(std::string_view toml) {
  auto profile = parse_profile(toml, "test.toml");
  if (!profile) throw std::runtime_error(to_text(profile.error()));
  return *profile;
}

}  // namespace thresher::profile::test
