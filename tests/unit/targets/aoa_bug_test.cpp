#include <algorithm>

#include "aoa_platform.h"
#include "aoa_rules.h"

using namespace aoa_test;

namespace {

std::string with(const char* bug) { return Json{{bug, true}}.dump(); }

/// A saga of four steps whose last fails.
Json failing_saga() {
  Json tasks = Json::array();
  for (std::size_t i = 0; i < 4; ++i)
    tasks.push_back(task("s" + std::to_string(i),
                         i == 0 ? std::vector<std::string>{} : std::vector{"s" + std::to_string(i - 1)},
                         i == 3 ? chaos("tool_failure") : Json{{"type", "api_call"}}));
  return scenario({workflow("wf", tasks, "saga")});
}

bool breaks(const Json& sent, const Json& result, const std::string& rule) {
  const auto found = breaches(sent, result);
  CAPTURE(found);
  return std::find(found.begin(), found.end(), rule) != found.end();
}

}  // namespace

TEST_CASE("each bug breaks its rule", "[targets][aoa]") {
  struct Bug {
    const char* name;
    const char* rule;
    Json sent;
  };
  const Json chain = scenario({workflow("wf", {task("a", {}, {{"assigned_agent_id", "w1"}}), task("b", {"a"})})});
  const Json saga = failing_saga();
  const auto bug = GENERATE_COPY(values<Bug>({
      {"ignore_dependencies", "no task before what it depends on", chain},
      {"ignore_assignment", "the assigned agent", chain},
      {"skip_compensation", "the completed prefix undone in reverse", saga},
      {"repeat_compensation", "the completed prefix undone in reverse", saga},
      {"misorder_compensation", "the completed prefix undone in reverse", saga},
      {"repeat_effects", "at most one effect", saga},
      {"miscount", "workflows_completed counts them", chain},
  }));
  CAPTURE(bug.name);
  Platform healthy, sick(with(bug.name));
  CHECK(breaches(bug.sent, healthy.run(bug.sent)) == std::vector<std::string>{});
  CHECK(breaks(bug.sent, sick.run(bug.sent), bug.rule));
}

TEST_CASE("bug: workflows run one after another", "[targets][aoa]") {
  Platform platform(with("serial_workflows"));
  const Json result = platform.run(scenario({workflow("a", {task("a1")}), workflow("b", {task("b1")})}));
  CHECK(result["status"] == "completed");
  CHECK(instant(task_of(result, "b1")["started_at"]) == instant(task_of(result, "a1")["completed_at"]));
}

TEST_CASE("bug: a task that failed is tried for ever, in bounded memory", "[targets][aoa]") {
  Platform platform(with("retry_forever"));
  const std::string id =
      platform.submit("/scenario", scenario({workflow("wf", {task("a", {}, chaos("tool_timeout"))})}));
  platform.now += 10h;
  const Json result = platform.result(id);
  CHECK(result["status"] == "running");
  CHECK(task_of(result, "a")["retry_count"] > 1000);
  CHECK(task_of(result, "a")["attempts"].size() == 64);
}

TEST_CASE("bug: every fault is reported as recovered", "[targets][aoa]") {
  const Json sent = scenario({workflow("wf", {task("a", {}, chaos("tool_failure"))})});
  Platform healthy, sick(with("claim_all_recovered"));
  CHECK(healthy.run(sent)["chaos_events_recovered"] == 0);
  const Json result = sick.run(sent);
  CHECK(result["chaos_events_recovered"] == 1);
  CHECK(result["chaos_recovery_rate"] == 1);
  CHECK(task_of(result, "a")["status"] == "failed");
  CHECK(task_of(result, "a")["recovery"]["effect"] == "recovered");
}

TEST_CASE("bug: what is final changes when it is read again", "[targets][aoa]") {
  Platform healthy, sick(with("terminal_changes"));
  const auto statuses = [](Platform& platform) {
    const std::string id = platform.submit("/scenario", scenario({workflow("wf", {task("a")})}));
    platform.now += 1h;
    const Json first = platform.result(id), second = platform.result(id);
    return std::pair(first["status"].get<std::string>(), second["status"].get<std::string>());
  };
  CHECK(statuses(healthy) == std::pair<std::string, std::string>("completed", "completed"));
  CHECK(statuses(sick) == std::pair<std::string, std::string>("completed", "failed"));
}

TEST_CASE("bug: the platform's counters do not add up", "[targets][aoa]") {
  Platform platform(with("miscount"));
  platform.run(scenario({workflow("wf", {task("a")})}));
  const Json counters = platform.read("/counters");
  CHECK(counters["submitted"].get<int>() != counters["terminal"].get<int>() + counters["in_flight"].get<int>());
}
