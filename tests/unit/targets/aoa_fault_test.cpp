#include "aoa_platform.h"
#include "aoa_rules.h"
#include "thresher/fault.hpp"

using namespace aoa_test;

namespace {

/// A chain whose middle task meets a fault.
Json with_fault(const std::string& type, double probability = 1, Json more = Json::object()) {
  more.merge_patch(chaos(type, probability));
  return scenario({workflow("wf", {task("a"), task("b", {"a"}, more), task("c", {"b"})})});
}

Json saga(std::size_t failing, const std::string& fault = "tool_failure") {
  Json tasks = Json::array();
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string id = "s" + std::to_string(i);
    Json more{{"type", "api_call"}, {"compensation", {{"handler", "undo_" + id}}}};
    if (i == failing) more.merge_patch(chaos(fault));
    tasks.push_back(task(id, i == 0 ? std::vector<std::string>{} : std::vector{"s" + std::to_string(i - 1)}, more));
  }
  return scenario({workflow("wf-saga", tasks, "saga")});
}

}  // namespace

TEST_CASE("a fault that is retried fires by the hash, and the attempt where it does not completes", "[targets][aoa]") {
  const auto [type, action, status] =
      GENERATE(table<const char*, const char*, const char*>({{"tool_timeout", "retry", "timeout"},
                                                             {"rate_limit", "backoff_and_retry", "failed"},
                                                             {"network_partition", "queue_and_retry", "failed"}}));
  CAPTURE(type);
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Json sent = with_fault(type, 0.6);
    sent["seed"] = seed;
    Platform platform;
    const Json result = platform.run(sent);
    CHECK(breaches(sent, result) == std::vector<std::string>{});
    const Json& hit = task_of(result, "b");
    std::size_t expected = 1;
    while (expected <= 4 && thresher::fault_fires(seed, "wf", "b", expected, 0.6)) ++expected;
    REQUIRE(hit["attempts"].size() == std::min<std::size_t>(expected, 4));
    CHECK(hit["retry_count"] == hit["attempts"].size() - 1);
    for (std::size_t i = 0; i + 1 < expected && i < 4; ++i) {
      CHECK(hit["attempts"][i]["status"] == status);
      CHECK(hit["attempts"][i]["fault"] == type);
    }
    if (expected > 4) {
      CHECK(hit["status"] == status);
      CHECK_FALSE(hit.contains("recovery"));
      CHECK(task_of(result, "c")["status"] == "skipped");
    } else {
      CHECK(hit["status"] == "completed");
      CHECK(hit.contains("recovery") == (expected > 1));
      if (expected > 1) CHECK(hit["recovery"]["action"] == action);
      if (expected > 1) CHECK(hit["recovery"]["at"] == hit["completed_at"]);
    }
  }
}

TEST_CASE("waits between attempts grow by the policy's multiplier", "[targets][aoa]") {
  Platform platform(R"({"speed":1})");
  const Json result = platform.run(with_fault("rate_limit", 1, {{"retry_policy", {{"backoff_multiplier", 3}}}}));
  const Json& attempts = task_of(result, "b")["attempts"];
  REQUIRE(attempts.size() == 3);  // max_attempts of a policy that does not say is 3
  const auto pause = [&](std::size_t i) {
    return static_cast<double>(instant(attempts[i + 1]["started_at"]) - instant(attempts[i]["completed_at"])) / 1e3;
  };
  CHECK(pause(0) >= 800);  // 1 s give or take a fifth, then 3 s
  CHECK(pause(0) <= 1200);
  CHECK(pause(1) >= 2400);
  CHECK(pause(1) <= 3600);
}

TEST_CASE("a fault that is recovered in place completes the same attempt, later, and shows what was done",
          "[targets][aoa]") {
  const auto [type, action, effect] = GENERATE(table<const char*, const char*, const char*>(
      {{"agent_conflict", "adjudicate", "agent w"},
       {"policy_violation", "escalate_for_approval", "approved by a human"},
       {"memory_pressure", "summarize_and_continue", "context summarized"},
       {"data_corruption", "validate_and_repair", "input repaired"},
       {"checkpoint_crash", "replay_from_checkpoint", "journal entries replayed"}}));
  CAPTURE(type);
  Platform platform, calm(R"({"fault_free":true})");
  const Json sent = with_fault(type);
  const Json result = platform.run(sent);
  CHECK(breaches(sent, result) == std::vector<std::string>{});
  const Json& hit = task_of(result, "b");
  CHECK(hit["status"] == "completed");
  CHECK(hit["chaos_type"] == type);
  REQUIRE(hit["attempts"].size() == 1);
  CHECK(hit["attempts"][0]["fault"] == type);
  CHECK(hit["recovery"]["action"] == action);
  CHECK(hit["recovery"]["effect"].get<std::string>().find(effect) != std::string::npos);
  CHECK(instant(hit["recovery"]["at"]) > instant(hit["started_at"]));
  CHECK(instant(hit["recovery"]["at"]) <= instant(hit["completed_at"]));
  CHECK(hit.contains("approved_at") == (std::string_view(type) == "policy_violation"));
  CHECK(result["chaos_events_recovered"] == 1);
  const Json usual = calm.run(sent);
  CHECK(task_of(usual, "b")["chaos_occurred"] == false);
  CHECK(hit["duration_ms"] > task_of(usual, "b")["duration_ms"]);
}

