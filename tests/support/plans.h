#pragma once

#include <utility>

#include "profile/plan.h"

namespace thresher::test {

using namespace std::chrono_literals;

/// A plan of one scenario per weight, named "s0", "s1" ..., with one task each; the shape is the caller's to fill in.
inline profile::Plan plan_of(profile::ExecutorKind executor, std::vector<double> weights = {1}) {
  profile::Plan plan;
  plan.executor = executor;
  plan.stop_timeout = 3s;
  plan.setup_timeout = plan.teardown_timeout = 10s;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    profile::ScenarioInfo scenario;
    scenario.name = "s" + std::to_string(i);
    scenario.weight = weights[i];
    scenario.tasks.push_back({.name = "task", .weight = 1, .tags = {}, .where = {}});
    plan.catalogue.push_back(std::move(scenario));
    plan.scenarios.push_back({.scenario = i, .tasks = {0}});
  }
  return plan;
}

inline profile::Plan constant_users(std::uint64_t users, Nanoseconds run_time) {
  profile::Plan plan = plan_of(profile::ExecutorKind::constant_vus);
  plan.users = users;
  plan.run_time = run_time;
  return plan;
}

inline profile::Plan ramping_users(std::vector<profile::Stage> stages) {
  profile::Plan plan = plan_of(profile::ExecutorKind::ramping_vus);
  for (const profile::Stage& stage : stages) {
    plan.run_time += stage.duration;
    plan.users = std::max(plan.users, static_cast<std::uint64_t>(stage.target));
  }
  plan.stages = std::move(stages);
  return plan;
}

inline profile::Plan iterations_each(std::uint64_t users, std::uint64_t iterations) {
  profile::Plan plan = plan_of(profile::ExecutorKind::per_vu_iterations);
  plan.users = users;
  plan.iterations = iterations;
  return plan;
}

inline profile::Plan iterations_shared(std::uint64_t users, std::uint64_t iterations) {
  profile::Plan plan = plan_of(profile::ExecutorKind::shared_iterations);
  plan.users = users;
  plan.iterations = iterations;
  return plan;
}

inline profile::Plan arrival_rate(double per_s, Nanoseconds run_time) {
  profile::Plan plan = plan_of(profile::ExecutorKind::constant_arrival_rate);
  plan.users = 0;
  plan.stages = {{0s, per_s}, {run_time, per_s}};
  plan.run_time = run_time;
  return plan;
}

inline profile::Plan ramping_rate(std::vector<profile::Stage> stages) {
  profile::Plan plan = plan_of(profile::ExecutorKind::ramping_arrival_rate);
  plan.users = 0;
  for (const profile::Stage& stage : stages) plan.run_time += stage.duration;
  plan.stages = std::move(stages);
  return plan;
}

inline profile::Plan controlled_users(std::uint64_t users) {
  profile::Plan plan = plan_of(profile::ExecutorKind::externally_controlled);
  plan.users = users;
  return plan;
}

}  // namespace thresher::test
