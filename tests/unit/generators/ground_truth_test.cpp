#include <catch2/catch.hpp>

#include "thresher/fault.hpp"
#include "workflows.h"

using nlohmann::json;

namespace {

/// A right platform, written down anew from README.md: which attempts are made of each task, and how it ends.
struct RightPlatform {
  explicit RightPlatform(const json& workflow) : document(workflow) {
    std::set<std::string> body;
    std::string head;
    if (workflow.contains("loops")) {
      body = {workflow["loops"][0]["body"].begin(), workflow["loops"][0]["body"].end()};
      head = workflow["loops"][0]["to"];
    }
    for (const json& task : workflow["tasks"]) {
      const std::string id = task["task_id"];
      if (id == head) run_loop(workflow["loops"][0]);
      if (body.count(id) == 0 && ready(task)) run(task);
    }
    for (const json& task : workflow["tasks"])
      if (succeeded.count(task["task_id"]) == 0 && failed.count(task["task_id"]) == 0) blocked.insert(task["task_id"]);
  }

  bool ready(const json& task) const {
    for (const std::string before : task["depends_on"])
      if (succeeded.count(before) == 0) return false;
    return true;
  }

  void run_loop(const json& loop) {
    Graph graph(document);
    if (!ready(graph.tasks[loop["to"]])) return;
    for (iterations = 1;; ++iterations) {
      for (const std::string id : loop["body"]) succeeded.erase(id), failed.erase(id);
      bool whole = true;
      for (const std::string id : loop["body"]) whole = whole && run(graph.tasks[id]);
      if (whole || iterations == loop["max_iterations"]) return;
    }
  }

  bool run(const json& task) {
    const std::string id = task["task_id"];
    for (int tries = 0; tries <= task["max_retries"]; ++tries) {
      const int attempt = ++attempts[id];
      if (!fires(task, attempt)) return succeeded.insert(id).second;
      fired[id].push_back(attempt);
      const std::string action = task["chaos_injection"]["recovery_action"];
      if (action == "compensate_or_fail") break;
      const bool again = action == "retry" || action == "backoff_and_retry" || action == "queue_and_retry";
      if (!again) return succeeded.insert(id).second;
    }
    failed.insert(id);
    return false;
  }

  bool fires(const json& task, int attempt) const {
    if (!task.contains("chaos_injection")) return false;
    return thresher::fault_fires(static_cast<std::uint64_t>(document["fault_seed"].get<std::int64_t>()),
                                 document["workflow_id"].get<std::string>(), task["task_id"].get<std::string>(),
                                 static_cast<std::uint64_t>(attempt), task["chaos_injection"]["trigger_probability"]);
  }

  std::string status() const {
    if (!failed.empty()) return document["type"] == "saga" ? "compensated" : "failed";
    return fired.empty() ? "success" : "success_with_retries";
  }

  const json& document;
  std::map<std::string, int> attempts;
  std::map<std::string, std::vector<int>> fired;
  std::set<std::string> succeeded, failed, blocked;
  int iterations = 0;
};

std::set<std::string> set_of(const json& list) { return {list.begin(), list.end()}; }

}  // namespace

TEST_CASE("the partial order is the graph's edges, and the order shown is one of its extensions", "[generators]") {
  FarmPlugin farm;
  for_every_kind(farm, [](const json& workflow) {
    const Graph graph(workflow);
    const json& expected = workflow["__expected__"];
    std::set<std::pair<std::string, std::string>> edges;
    for (const json& edge : expected["expected_partial_order"])
      edges.emplace(edge[0].get<std::string>(), edge[1].get<std::string>());
    REQUIRE(edges == graph.edges);
    std::map<std::string, int> position;
    for (const std::string id : expected["expected_execution_order"])
      position.emplace(id, static_cast<int>(position.size()));
    REQUIRE(position.size() == graph.ids.size());
    for (const auto& [from, to] : edges) REQUIRE(position[from] < position[to]);
  });
}

TEST_CASE("entry points are all roots, exit points all sinks", "[generators]") {
  FarmPlugin farm;
  int several = 0;
  for_every_kind(farm, [&](const json& workflow) {
    const Graph graph(workflow);
    std::set<std::string> roots(graph.ids.begin(), graph.ids.end()), ends = roots;
    for (const auto& [from, to] : graph.edges) roots.erase(to), ends.erase(from);
    CHECK(set_of(workflow["entry_points"]) == roots);
    CHECK(set_of(workflow["exit_points"]) == ends);
    CHECK(roots.count(workflow["entry_point"]) == 1);
    CHECK(ends.count(workflow["exit_point"]) == 1);
    several += ends.size() > 1 ? 1 : 0;
  });
  CHECK(several > 20);
}

