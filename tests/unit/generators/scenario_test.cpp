#include <catch2/catch.hpp>

#include "workflows.h"

using nlohmann::json;

namespace {

std::string scenario_query(int seed, const std::string& more = "") {
  return "workflow_count=8&chaos_rate=0.4&seed=" + std::to_string(seed) + more;
}

}  // namespace

TEST_CASE("every task of a scenario is assigned to an agent of its type that has the tools", "[generators]") {
  FarmPlugin farm;
  for (int seed = 0; seed < 30; ++seed) {
    const json scenario = farm.json("scenario", scenario_query(seed));
    std::map<std::string, json> agents;
    for (const json& agent : scenario["agents"]["agents"]) agents[agent["agent_id"]] = agent;
    std::size_t assigned = 0;
    for (const json& workflow : scenario["workflows"]["workflows"]) {
      std::set<std::string> used;
      for (const json& task : workflow["tasks"]) {
        const std::string id = task["assigned_agent_id"];
        REQUIRE(agents.count(id) == 1);
        CHECK(task["assigned_agent"] == id);
        CHECK(agents[id]["type"] == task["assigned_agent_type"]);
        CHECK(scenario["agent_assignments"][workflow["workflow_id"].get<std::string>()]
                      [task["task_id"].get<std::string>()] == id);
        const std::set<std::string> tools(agents[id]["tools"].begin(), agents[id]["tools"].end());
        for (const std::string tool : task["tools_required"]) CHECK(tools.count(tool) == 1);
        used.insert(id);
        ++assigned;
      }
      CHECK(workflow["__expected__"]["min_agents_required"] == used.size());
    }
    CHECK(assigned == scenario["summary"]["total_tasks"]);
  }
}

TEST_CASE("a scenario's truth sums up its workflows'", "[generators]") {
  FarmPlugin farm;
  int impossible = 0;
  for (int seed = 0; seed < 60; ++seed) {
    const json scenario = farm.json("scenario", scenario_query(seed));
    const json& expected = scenario["__expected__"];
    int completed = 0, tasks = 0, chaos = 0, fired = 0, recovered = 0;
    for (const json& workflow : scenario["workflows"]["workflows"]) {
      const json& truth = workflow["__expected__"];
      CHECK(workflow["fault_seed"] == seed);  // the scenario's, so that one seed decides the whole
      CHECK(expected["expected_statuses"][workflow["workflow_id"].get<std::string>()] == truth["expected_status"]);
      completed += truth["expected_status"] == "success" || truth["expected_status"] == "success_with_retries" ? 1 : 0;
      tasks += static_cast<int>(workflow["tasks"].size() - truth["expected_failed_tasks"].size() -
                                truth["blocked_tasks"].size());
      chaos += truth["chaos_events_expected"].get<int>();
      fired += static_cast<int>(truth["expected_faults"].size());
      recovered += truth["expected_faults_recovered"].get<int>();
    }
    CHECK(expected["expected_workflows_completed"] == completed);
    CHECK(expected["expected_workflows_failed"] == 8 - completed);
    CHECK(expected["expected_tasks_completed"] == tasks);
    CHECK(expected["chaos_events_expected"] == chaos);
    CHECK(scenario["summary"]["chaos_events_expected"] == chaos);
    CHECK(expected["expected_faults_fired"] == fired);
    CHECK(expected["expected_faults_recovered"] == recovered);
    CHECK(expected["chaos_recovery_possible"] == (2 * recovered >= fired));
    CHECK(expected["expected_completion_rate"] == std::min(0.85, completed / 8.0));
    impossible += completed / 8.0 < 0.85 ? 1 : 0;
  }
  CHECK(impossible > 0);  // the public floor asks of some seeds what no platform can give
}

TEST_CASE("the fleet of a scenario is the fleet of that seed, its batch that of seed + 1000", "[generators]") {
  FarmPlugin farm;
  const json scenario = farm.json("scenario", "seed=77&chaos_rate=0&workflow_count=5");
  CHECK(scenario["agents"] == farm.json("fleet", "seed=77"));
  const json batch = farm.json("batch", "seed=1077&count=5&chaos_rate=0");
  CHECK(scenario["workflows"]["batch_id"] == "batch-1077");
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(scenario["workflows"]["workflows"][i]["workflow_id"] == batch["workflows"][i]["workflow_id"]);
}

TEST_CASE("the pushed form holds what is shown, in the platform's arrangement", "[generators]") {
  FarmPlugin farm;
  const json shown = farm.json("scenario", scenario_query(3)),
             pushed = farm.json("scenario", scenario_query(3, "&pushed=true"));
  CHECK(pushed["workflows"] == shown["workflows"]["workflows"]);
  CHECK(pushed["agents"]["agents"] == shown["agents"]["agents"]);
  for (const char* same : {"scenario_id", "seed", "agent_assignments", "summary", "metadata", "__expected__"})
    CHECK(pushed[same] == shown[same]);
  CHECK(pushed["metadata"]["fault_rule"] == "hash");
}

TEST_CASE("a batch counts its tasks, faults and types", "[generators]") {
  FarmPlugin farm;
  const json batch = farm.json("batch", "count=100&chaos_rate=0.3&seed=8");
  int tasks = 0, chaos = 0;
  std::map<std::string, int> types;
  std::set<std::string> ids;
  for (const json& workflow : batch["workflows"]) {
    tasks += static_cast<int>(workflow["tasks"].size());
    chaos += workflow["__expected__"]["chaos_events_expected"].get<int>();
    ++types[workflow["type"]];
    ids.insert(workflow["workflow_id"]);
  }
  CHECK(batch["total_tasks"] == tasks);
  CHECK(batch["chaos_events_total"] == chaos);
  CHECK(batch["type_distribution"] == json(types));
  CHECK(types.size() == 6);
  CHECK(ids.size() == 100);
}
