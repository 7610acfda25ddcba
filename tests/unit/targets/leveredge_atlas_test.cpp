#include "leveredge_fleet.h"

using namespace leveredge_test;

namespace {

Json step(const std::string& agent, const std::string& action = "work") {
  return {{"agent", agent}, {"action", action}};
}
Json steps(std::vector<Json> list) { return {{"steps", std::move(list)}, {"input", {{"query", "why is it slow?"}}}}; }

}  // namespace

TEST_CASE("a chain is executed step by step, and its time is that of its steps", "[targets]") {
  Fleet fleet;
  const auto answer =
      fleet.post(kAtlas, "/execute", {{"chain_name", "research-and-plan"}, {"input", {{"topic", "x"}}}});
  const Json told = Json::parse(answer.body);
  CHECK(told["status"] == "completed");
  CHECK(told["chain_name"] == "research-and-plan");
  CHECK(told["error"].is_null());
  CHECK_FALSE(told["final_output"].get<std::string>().empty());
  REQUIRE(told["step_results"].size() == 2);
  double sum = 0, cost = 0;
  for (const Json& each : told["step_results"]) {
    CHECK(each["status"] == "completed");
    sum += each["duration_ms"].get<double>();
    cost += each["cost"].get<double>();
  }
  CHECK(told["step_results"][1]["started_at"] == told["step_results"][0]["completed_at"]);
  CHECK(told["total_duration_ms"].get<double>() == Approx(sum).margin(0.01));
  CHECK(told["total_cost"].get<double>() == Approx(cost));
  CHECK(std::chrono::duration<double, std::milli>(answer.after).count() == Approx(sum).margin(0.01));
}

TEST_CASE("steps of one's own are executed, and the answer is to the question", "[targets]") {
  Fleet fleet;
  const Json told = fleet.told(kAtlas, "/execute", steps({step("aria", "chat")}));
  CHECK(told["chain_name"].is_null());
  CHECK(told["step_results"][0]["step_id"] == "step-1");
  CHECK_THAT(told["final_output"].get<std::string>(), Catch::Contains("why is it slow?"));
}

TEST_CASE("neither a chain nor steps is a 400, steps of another shape a 422", "[targets]") {
  Fleet fleet;
  const auto refused = fleet.post(kAtlas, "/execute", {{"input", {{"query", "hello"}}}});
  CHECK(refused.status == 400);
  CHECK(Json::parse(refused.body)["detail"].is_string());
  CHECK(fleet.post(kAtlas, "/execute", {{"steps", Json::array()}}).status == 422);
  CHECK(fleet.post(kAtlas, "/execute", {{"steps", "chat"}}).status == 422);
  CHECK(fleet.post(kAtlas, "/execute", steps({Json{{"agent", "aria"}}})).status == 422);
}

TEST_CASE("what fails is answered with 200 and says failed", "[targets]") {
  Fleet fleet;
  const Json unknown = fleet.told(kAtlas, "/execute", {{"chain_name", "research"}});
  CHECK(unknown["status"] == "failed");
  CHECK(unknown["error"] == "unknown chain 'research'");
  CHECK(unknown["final_output"].is_null());
  CHECK(fleet.told(kAtlas, "/execute", steps({step("zeus")}))["status"] == "failed");
  const Json partial = fleet.told(kAtlas, "/execute", steps({step("aria"), step("zeus"), step("aria")}));
  CHECK(partial["status"] == "partial");
  CHECK(partial["step_results"].size() == 2);  // the third is not tried
  CHECK(partial["error"] == "unknown agent 'zeus'");
}

TEST_CASE("steps fail, and answers are empty, as often as the options say", "[targets][faults]") {
  const auto count = [](const std::string& options, auto wrong) {
    Fleet fleet(faultless(options));
    int found = 0;
    for (int i = 0; i < 400; ++i) found += wrong(fleet.told(kAtlas, "/execute", steps({step("aria")})));
    return found;
  };
  const auto failed = [](const Json& told) { return told["status"] == "failed"; };
  const auto empty = [](const Json& told) { return told["status"] == "completed" && told["final_output"] == ""; };
  CHECK(count(R"("failed_step_rate":0)", failed) == 0);
  CHECK(count(R"("failed_step_rate":0.25)", failed) == Approx(100).margin(30));
  CHECK(count(R"("failed_step_rate":1)", failed) == 400);
  CHECK(count(R"("empty_answer_rate":0.25)", empty) == Approx(100).margin(30));
}

