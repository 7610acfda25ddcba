#include "aoa_platform.h"
#include "aoa_rules.h"

using namespace aoa_test;

TEST_CASE("tasks run after what they depend on, side by side where nothing forbids it", "[targets][aoa]") {
  Platform platform;
  const Json sent = scenario({workflow(
      "wf", {task("split"), task("left", {"split"}), task("right", {"split"}), task("join", {"left", "right"})})});
  const Json result = platform.run(sent);
  CHECK(breaches(sent, result) == std::vector<std::string>{});
  CHECK(result["status"] == "completed");
  const Json &left = task_of(result, "left"), &right = task_of(result, "right");
  CHECK(left["started_at"] == right["started_at"]);
  CHECK(left["started_at"] == task_of(result, "split")["completed_at"]);
  const std::int64_t last = std::max(instant(left["completed_at"]), instant(right["completed_at"]));
  CHECK(instant(task_of(result, "join")["started_at"]) == last);
}

TEST_CASE("a task takes its nominal time divided by the speed", "[targets][aoa]") {
  for (const double speed : {1.0, 20.0, 1000.0}) {
    Platform platform(Json{{"speed", speed}}.dump());
    const Json result = platform.run(scenario({workflow("wf", {task("a")})}));
    const double took = task_of(result, "a")["duration_ms"];
    CHECK(took >= 910 / speed);  // 1000 ms give or take a tenth, and the agent's 10 ms
    CHECK(took <= 1110 / speed);
  }
}

