#include <catch2/catch.hpp>

#include "workflows.h"

using nlohmann::json;

TEST_CASE("dependencies name earlier tasks, so no workflow has a cycle or a stranger", "[generators]") {
  FarmPlugin farm;
  int edges = 0;
  for_every_kind(farm, [&](const json& workflow) {
    INFO(workflow["workflow_id"]);
    std::set<std::string> seen;
    for (const json& task : workflow["tasks"]) {
      const std::set<std::string> before(task["depends_on"].begin(), task["depends_on"].end());
      CHECK(before.size() == task["depends_on"].size());
      for (const std::string& id : before) REQUIRE(seen.count(id) == 1);
      REQUIRE(seen.insert(task["task_id"]).second);
      edges += static_cast<int>(before.size());
    }
  });
  CHECK(edges > 1000);
}

TEST_CASE("a task says the same thing under both spellings", "[generators]") {
  FarmPlugin farm;
  for_every_kind(
      farm,
      [](const json& workflow) {
        CHECK(workflow["seed"] == workflow["fault_seed"]);
        for (const json& task : workflow["tasks"]) {
          CHECK(task["depends_on"] == task["dependencies"]);
          CHECK(task["expected_duration_ms"] == task["estimated_duration_ms"]);
          CHECK(task["retry_policy"]["max_attempts"] == task["max_retries"].get<int>() + 1);
          CHECK((task["retryable"] == true) == (task["max_retries"] > 0));
          const bool planned = task["type"] == "decision" || task["type"] == "aggregation";
          CHECK(task["assigned_agent_type"] == (planned ? "planner" : "worker"));
          CHECK_FALSE(task.contains("assigned_agent_id"));
        }
      },
      2);
}

TEST_CASE("a fault is injected only where it can happen", "[generators]") {
  FarmPlugin farm;
  std::map<std::string, std::set<std::string>> affected;
  const json catalog = farm.json("chaos_catalog");
  for (const json& chaos : catalog["chaos_types"])
    affected[chaos["type"]] = {chaos["affected_task_types"].begin(), chaos["affected_task_types"].end()};
  std::set<std::string> met;
  for_every_kind(farm, [&](const json& workflow) {
    for (const json& task : workflow["tasks"]) {
      if (!task.contains("chaos_injection")) continue;
      const json& chaos = task["chaos_injection"];
      CHECK(affected[chaos["type"]].count(task["type"]) == 1);
      CHECK(chaos["trigger_probability"] >= 0.5);
      CHECK(chaos["trigger_probability"] < 1.0);
      CHECK(chaos["parameters"].is_object());
      met.insert(chaos["type"]);
    }
  });
  CHECK(met.size() == 9);
}

TEST_CASE("a chaos rate of 0 injects nothing, one of 1 whatever can be", "[generators]") {
  FarmPlugin farm;
  for (int seed = 0; seed < 50; ++seed) {
    const std::string query = "workflow_type=dag&num_tasks=20&seed=" + std::to_string(seed);
    for (const json& task : farm.json("workflow", query)["tasks"]) CHECK_FALSE(task.contains("chaos_injection"));
    const json chaotic = farm.json("workflow", query + "&chaos_rate=1");
    for (const json& task : chaotic["tasks"]) CHECK(task.contains("chaos_injection") == (task["type"] != "approval"));
  }
}

TEST_CASE("shapes shared with the public generator differ from its in no draw", "[generators]") {
  FarmPlugin farm;
  for (const std::string type : {"linear", "dag", "parallel", "saga"}) {
    for (int seed = -20; seed < 20; ++seed) {
      const std::string query = "workflow_type=" + type + "&num_tasks=9&chaos_rate=0.4&seed=" + std::to_string(seed);
      const json ours = farm.json("workflow", query), theirs = farm.json("workflow", query + "&compat=true");
      CHECK(ours["workflow_id"] == theirs["workflow_id"]);
      REQUIRE(ours["tasks"].size() == theirs["tasks"].size());
      for (std::size_t i = 0; i < ours["tasks"].size(); ++i)
        for (const char* same : {"task_id", "type", "name", "depends_on", "expected_duration_ms", "priority"})
          CHECK(ours["tasks"][i][same] == theirs["tasks"][i][same]);
    }
  }
}