TEST_CASE("a batch goes on in its time, as many tasks abreast as asked for", "[targets]") {
  Fleet fleet(faultless(R"("step_latency_scale":20)"));  // 1 s a step, give or take a fifth
  std::vector<Json> tasks(10, step("muse", "create-project"));
  const Json begun = fleet.told(kAtlas, "/execute-parallel", {{"tasks", tasks}, {"concurrency", 2}}, 5s);
  CHECK(begun["total_tasks"] == 10);
  CHECK(begun["status"] == "running");
  const std::string path = "/batch/" + begun["batch_id"].get<std::string>();
  const Json at_once = fleet.told(kAtlas, path + "/status", 5s);
  CHECK(at_once["completed_tasks"] == 0);
  const Json early = fleet.told(kAtlas, path + "/status", 7s);
  CHECK(early["status"] == "running");
  CHECK(early["completed_tasks"].get<int>() >= 2);
  CHECK(early["completed_tasks"].get<int>() <= 5);
  CHECK(fleet.told(kAtlas, path + "/results", 7s)["results"].size() == early["completed_tasks"].get<std::size_t>());
  const Json late = fleet.told(kAtlas, path + "/status", 15s);
  CHECK(late["status"] == "completed");
  CHECK(late["completed_tasks"] == 10);
  CHECK(fleet.told(kAtlas, path + "/results", 15s)["results"].size() == 10);
  CHECK(fleet.told(kAtlas, "/batches")["batches"][0]["batch_id"] == begun["batch_id"]);
}

TEST_CASE("a batch of which tasks fail is partial or failed", "[targets]") {
  Fleet fleet;
  const auto ended = [&](std::vector<Json> tasks) {
    const std::string id = fleet.told(kAtlas, "/execute-parallel", {{"tasks", std::move(tasks)}})["batch_id"];
    return fleet.told(kAtlas, "/batch/" + id + "/status", 1h);
  };
  const Json chain{{"chain_name", "validate-and-decide"}};
  const Json partial = ended({chain, step("zeus")});
  CHECK(partial["status"] == "partial");
  CHECK(partial["failed_tasks"] == 1);
  CHECK(ended({step("zeus")})["status"] == "failed");
  CHECK(fleet.ask(kAtlas, "GET", "/batch/none/status").status == 404);
  for (const Json& bad : {Json{{"concurrency", 2}}, Json{{"tasks", Json::array()}},
                          Json{{"tasks", std::vector<Json>{chain}}, {"concurrency", 21}}})
    CHECK(fleet.post(kAtlas, "/execute-parallel", bad).status == 422);
}

TEST_CASE("agents, chains and metrics are told", "[targets]") {
  Fleet fleet;
  fleet.told(kAtlas, "/execute", steps({step("aria")}));
  fleet.told(kAtlas, "/execute", steps({step("zeus")}));
  const Json chains = fleet.told(kAtlas, "/chains");
  CHECK(chains["count"] == 3);
  CHECK(chains["chains"][2]["name"] == "comprehensive-market-analysis");
  CHECK(fleet.told(kAtlas, "/agents")["count"] == 21);
  const auto metrics = fleet.ask(kAtlas, "GET", "/metrics");
  CHECK_THAT(metrics.body, Catch::Contains("atlas_executions_total{status=\"completed\"} 1\n") &&
                               Catch::Contains("atlas_executions_total{status=\"failed\"} 1\n"));
}

TEST_CASE("too many executions in a second are 429 and say when to come back", "[targets][faults]") {
  Fleet fleet(faultless(R"("rate_limit_per_s":5)"));
  const auto status = [&](Nanoseconds now) {
    return fleet.post(kAtlas, "/execute", steps({step("aria")}), now).status;
  };
  for (int i = 0; i < 5; ++i) CHECK(status(10s) == 200);
  CHECK(status(10s) == 429);
  CHECK_THAT(fleet.post(kAtlas, "/execute", steps({step("aria")}), 10s).headers, Catch::Contains("Retry-After: 1\r\n"));
  CHECK(status(10s + 210ms) == 200);  // one token later
  CHECK(status(10s + 220ms) == 429);
  CHECK(fleet.health(kAtlas, 10s + 220ms).status == 200);  // only work is limited
}

TEST_CASE("more work than there are places for is 503", "[targets][faults]") {
  Fleet fleet(faultless(R"("capacity":2,"step_latency_scale":20)"));
  const auto answer = [&](Nanoseconds now) { return fleet.post(kAtlas, "/execute", steps({step("aria")}), now); };
  const Nanoseconds first = answer(0s).after, second = answer(0s).after;
  CHECK(answer(0s).status == 503);
  CHECK(answer(std::min(first, second) - 1ns).status == 503);
  CHECK(answer(std::min(first, second)).status == 200);
}

TEST_CASE("behind its switch ATLAS takes the public suite's chats and chains", "[targets]") {
  Fleet fleet(faultless(R"("suite_paths":true)"));
  CHECK(fleet.told(kAtlas, "/execute", {{"input", {{"query", "hello"}, {"session_id", "s"}}}})["status"] ==
        "completed");
  CHECK(fleet.told(kAtlas, "/execute",
                   {{"chain_name", "workflow_management"}, {"input", {{"action", "list"}}}})["status"] == "completed");
  CHECK(fleet.post(kAtlas, "/execute", Json::object()).status == 400);
}
