#include "aoa_platform.h"

using namespace aoa_test;

namespace {

std::string detail(const TargetAnswer& answer) { return Json::parse(answer.body)["detail"]; }

}  // namespace

TEST_CASE("aoa takes a fleet, tells how many of each type, and gives it back as it was sent", "[targets][aoa]") {
  Platform platform;
  const Json sent{
      {"fleet_id", "fleet-1"},
      {"seed", 12345},
      {"total_agents", 2},
      {"distribution", {{"by_type", {{"worker", 1}, {"planner", 1}}}}},
      {"agents", {agent("a", "worker", {{"memory", {{"short_term_capacity", 50}}}}), agent("b", "planner")}}};
  const TargetAnswer answer = platform.post("/fleet", sent);
  REQUIRE(answer.status == 200);
  const Json told = Json::parse(answer.body);
  CHECK(told["status"] == "success");
  CHECK(told["agents_ingested"] == 2);
  CHECK(told["agents_by_type"] == Json({{"planner", 1}, {"worker", 1}}));
  CHECK(nlohmann::json(platform.read("/fleet")) == nlohmann::json(sent));
}

TEST_CASE("aoa loses fields of the fleet only when told to", "[targets][aoa]") {
  Platform platform(R"({"drop_fields":true})");
  REQUIRE(platform.post("/fleet", fleet({agent("a", "worker", {{"memory", {{"short_term_capacity", 50}}}})})).status ==
          200);
  const Json kept = platform.read("/fleet")["agents"][0];
  CHECK_FALSE(kept.contains("memory"));
  CHECK(kept["agent_id"] == "a");
}

TEST_CASE("aoa answers with the statuses a client expects", "[targets][aoa]") {
  Platform platform;
  CHECK(platform.ask("GET", "/health").status == 200);
  CHECK(Json::parse(platform.ask("GET", "/health").body)["status"] == "healthy");
  CHECK(platform.ask("GET", "/").status == 404);
  CHECK(platform.get("/scenario/scn-unknown").status == 404);
  CHECK(platform.get("/workflow/").status == 404);
  const TargetAnswer wrong = platform.get("/scenario");
  CHECK(wrong.status == 405);
  CHECK(wrong.headers.find("Allow: POST\r\n") != std::string::npos);
  CHECK(platform.ask("DELETE", std::string(kBase) + "/fleet").headers.find("Allow: GET, HEAD, POST") !=
        std::string::npos);
  CHECK(platform.ask("POST", std::string(kBase) + "/fleet", "{\"agents\":").status == 400);
  CHECK(platform.ask("POST", std::string(kBase) + "/fleet", "[1]").status == 400);
  CHECK(platform.ask("POST", std::string(kBase) + "/scenario", std::string(100, '[')).status == 400);
}

TEST_CASE("aoa names what is missing or wrong in a document, and where", "[targets][aoa]") {
  Platform platform;
  const auto refusal = [&](const std::vector<Json>& tasks) {
    const TargetAnswer answer = platform.post("/scenario", scenario({workflow("wf", tasks)}));
    CHECK(answer.status == 422);
    return detail(answer);
  };
  for (const char* key : {"task_id", "name", "type", "assigned_agent_type"}) {
    Json broken = task("t1");
    broken.erase(key);
    CHECK(refusal({task("t0"), broken}) == "workflows[0].tasks[1]: " + std::string(key) + " is required");
  }
  CHECK(refusal({task("a", {"b"}), task("b", {"a"})}).find("form a cycle") != std::string::npos);
  CHECK(refusal({task("a"), task("a")}) == "workflows[0]: tasks: two are called \"a\"");
  CHECK(refusal({task("a", {"zz"})}) == "workflows[0].tasks[0]: depends_on: there is no task \"zz\"");
  CHECK(refusal({task("a", {}, chaos("earthquake"))}) ==
        "workflows[0].tasks[0].chaos_injection: type \"earthquake\" is no chaos type");
  CHECK(refusal({task("a", {}, chaos("rate_limit", 1.5))}) ==
        "workflows[0].tasks[0].chaos_injection: trigger_probability must be from 0 to 1, not 1.5");
  CHECK(refusal({task("a", {}, {{"assigned_agent_id", "nobody"}})}) ==
        "workflow \"wf\", task \"a\": there is no agent \"nobody\"");
  CHECK(refusal({}) == "workflows[0]: tasks must not be empty");
  CHECK(detail(platform.post("/scenario", {{"agents", Json::array()}})) == "workflows is required");
  CHECK(detail(platform.post("/fleet", fleet({Json{{"agent_id", "x"}}}))) == "agents[0]: type is required");
}

TEST_CASE("aoa takes an assignment instead of an agent type", "[targets][aoa]") {
  Platform platform;
  Json bare = task("a");
  bare.erase("assigned_agent_type");
  Json sent = scenario({workflow("wf", {bare})});
  sent["agent_assignments"] = {{"wf", {{"a", "w2"}}}};
  CHECK(task_of(platform.run(sent), "a")["assigned_agent_id"] == "w2");
}