TEST_CASE("a cyclic workflow has a bounded loop over a chain of repeatable tasks", "[generators]") {
  FarmPlugin farm;
  for (int size = 2; size <= 20; ++size) {
    const json workflow = farm.json("workflow", "workflow_type=cyclic&num_tasks=" + std::to_string(size));
    CHECK(workflow["type"] == "cyclic");
    CHECK(workflow["workflow_id"] == "wf-cyclic-12345");
    CHECK(workflow["tasks"].size() == static_cast<std::size_t>(size));
    REQUIRE(workflow["loops"].size() == 1);
    const json& loop = workflow["loops"][0];
    Graph graph(workflow);
    CHECK(loop["max_iterations"] == 3);
    CHECK(loop["until"] == "success");
    CHECK(graph.before(loop["from"]).count(loop["to"]) == 1);  // the back edge closes a path
    CHECK(graph.tasks[loop["from"]]["type"] == "decision");
    CHECK(loop["body"].front() == loop["to"]);
    CHECK(loop["body"].back() == loop["from"]);
    for (const std::string id : loop["body"]) CHECK(graph.tasks[id]["idempotent"] == true);
  }
}

TEST_CASE("a map_reduce workflow splits, maps side by side, and reduces", "[generators]") {
  FarmPlugin farm;
  for (int size = 2; size <= 20; ++size) {
    const json workflow = farm.json("workflow", "workflow_type=map_reduce&num_tasks=" + std::to_string(size));
    const std::size_t mappers = static_cast<std::size_t>(std::max(1, size - 2));
    const json &shape = workflow["map_reduce"], &expected = workflow["__expected__"];
    CHECK(workflow["tasks"].size() == mappers + 2);
    CHECK(shape["mappers"].size() == mappers);
    CHECK(expected["parallelizable_tasks"] == mappers);
    CHECK(expected["parallel_branches"] == mappers);
    CHECK(expected["critical_path_length"] == 3);
    Graph graph(workflow);
    for (const std::string mapper : shape["mappers"]) {
      CHECK(graph.tasks[mapper]["depends_on"] == json::array({shape["split"]}));
      CHECK(graph.tasks[mapper]["role"] == "map");
    }
    CHECK(graph.tasks[shape["reduce"]]["depends_on"] == shape["mappers"]);
    CHECK(graph.tasks[shape["reduce"]]["join_type"] == "all");
  }
}

TEST_CASE("a saga's steps say how they are undone, the last first", "[generators]") {
  FarmPlugin farm;
  const json workflow = farm.json("workflow", "workflow_type=saga&num_tasks=5");
  int order = 5;
  for (const json& task : workflow["tasks"]) {
    CHECK(task["type"] == "api_call");
    CHECK(task["compensation"]["order"] == order--);
    CHECK(task["compensation"]["compensates"] == task["task_id"]);
    CHECK(task["compensation"]["handler"] == "compensate_" + task["task_id"].get<std::string>());
  }
  CHECK(workflow["saga_config"]["compensation_strategy"] == "backward");
}

TEST_CASE("a stream draws how long its workflows are, and numbers them", "[generators]") {
  FarmPlugin farm;
  std::set<std::string> types;
  std::set<std::size_t> sizes;
  for (int n = 1; n <= 80; ++n) {
    const json line =
        farm.json("workflow", "seed=" + std::to_string(500 + n) + "&stream_sequence=" + std::to_string(n));
    CHECK(line["stream_sequence"] == n);
    types.insert(line["type"]);
    sizes.insert(line["tasks"].size());
  }
  CHECK(types.size() == 6);
  CHECK(*sizes.begin() == 4);
  CHECK(*sizes.rbegin() == 10);
  CHECK(farm.json("workflow", "seed=1&stream_sequence=0&num_tasks=3&workflow_type=linear")["tasks"].size() == 3);
}
