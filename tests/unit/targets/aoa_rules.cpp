#include "aoa_rules.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "thresher/fault.hpp"

namespace aoa_test {
namespace {

bool took_effect(const Json& task) { return task["status"] == "completed" || task["status"] == "compensated"; }

/// One result against its document.
class Reader {
 public:
  Reader(const Json& scenario, const Json& result) : scenario_(scenario), result_(result) {}

  std::vector<std::string> read() {
    const Json& workflows =
        scenario_["workflows"].is_array() ? scenario_["workflows"] : scenario_["workflows"]["workflows"];
    expect(workflows.size() == result_["workflow_results"].size(), "as many workflows as were sent");
    for (std::size_t i = 0; i < workflows.size(); ++i) workflow(workflows[i], result_["workflow_results"][i]);
    capacity();
    counters();
    return std::move(breaches_);
  }

 private:
  void expect(bool holds, const std::string& rule) {
    if (!holds) breaches_.push_back(rule);
  }

  void workflow(const Json& sent, const Json& got) {
    expect(sent["workflow_id"] == got["workflow_id"], "the workflow's own id");
    expect(sent["tasks"].size() == got["task_results"].size(), "exactly the tasks of the graph");
    std::map<std::string, const Json*> results;
    for (const Json& task : got["task_results"]) results[task["task_id"]] = &task;
    std::map<std::string, std::int64_t> path;
    bool all = true;
    for (const Json& task : sent["tasks"]) {  // documents list tasks after their dependencies
      const Json& mine = *results.at(task["task_id"]);
      std::int64_t longest = 0;
      for (const Json& needed : task["depends_on"]) {
        const Json& other = *results.at(needed);
        if (!mine["attempts"].empty()) {
          expect(has_what_it_needs(mine, other), "a task that ran has all it depends on");
          expect(follows(mine, other), "no task before what it depends on");
        }
        longest = std::max(longest, path[needed]);
      }
      for (const Json& attempt : mine["attempts"])
        longest += instant(attempt["completed_at"]) - instant(attempt["started_at"]);
      path[task["task_id"]] = longest;
      expect(longest <= instant(got["completed_at"]) - instant(got["started_at"]), "longest path within the makespan");
      one_task(sent, task, mine);
      all = all && mine["status"] == "completed";
    }
    expect((got["status"] == "completed") == all, "completed exactly when every task is");
    if (sent["type"] == "saga") saga(sent, got);
  }

  static std::size_t most_iterations(const Json& workflow) {
    return (workflow.contains("loop") ? workflow["loop"] : workflow["loops"][0])["max_iterations"];
  }

  static bool both_in_loop(const Json& one, const Json& other) {
    return !other["attempts"].empty() && one["attempts"][0].contains("iteration") &&
           other["attempts"][0].contains("iteration");
  }

  /// In a loop each pass by itself: an attempt needs what the same iteration has completed.
  static bool has_what_it_needs(const Json& mine, const Json& other) {
    if (!both_in_loop(mine, other)) return took_effect(other);
    std::set<int> completed;
    for (const Json& attempt : other["attempts"])
      if (attempt["status"] == "completed") completed.insert(attempt["iteration"].get<int>());
    return std::all_of(mine["attempts"].begin(), mine["attempts"].end(),
                       [&](const Json& attempt) { return completed.contains(attempt["iteration"].get<int>()); });
  }

  static bool follows(const Json& mine, const Json& other) {
    if (!both_in_loop(mine, other)) return instant(mine["started_at"]) >= instant(other["completed_at"]);
    for (const Json& attempt : mine["attempts"])
      for (const Json& before : other["attempts"])
        if (attempt["iteration"] == before["iteration"] &&
            instant(attempt["started_at"]) < instant(before["completed_at"]))
          return false;
    return true;
  }