TEST_CASE("aoa refuses what is too much", "[targets][aoa]") {
  Platform platform(R"({"max_body_bytes":2000,"max_tasks":3,"max_in_flight":1,"max_tenants":2})");
  CHECK(platform.ask("POST", std::string(kBase) + "/fleet", std::string(2001, ' ')).status == 413);
  const auto four = workflow("wf", {task("a"), task("b"), task("c"), task("d")});
  CHECK(detail(platform.post("/workflow", four)) == "tasks: at most 3 are taken");
  REQUIRE(platform.post("/workflow", workflow("wf", {task("a")})).status == 202);
  CHECK(platform.post("/workflow", workflow("wf", {task("a")})).status == 429);
  platform.now += 1h;
  CHECK(platform.post("/workflow", workflow("wf", {task("a")})).status == 202);
  platform.tenant = "second";
  CHECK(platform.get("/counters").status == 200);
  platform.tenant = "third";
  CHECK(platform.get("/counters").status == 429);
}

TEST_CASE("aoa keeps tenants apart", "[targets][aoa]") {
  Platform platform;
  platform.tenant = "red";
  const std::string id = platform.submit("/scenario", scenario({workflow("wf", {task("a")})}));
  CHECK(platform.read("/counters")["submitted"] == 1);
  platform.tenant = "blue";
  CHECK(platform.get("/scenario/" + id).status == 404);
  CHECK(platform.read("/counters")["submitted"] == 0);
  CHECK(platform.read("/fleet")["agents"].empty());
}

TEST_CASE("a workflow's result is 404 until it has finished", "[targets][aoa]") {
  Platform platform;
  const std::string id = platform.submit("/workflow", workflow("wf-1", {task("a"), task("b", {"a"})}));
  CHECK(platform.get("/workflow/" + id).status == 404);
  CHECK(platform.get("/scenario/" + id).status == 404);
  platform.now += 1h;
  const Json result = platform.read("/workflow/" + id);
  CHECK(result["workflow_id"] == "wf-1");
  CHECK(result["status"] == "completed");
  CHECK(result["task_results"].size() == 2);
  CHECK(result["fault_rule"] == "hash");
}

TEST_CASE("the counters add up at any time", "[targets][aoa]") {
  Platform platform;
  platform.post("/fleet", fleet({agent("w1")}));
  for (int i = 0; i < 12; ++i) {
    platform.post("/workflow", i % 4 == 3 ? workflow("w", {}) : workflow("w", {task("a"), task("b", {"a"})}));
    platform.now += 60ms;
    const Json counters = platform.read("/counters");
    CHECK(counters["submitted"] == i + 1);
    CHECK(counters["rejected"] == (i + 1) / 4);
    CHECK(counters["submitted"].get<int>() ==
          counters["terminal"].get<int>() + counters["in_flight"].get<int>() + counters["rejected"].get<int>());
  }
  platform.now += 1h;
  CHECK(platform.read("/counters")["terminal"] == 9);
  CHECK(platform.read("/counters")["tasks_running"] == 0);
}

TEST_CASE("aoa misbehaves as it is told", "[targets][aoa]") {
  const Json sent = scenario({workflow("wf", {task("a")})});
  const auto first = [&](const char* how, bool fleet) {
    Platform platform(Json{{"misbehave", how}}.dump());
    return platform.post(fleet ? "/fleet" : "/scenario", sent);
  };
  CHECK(first("refuse_fleet", true).status == 403);
  CHECK(first("error_fleet", true).status == 500);
  CHECK(first("hang_fleet", true).kind == AnswerKind::never);
  CHECK(first("refuse_scenario", false).status == 403);
  CHECK(first("error_scenario", false).status == 500);
  CHECK(first("hang_scenario", false).kind == AnswerKind::never);

  const auto polls = [&](const char* how) {
    Platform platform(Json{{"misbehave", how}}.dump());
    const std::string id = platform.submit("/scenario", sent);
    const TargetAnswer early = platform.get("/scenario/" + id);
    platform.now += 1h;
    return std::pair(early, platform.get("/scenario/" + id));
  };
  CHECK(polls("none").first.status == 200);
  CHECK(polls("pending_404").first.status == 404);
  CHECK(Json::parse(polls("pending_404").second.body)["status"] == "completed");
  CHECK(Json::parse(polls("never_ends").second.body)["status"] == "running");
  CHECK(polls("garbage").second.kind == AnswerKind::garbage);
  CHECK(polls("poll_500").second.status == 500);
}

TEST_CASE("results that are too old are forgotten, the oldest first", "[targets][aoa]") {
  Platform platform(R"({"kept_tasks":4})");
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(platform.submit("/workflow", workflow("w", {task("a"), task("b")})));
    platform.now += 1h;
  }
  platform.submit("/workflow", workflow("w", {task("a")}));
  CHECK(platform.get("/workflow/" + ids[1]).status == 404);
  CHECK(platform.get("/workflow/" + ids[2]).status == 200);
  CHECK(platform.get("/workflow/" + ids[3]).status == 200);
}