TEST_CASE("an agent does no more at once than its policy allows, and never idles while a task waits for it",
          "[targets][aoa]") {
  Platform platform;
  Json tasks = Json::array();
  for (int i = 0; i < 9; ++i) tasks.push_back(task("t" + std::to_string(i), {}, {{"assigned_agent_id", "w1"}}));
  const Json sent = scenario({workflow("wf", tasks)});
  const Json result = platform.run(sent);
  CHECK(breaches(sent, result) == std::vector<std::string>{});
  std::int64_t busy = 0;
  for (const Json& each : workflow_of(result)["task_results"])
    busy += instant(each["completed_at"]) - instant(each["started_at"]);
  const std::int64_t span = instant(result["completed_at"]) - instant(result["started_at"]);
  CHECK(2 * span <= busy + 60'000);  // two slots: idle for at most the last task's 55 ms
}

TEST_CASE("workflows of one scenario, and scenarios of one tenant, share the agents", "[targets][aoa]") {
  Platform platform;
  const Json sent = scenario({workflow("a", {task("a1", {}, {{"assigned_agent_id", "w1"}})}),
                              workflow("b", {task("b1", {}, {{"assigned_agent_id", "w1"}})})});
  const std::string first = platform.submit("/scenario", sent), second = platform.submit("/scenario", sent);
  platform.now += 1h;
  const Json one = platform.result(first), two = platform.result(second);
  CHECK(task_of(one, "a1")["started_at"] == task_of(one, "b1")["started_at"]);
  const std::int64_t freed =
      std::min(instant(task_of(one, "a1")["completed_at"]), instant(task_of(one, "b1")["completed_at"]));
  CHECK(instant(task_of(two, "a1")["started_at"]) == freed);
}

TEST_CASE("an unassigned task goes to an agent of its type with its tools, if there is one", "[targets][aoa]") {
  Platform platform;
  const Json agents{agent("w-plain"), agent("w-mail", "worker", {{"tools", {"email", "sms"}}}),
                    agent("p", "planner", {{"tools", {"email"}}})};
  const Json sent = scenario(
      {workflow("wf", {task("mail", {}, {{"tools_required", {"email"}}}),
                       task("odd", {}, {{"tools_required", {"dns_update"}}}),
                       task("review", {}, {{"assigned_agent_type", "reviewer"}, {"tools_required", {"sms"}}})})},
      agents);
  const Json result = platform.run(sent);
  CHECK(task_of(result, "mail")["assigned_agent_id"] == "w-mail");
  CHECK(task_of(result, "odd")["assigned_agent_id"] == "w-plain");    // a worker, although without the tool
  CHECK(task_of(result, "review")["assigned_agent_id"] == "w-mail");  // has the tool, although no reviewer
}

TEST_CASE("the more urgent task goes first when an agent is short of slots", "[targets][aoa]") {
  Platform platform;
  const Json one_slot = agent("w1", "worker", {{"policy", {{"max_concurrent_tasks", 1}}}});
  const Json sent = scenario({workflow("wf", {task("first"), task("low", {}, {{"priority", "low"}}),
                                              task("critical", {}, {{"priority", "critical"}})})},
                             {one_slot});
  const Json result = platform.run(sent);
  CHECK(instant(task_of(result, "critical")["started_at"]) < instant(task_of(result, "low")["started_at"]));
}

TEST_CASE("a workflow runs without any fleet, on an agent of the platform's own", "[targets][aoa]") {
  Platform platform;
  const std::string id = platform.submit("/workflow", workflow("wf", {task("a"), task("b", {"a"})}));
  platform.now += 1h;
  CHECK(platform.read("/workflow/" + id)["status"] == "completed");
}

TEST_CASE("partial results are consistent at any moment, and what is final stays", "[targets][aoa]") {
  Platform platform;
  const Json sent = scenario({workflow("a", {task("a1"), task("a2", {"a1"}), task("a3", {"a2"})}),
                              workflow("b", {task("b1"), task("b2", {"b1"})})});
  const std::string id = platform.submit("/scenario", sent);
  std::map<std::string, Json> finished;
  std::string last;
  for (int i = 0; i < 30; ++i, platform.now += 10ms) {
    const Json result = platform.result(id);
    CHECK(result["tasks_completed"].get<std::size_t>() >= finished.size());
    for (const Json& workflow : result["workflow_results"]) {
      for (const Json& task : workflow["task_results"]) {
        const std::string name = task["task_id"];
        CHECK((task["status"] == "completed") == !task["completed_at"].is_null());
        if (finished.contains(name)) CHECK(finished[name] == task);
        if (task["status"] == "completed") finished[name] = task;
      }
    }
    if (last == "completed") CHECK(result["status"] == "completed");
    last = result["status"];
    CHECK((result["verdict"] == "PENDING") == (last == "running"));
  }
  CHECK(last == "completed");
  CHECK(finished.size() == 5);
}

TEST_CASE("when the platform is looked at changes nothing", "[targets][aoa]") {
  const Json sent = scenario({workflow("wf", {task("a", {}, chaos("tool_timeout", 0.7)), task("b", {"a"})})});
  Platform watched, left_alone;
  const std::string id = watched.submit("/scenario", sent);
  REQUIRE(left_alone.submit("/scenario", sent) == id);
  for (int i = 0; i < 3600; ++i) {
    watched.now += 1s;
    watched.result(id);
  }
  left_alone.now += 1h;
  CHECK(watched.result(id) == left_alone.result(id));
}

TEST_CASE("one seed gives the same bytes, another seed others", "[targets][aoa]") {
  const Json sent = scenario({workflow("wf", {task("a", {}, chaos("rate_limit", 0.7)), task("b", {"a"})})});
  const auto bytes = [&](std::uint64_t seed) {
    Platform platform("{}", seed);
    platform.post("/scenario", sent);
    const std::string id = platform.submit("/scenario", sent);
    platform.now += 1h;
    return platform.get("/scenario/" + id).body;
  };
  CHECK(bytes(1) == bytes(1));
  CHECK(bytes(1) != bytes(2));
}

TEST_CASE("an approval waits for a human, and takes effect after", "[targets][aoa]") {
  Platform platform;
  const Json sent =
      scenario({workflow("wf", {task("ok", {}, {{"type", "approval"}, {"expected_duration_ms", 60000}})})});
  const Json result = platform.run(sent);
  const Json& approved = task_of(result, "ok");
  CHECK(breaches(sent, result) == std::vector<std::string>{});
  CHECK(approved["duration_ms"] > 2000);  // 60 s at 20 times the speed
  CHECK(approved["duration_ms"] < 4000);
  CHECK(instant(approved["approved_at"]) > instant(approved["started_at"]));
  CHECK(approved["approved_by"].get<std::string>().find("human-") == 0);
}

TEST_CASE("what an agent's policy holds up is approved before it takes effect", "[targets][aoa]") {
  Platform platform;
  const Json agents{agent("free"), agent("audited", "worker", {{"policy", {{"requires_approval", {"*"}}}}}),
                    agent("careful", "worker", {{"policy", {{"requires_approval", {"api_fetch"}}}}})};
  const auto on = [](const char* who) { return Json{{"assigned_agent_id", who}, {"tools_required", {"api_fetch"}}}; };
  const Json sent =
      scenario({workflow("wf", {task("a", {}, on("free")), task("b", {}, on("audited")), task("c", {}, on("careful")),
                                task("d", {}, {{"assigned_agent_id", "careful"}})})},
               agents);
  const Json result = platform.run(sent);
  CHECK(breaches(sent, result) == std::vector<std::string>{});
  CHECK_FALSE(task_of(result, "a").contains("approved_at"));
  CHECK(task_of(result, "b").contains("approved_at"));
  CHECK(task_of(result, "c").contains("approved_at"));
  CHECK_FALSE(task_of(result, "d").contains("approved_at"));
}

TEST_CASE("cost is counted by invocations and tokens", "[targets][aoa]") {
  Platform platform;
  const Json paid = agent("w1", "worker", {{"cost", {{"per_invocation", 0.5}, {"per_token", 0.001}}}});
  const Json tokens{{"token_budget", 200}};
  const Json result = platform.run(scenario({workflow("wf", {task("a", {}, tokens), task("b", {}, tokens)})}, {paid}));
  CHECK(result["total_cost_usd"].get<double>() == Approx(2 * (0.5 + 200 * 0.001)));
}

TEST_CASE("an agent's own failures are repeated within the attempt, or fail it when that is not allowed",
          "[targets][aoa]") {
  const Json flaky =
      agent("w1", "worker",
            {{"reliability", {{"success_rate", 0.2}, {"retry_success_rate", 0.2}}}, {"cost", {{"per_invocation", 1}}}});
  const Json sent = scenario({workflow("wf", {task("a", {}, {{"max_retries", 50}})})}, {flaky});
  int invocations = 0, attempts = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Platform patient("{}", seed), strict(R"({"agent_retries":0})", seed);
    const Json calm = patient.run(sent), tried = strict.run(sent);
    CHECK(task_of(calm, "a")["attempts"].size() == 1);
    CHECK(task_of(calm, "a")["chaos_occurred"] == false);
    invocations += calm["total_cost_usd"].get<int>();
    attempts += static_cast<int>(task_of(tried, "a")["attempts"].size());
  }
  CHECK(invocations > 50);  // 5 are expected of each
  CHECK(attempts > 50);
}