TEST_CASE("critical path and duration follow the longest path, not the sum", "[generators]") {
  FarmPlugin farm;
  for_every_kind(
      farm,
      [](const json& workflow) {
        Graph graph(workflow);
        const json& expected = workflow["__expected__"];
        const auto duration = [&](const std::string& id) {
          return graph.tasks[id]["expected_duration_ms"].get<double>();
        };
        const double span = graph.longest(duration);
        CHECK(expected["critical_path_ms"] == span);
        CHECK(expected["critical_path_length"] == graph.longest([](const std::string&) { return 1; }));
        double least = span, work = 0;
        for (const std::string failed : expected["expected_failed_tasks"])
          least = std::min(least, graph.path(failed, duration));
        const double most = graph.longest([&](const std::string& id) {
          return duration(id) * std::max(1, expected["expected_attempts"][id].get<int>());
        });
        for (const std::string& id : graph.ids) work += duration(id);
        CHECK(expected["expected_duration_range_ms"] == json{static_cast<int>(least / 2), static_cast<int>(2 * most)});
        CHECK(expected["estimated_total_duration_ms"] == work);
      },
      3);
}

TEST_CASE("counts in the ground truth count what is there", "[generators]") {
  FarmPlugin farm;
  for_every_kind(farm, [](const json& workflow) {
    const json& expected = workflow["__expected__"];
    int tokens = 0, checkpoints = 0, chaos = 0;
    bool human = false;
    std::set<std::string> types;
    for (const json& task : workflow["tasks"]) {
      tokens += task["token_budget"].get<int>();
      checkpoints += task["type"] == "checkpoint" ? 1 : 0;
      chaos += task.contains("chaos_injection") ? 1 : 0;
      human = human || task.contains("requires_human");
      types.insert(task["assigned_agent_type"]);
    }
    CHECK(expected["expected_token_usage"] == tokens);
    CHECK(expected["checkpoints_expected"] == checkpoints);
    CHECK(expected["chaos_events_expected"] == chaos);
    CHECK(expected["requires_human_approval"] == human);
    CHECK(expected["total_tasks"] == workflow["tasks"].size());
    CHECK(expected["min_agents_required"] == types.size());
    CHECK(expected["is_saga"] == (workflow["type"] == "saga"));
  });
}

TEST_CASE("the ground truth says what a right platform makes of the faults", "[generators]") {
  FarmPlugin farm;
  std::map<std::string, int> endings;
  int looped = 0;
  for_every_kind(
      farm,
      [&](const json& workflow) {
        INFO(workflow.dump().substr(0, 400));
        const RightPlatform platform(workflow);
        const json& expected = workflow["__expected__"];
        REQUIRE(expected["expected_status"] == platform.status());
        ++endings[platform.status()];
        CHECK(set_of(expected["possible_statuses"]).count(platform.status()) == 1);
        CHECK(set_of(expected["expected_failed_tasks"]) == platform.failed);
        CHECK(set_of(expected["blocked_tasks"]) == platform.blocked);
        std::map<std::string, std::vector<int>> fired;
        int recovered = 0, total = 0, retries = 0;
        for (const json& fault : expected["expected_faults"]) {
          fired[fault["task_id"]] = fault["attempts"].get<std::vector<int>>();
          CHECK(fault["recovered"] == (platform.succeeded.count(fault["task_id"]) == 1));
          recovered += fault["recovered"] == true ? 1 : 0;
        }
        CHECK(fired == platform.fired);
        CHECK(expected["expected_faults_recovered"] == recovered);
        for (const auto& [id, attempts] : expected["expected_attempts"].items()) {
          const auto known = platform.attempts.find(id);
          CHECK(attempts == (known == platform.attempts.end() ? 0 : known->second));
          total += attempts.get<int>();
          retries += std::max(0, attempts.get<int>() - 1);
        }
        CHECK(expected["expected_attempts_total"] == total);
        CHECK(expected["expected_retries"] == retries);
        if (workflow["type"] == "cyclic") {
          CHECK(expected["expected_iterations"] == platform.iterations);
          looped += platform.iterations > 1 ? 1 : 0;
        }
        if (workflow["type"] == "saga") {
          std::vector<std::string> undone;
          if (!platform.failed.empty())
            for (const json& task : workflow["tasks"])
              if (platform.succeeded.count(task["task_id"]) == 1) undone.insert(undone.begin(), task["task_id"]);
          CHECK(expected["expected_compensations"] == json(undone));
        }
      },
      12);
  CHECK(endings.size() == 4);
  for (const auto& [ending, count] : endings) CHECK(count > 20);
  CHECK(looped > 10);
}

TEST_CASE("a workflow without faults can end in one way only", "[generators]") {
  FarmPlugin farm;
  const json expected = farm.json("workflow", "workflow_type=dag&chaos_rate=0")["__expected__"];
  CHECK(expected["possible_statuses"] == json{"success"});
  CHECK(expected["expected_faults"].empty());
  CHECK(expected["expected_retries"] == 0);
}
