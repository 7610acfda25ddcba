#include "store/run_conditions.h"

#include <catch2/catch.hpp>
#include <functional>

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;

namespace {

profile::Plan some_plan() {
  profile::Plan plan;
  plan.profile = "light";
  plan.users = 10;
  plan.spawn_rate = 1;
  plan.stages = {{0s, 10}, {300s, 10}};
  plan.run_time = 300s;
  plan.seed = 7;
  plan.workers = 2;
  plan.catalogue = {{.name = "health",
                     .file = "scripts/health_checks.lua",
                     .weight = 2,
                     .tags = {},
                     .host = "http://127.0.0.1:8007",
                     .sequential = false,
                     .tasks = {{"core", 10, {}, "health_checks.lua:12"}, {"rest", 1, {}, "health_checks.lua:20"}}},
                    {.name = "chat",
                     .file = "scripts/health_checks.lua",
                     .weight = 1,
                     .tags = {},
                     .host = "http://127.0.0.1:8001",
                     .sequential = true,
                     .tasks = {{"say", 1, {}, "health_checks.lua:40"}}}};
  plan.scenarios = {{0, {0, 1}}, {1, {0}}};
  return plan;
}

std::string changed(const std::function<void(profile::Plan&)>& change) {
  profile::Plan plan = some_plan();
  change(plan);
  return conditions_of(plan, "");
}

}  // namespace

TEST_CASE("what changes the measurement changes the conditions", "[unit][store]") {
  const std::string same = conditions_of(some_plan(), "");
  using Plan = profile::Plan;
  CHECK(changed([](Plan& plan) { plan.users = 11; }) != same);
  CHECK(changed([](Plan& plan) { plan.profile = "heavy"; }) != same);
  CHECK(changed([](Plan& plan) { plan.executor = profile::ExecutorKind::per_vu_iterations; }) != same);
  CHECK(changed([](Plan& plan) { plan.stages[1].duration = 301s; }) != same);
  CHECK(changed([](Plan& plan) { plan.scenarios.pop_back(); }) != same);
  CHECK(changed([](Plan& plan) { plan.scenarios[0].tasks = {0}; }) != same);
  CHECK(changed([](Plan& plan) { plan.catalogue[0].tasks[0].weight = 9; }) != same);
  CHECK(conditions_of(some_plan(), "http://staging.example") != same);
}

TEST_CASE("seed, workers, thresholds and the place of files do not", "[unit][store]") {
  const std::string same = conditions_of(some_plan(), "");
  CHECK(changed([](profile::Plan& plan) {
          plan.seed = 8;
          plan.workers = 16;
          plan.thresholds.emplace_back();
          plan.catalogue[0].file = "./scripts/health_checks.lua";
          plan.notes = {"a note"};
        }) == same);
}

TEST_CASE("a run is named after its scenarios and aimed at their hosts", "[unit][store]") {
  const RunStart start = start_of(some_plan(), "");
  CHECK(start.name == "health, chat");
  CHECK(start.files == std::vector<std::string>{"scripts/health_checks.lua"});
  CHECK(start.host == "http://127.0.0.1:8001, http://127.0.0.1:8007");
  CHECK(start.seed == 7);
  CHECK(start.profile == "light");
  CHECK(start_of(some_plan(), "http://staging.example").host == "http://staging.example");
}