  void one_task(const Json& workflow, const Json& sent, const Json& got) {
    const bool looped = got["attempts"].size() > 0 && got["attempts"][0].contains("iteration");
    const auto attempts = got["attempts"].size();
    const std::size_t allowed = sent.value("retryable", true) ? sent.value("max_retries", 3U) + 1 : 1;
    expect(attempts <= allowed * (looped ? most_iterations(workflow) : 1), "no more attempts than allowed");
    bool fired = false;
    for (std::size_t i = 0; i < attempts; ++i) {
      const Json& attempt = got["attempts"][i];
      expect(attempt["attempt"] == i + 1, "attempts are numbered");
      if (i > 0)
        expect(instant(attempt["started_at"]) >= instant(got["attempts"][i - 1]["completed_at"]),
               "attempts do not overlap");
      if (sent.contains("assigned_agent_id"))
        expect(attempt["agent_id"] == sent["assigned_agent_id"], "the assigned agent");
      const bool fires = sent.contains("chaos_injection") &&
                         thresher::fault_fires(scenario_["seed"], workflow["workflow_id"].get<std::string>(),
                                               sent["task_id"].get<std::string>(), i + 1,
                                               sent["chaos_injection"]["trigger_probability"]);
      expect(attempt.contains("fault") == fires, "faults fire by the hash");
      fired = fired || fires;
      uses_[attempt["agent_id"]].emplace_back(instant(attempt["started_at"]), 1);
      uses_[attempt["agent_id"]].emplace_back(instant(attempt["completed_at"]), -1);
    }
    expect(got["chaos_occurred"] == fired, "chaos_occurred exactly when a fault fired");
    effects(sent, got);
  }

  void effects(const Json& sent, const Json& got) {
    if (!sent.value("idempotent", false)) expect(got["effects"].size() <= 1, "at most one effect");
    expect(!got["effects"].empty() || !took_effect(got), "a task that completed took effect");
    if (sent["type"] == "approval" && took_effect(got)) expect(got.contains("approved_at"), "approved before effect");
    if (got.contains("approved_at") && !got["effects"].empty())
      expect(instant(got["approved_at"]) <= instant(got["effects"][0]["at"]), "approved before effect");
    if (got.contains("recovery")) expect(got["chaos_occurred"] == true, "nothing to recover from");
  }

  void saga(const Json& sent, const Json& got) {
    std::vector<std::string> done, undone;
    for (const Json& task : sent["tasks"])
      for (const Json& result : got["task_results"])
        if (result["task_id"] == task["task_id"] && took_effect(result)) done.push_back(task["task_id"]);
    std::int64_t after = 0;
    for (const Json& each : got["compensations"]) {
      expect(instant(each["started_at"]) >= after, "compensations one after another");
      after = instant(each["completed_at"]);
      undone.push_back(each["task_id"]);
    }
    std::reverse(undone.begin(), undone.end());
    expect(got["status"] == "completed" ? undone.empty() : undone == done, "the completed prefix undone in reverse");
  }

  void capacity() {
    for (const Json& agent : scenario_["agents"]["agents"]) {
      auto& uses = uses_[agent["agent_id"]];
      std::sort(uses.begin(), uses.end());  // at one instant, ends before starts
      int open = 0;
      for (const auto& [at, change] : uses) {
        open += change;
        expect(open <= agent["policy"]["max_concurrent_tasks"], "no more at once than the agent's limit");
      }
      uses_.erase(agent["agent_id"]);
    }
    expect(uses_.empty(), "only agents of the fleet");
  }

  void counters() {
    std::size_t completed = 0, tasks = 0, faults = 0, recovered = 0;
    for (const Json& workflow : result_["workflow_results"]) {
      completed += workflow["status"] == "completed";
      for (const Json& task : workflow["task_results"]) {
        ++tasks;
        faults += task["chaos_occurred"] == true;
        recovered += task.contains("recovery");
      }
    }
    expect(result_["workflows_completed"] == completed, "workflows_completed counts them");
    expect(result_["workflows_failed"] == result_["workflow_results"].size() - completed, "workflows_failed");
    expect(result_["total_tasks"] == tasks, "total_tasks");
    expect(result_["chaos_events_total"] == faults, "chaos_events_total");
    expect(result_["chaos_events_recovered"] == recovered, "chaos_events_recovered");
  }

  const Json& scenario_;
  const Json& result_;
  std::map<std::string, std::vector<std::pair<std::int64_t, int>>> uses_;
  std::vector<std::string> breaches_;
};

}  // namespace

std::int64_t instant(const Json& text) {
  const std::string at = text;
  const auto part = [&](std::size_t from, std::size_t size) { return std::stoll(at.substr(from, size)); };
  return ((part(11, 2) * 60 + part(14, 2)) * 60 + part(17, 2)) * 1'000'000 + part(20, 6);
}

std::vector<std::string> breaches(const Json& scenario, const Json& result) { return Reader(scenario, result).read(); }

}  // namespace aoa_test
