#include "store/run_conditions.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace thresher::store {
namespace {

using Json = nlohmann::json;  // its objects keep their keys sorted

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json scenarios_of(const profile::Plan& plan) {
  Json scenarios = Json::array();
  for (const profile::PlannedScenario& planned : plan.scenarios) {
    const profile::ScenarioInfo& scenario = plan.catalogue[planned.scenario];
    Json tasks = Json::array();
    for (const std::size_t task : planned.tasks)
      tasks.push_back({{"name", scenario.tasks[task].name}, {"weight", scenario.tasks[task].weight}});
    scenarios.push_back({{"name", scenario.name},
                         {"weight", scenario.weight},
                         {"sequential", scenario.sequential},
                         {"tasks", std::move(tasks)}});
  }
  return scenarios;
}

}  // namespace

std::string hosts_of(const profile::Plan& plan, std::string_view host) {
  if (!host.empty()) return std::string(host);
  std::set<std::string> hosts;
  for (const profile::PlannedScenario& planned : plan.scenarios) hosts.insert(plan.catalogue[planned.scenario].host);
  std::string all;
  for (const std::string& each : hosts) {
    if (!each.empty()) all += (all.empty() ? "" : ", ") + each;
  }
  return all;
}

std::string conditions_of(const profile::Plan& plan, std::string_view host) {
  Json stages = Json::array();
  for (const profile::Stage& stage : plan.stages)
    stages.push_back({{"duration_s", to_seconds(stage.duration)}, {"target", stage.target}});
  Json conditions = {{"scenarios", scenarios_of(plan)},
                     {"profile", plan.profile},
                     {"executor", profile::name_of(plan.executor)},
                     {"users", plan.users},
                     {"spawn_rate_per_s", plan.spawn_rate},
                     {"stages", std::move(stages)},
                     {"run_time_s", to_seconds(plan.run_time)},
                     {"iterations", plan.iterations},
                     {"host", hosts_of(plan, host)}};
  if (profile::is_open_model(plan.executor)) {
    conditions["arrivals"] = plan.arrivals == profile::Arrivals::poisson ? "poisson" : "even";
    conditions["max_in_flight"] = plan.max_in_flight;
  }
  return text_of(conditions);
}

RunStart start_of(const profile::Plan& plan, std::string_view host) {
  RunStart start;
  for (const profile::PlannedScenario& planned : plan.scenarios) {
    const profile::ScenarioInfo& scenario = plan.catalogue[planned.scenario];
    start.name += (start.name.empty() ? "" : ", ") + scenario.name;
    if (std::find(start.files.begin(), start.files.end(), scenario.file) == start.files.end())
      start.files.push_back(scenario.file);
  }
  start.profile = plan.profile;
  start.host = hosts_of(plan, host);
  start.seed = plan.seed;
  start.conditions = conditions_of(plan, host);
  return start;
}

}  // namespace thresher::store