TEST_CASE("a conflict is decided by another agent, whose opinion is paid for", "[targets][aoa]") {
  Platform platform;
  const Json agents{agent("w1"), agent("judge", "worker", {{"cost", {{"per_invocation", 3}}}})};
  Json sent = scenario({workflow("wf", {task("a", {}, {{"assigned_agent_id", "w1"}})})}, agents);
  sent["workflows"][0]["tasks"][0].merge_patch(chaos("agent_conflict"));
  const Json result = platform.run(sent);
  CHECK(task_of(result, "a")["recovery"]["effect"] == "agent judge decided");
  CHECK(result["total_cost_usd"] == 3);
}

TEST_CASE("a tool that fails fails a workflow that cannot be compensated, without a retry", "[targets][aoa]") {
  Platform platform;
  const Json sent = with_fault("tool_failure");
  const Json result = platform.run(sent);
  CHECK(breaches(sent, result) == std::vector<std::string>{});
  CHECK(task_of(result, "b")["status"] == "failed");
  CHECK(task_of(result, "b")["attempts"].size() == 1);
  CHECK(task_of(result, "c")["status"] == "skipped");
  CHECK(workflow_of(result)["status"] == "failed");
  CHECK(result["status"] == "failed");
  CHECK(result["verdict"] == "FAIL");
}

TEST_CASE("what does not depend on a failure goes on", "[targets][aoa]") {
  Platform platform;
  const Json sent = scenario({workflow("wf", {task("a"), task("bad", {"a"}, chaos("tool_failure")), task("good", {"a"}),
                                              task("after-bad", {"bad", "good"}), task("after-good", {"good"})})});
  const Json result = platform.run(sent);
  CHECK(breaches(sent, result) == std::vector<std::string>{});
  CHECK(task_of(result, "after-good")["status"] == "completed");
  CHECK(task_of(result, "after-bad")["status"] == "skipped");
}

TEST_CASE("one dependency is enough for a task that joins any", "[targets][aoa]") {
  Platform platform;
  const Json sent = scenario({workflow("wf", {task("bad", {}, chaos("tool_failure")), task("good"),
                                              task("any", {"bad", "good"}, {{"join_type", "any"}})})});
  CHECK(task_of(platform.run(sent), "any")["status"] == "completed");
}

TEST_CASE("a saga that fails undoes the completed steps in reverse, each once", "[targets][aoa]") {
  const std::size_t failing = GENERATE(0U, 1U, 3U);
  Platform platform;
  const Json sent = saga(failing);
  const Json result = platform.run(sent);
  CHECK(breaches(sent, result) == std::vector<std::string>{});
  const Json& undone = workflow_of(result)["compensations"];
  REQUIRE(undone.size() == failing);
  for (std::size_t i = 0; i < failing; ++i) {
    const std::string step = "s" + std::to_string(failing - 1 - i);
    CHECK(undone[i]["task_id"] == step);
    CHECK(undone[i]["handler"] == "undo_" + step);
    CHECK(task_of(result, step)["status"] == "compensated");
  }
  CHECK(workflow_of(result)["status"] == "failed");
  CHECK(task_of(result, "s" + std::to_string(failing)).contains("recovery") == (failing > 0));
}

TEST_CASE("a saga that succeeds undoes nothing", "[targets][aoa]") {
  Platform platform;
  const Json result = platform.run(saga(99));
  CHECK(workflow_of(result)["status"] == "completed");
  CHECK(workflow_of(result)["compensations"].empty());
}

TEST_CASE("checkpoints are numbered without a gap, and one whose process crashes is written once", "[targets][aoa]") {
  Platform platform;
  const Json mark{{"type", "checkpoint"}, {"expected_duration_ms", 50}, {"retryable", false}};
  Json crashing = mark;
  crashing.merge_patch(chaos("checkpoint_crash"));
  const Json sent = scenario({workflow("wf", {task("a"), task("c1", {"a"}, mark), task("b", {"c1"}), task("d", {"a"}),
                                              task("c2", {"b"}, crashing), task("e", {"c2", "d"})})});
  const Json result = platform.run(sent);
  CHECK(breaches(sent, result) == std::vector<std::string>{});
  CHECK(result["status"] == "completed");
  const Json& written = workflow_of(result)["checkpoints"];
  REQUIRE(written.size() == 2);
  CHECK(written[0]["task_id"] == "c1");
  CHECK(written[0]["sequence"] == 1);
  CHECK(written[1]["task_id"] == "c2");
  CHECK(written[1]["sequence"] == 2);
  CHECK(instant(written[1]["at"]) < instant(task_of(result, "c2")["recovery"]["at"]));
}

TEST_CASE("a crash after a checkpoint leaves the outcome and the effects as they would have been", "[targets][aoa]") {
  Json tasks{task("a"),           task("b", {"a"}),          task("cp", {"b"}, {{"type", "checkpoint"}}),
             task("side", {"a"}), task("c", {"cp", "side"}), task("d", {"c"})};
  const auto outcome = [](const Json& sent) {
    Platform platform;
    const Json result = platform.run(sent);
    Json told = Json::object();
    for (const Json& each : workflow_of(result)["task_results"])
      told[each["task_id"].get<std::string>()] = {each["status"], each["effects"].size(), each["attempts"].size()};
    return told;
  };
  const Json calm = outcome(scenario({workflow("wf", tasks)}));
  tasks[2].merge_patch(chaos("checkpoint_crash"));
  CHECK(outcome(scenario({workflow("wf", tasks)})) == calm);
}

TEST_CASE("no healthy run breaks a rule, whatever the graph, the faults and the agents", "[targets][aoa]") {
  constexpr const char* kFaults[] = {"tool_timeout",     "tool_failure",     "agent_conflict",
                                     "policy_violation", "checkpoint_crash", "memory_pressure",
                                     "rate_limit",       "data_corruption",  "network_partition"};
  constexpr const char* kProfiles[] = {"rock_solid", "reliable", "flaky", "unreliable"};
  constexpr const char* kTypes[] = {"compute", "io_write", "api_call", "approval", "checkpoint"};
  std::size_t failed = 0, faults = 0, undone = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    thresher::Random random(seed);
    Json agents = Json::array(), workflows = Json::array();
    for (std::size_t i = 0; i < 3; ++i)
      agents.push_back(agent("w" + std::to_string(i), "worker",
                             {{"policy",
                               {{"max_concurrent_tasks", 1 + random.below(3)},
                                {"requires_approval", random.chance(0.3) ? Json{"*"} : Json::array()}}},
                              {"reliability", nullptr}}));
    for (Json& each : agents) each["reliability"] = {{"profile", kProfiles[random.below(4)]}};
    for (std::size_t w = 0; w < 4; ++w) {
      const bool saga = random.chance(0.4);
      Json tasks = Json::array();
      for (std::size_t i = 0; i < 6; ++i) {
        std::vector<std::string> needs;
        for (std::size_t j = 0; j < i; ++j)
          if (saga ? j + 1 == i : random.chance(0.3)) needs.push_back("t" + std::to_string(j));
        Json more{{"type", saga ? "api_call" : kTypes[random.below(5)]}};
        if (random.chance(0.4)) more.merge_patch(chaos(kFaults[random.below(9)], random.uniform()));
        if (random.chance(0.6)) more["assigned_agent_id"] = "w" + std::to_string(random.below(3));
        if (more["type"] == "approval" || more["type"] == "checkpoint") more["retryable"] = false;
        tasks.push_back(task("t" + std::to_string(i), needs, more));
      }
      workflows.push_back(workflow("wf-" + std::to_string(w), tasks, saga ? "saga" : "dag"));
    }
    Json sent = scenario(workflows, agents);
    sent["seed"] = seed;
    Platform platform("{}", seed);
    const Json result = platform.run(sent);
    CAPTURE(seed);
    CHECK(breaches(sent, result) == std::vector<std::string>{});
    failed += result["workflows_failed"].get<std::size_t>();
    faults += result["chaos_events_total"].get<std::size_t>();
    for (const Json& each : result["workflow_results"]) undone += each["compensations"].size();
  }
  CHECK(failed > 100);  // the rules were tried on what goes wrong, too
  CHECK(faults > 500);
  CHECK(undone > 50);
}
