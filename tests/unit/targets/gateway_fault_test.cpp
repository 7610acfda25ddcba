#include <set>

#include "gateway_client.h"

using namespace gateway_test;

namespace {

/// How many of 400 asynchronous executions meet it, with this option at `rate`; `met(client, id)` looks after 10 s.
template <class Met>
int count(const std::string& option, const char* rate, Met&& met) {
  Client client(steady(R"("workers":1000,")" + option + "\":" + rate));
  std::vector<std::string> ids;
  for (int i = 0; i < 400; ++i) ids.push_back(client.submit(0s, client.input(i)));
  int found = 0;
  for (const std::string& id : ids) found += met(client, id) ? 1 : 0;
  return found;
}

template <class Met>
void check_rate(const std::string& option, Met&& met) {
  INFO(option);
  CHECK(count(option, "0", met) == 0);
  CHECK(count(option, "0.25", met) == Approx(100).margin(30));
  CHECK(count(option, "1", met) == 400);
}

}  // namespace

TEST_CASE("records are lost, stuck, unknown or empty as often as the options say", "[targets][gateway][faults]") {
  check_rate("lost_rate", [](Client& client, const std::string& id) {
    return client.ask("GET", "/api/v1/executions/" + id, 10s).status == 404;
  });
  check_rate("stuck_rate", [](Client& client, const std::string& id) { return client.status(id, 10s) == "running"; });
  check_rate("unknown_status_rate",
             [](Client& client, const std::string& id) { return client.status(id, 10s) == "unknown"; });
  check_rate("empty_result_rate", [](Client& client, const std::string& id) {
    const Json record = client.record(id, 10s);
    return record["status"] == "succeeded" && record["result"].is_null();
  });
  check_rate("failure_rate", [](Client& client, const std::string& id) { return client.status(id, 10s) == "failed"; });
}

TEST_CASE("a mixed-up result is another request's", "[targets][gateway][faults]") {
  Client client(steady(R"("mixed_result_rate":1)"));
  CHECK(client.read(client.call_sync(0s, client.input(6)), 200)["result"]["sequence"] == 7);
}

TEST_CASE("a late completion is seen late, and tells when it really was", "[targets][gateway][faults]") {
  Client client(steady(R"("late_completion_rate":1,"late_completion_ms":500)"));
  const std::string id = client.submit(0s, client.input(1));
  CHECK(client.status(id, 599ms) == "running");
  CHECK(client.record(id, 599ms)["completed_at"].is_null());
  CHECK(client.record(id, 600ms)["completed_at"] == "2023-11-14T22:13:20.100000Z");
}

TEST_CASE("execute calls fail, hang or break as often as the options say", "[targets][gateway][faults]") {
  const auto met = [](const std::string& option, const auto& wrong) {
    Client client(steady(option));
    int found = 0;
    for (int i = 0; i < 400; ++i) found += wrong(client.call_sync(0s, client.input(i))) ? 1 : 0;
    return found;
  };
  const auto error = [](const TargetAnswer& answer) { return answer.status == 500; };
  const auto hangs = [](const TargetAnswer& answer) { return answer.kind == AnswerKind::never; };
  const auto breaks = [](const TargetAnswer& answer) { return answer.kind == AnswerKind::reset; };
  CHECK(met(R"("error_rate":0.25)", error) == Approx(100).margin(30));
  CHECK(met(R"("hang_rate":0.25)", hangs) == Approx(100).margin(30));
  CHECK(met(R"("reset_rate":0.25)", breaks) == Approx(100).margin(30));
  CHECK(met(R"("latency_ms":0)",
            [&](const auto& answer) { return error(answer) || hangs(answer) || breaks(answer); }) == 0);
}

TEST_CASE("a call whose connection breaks was executed all the same, so that repeating it is work done twice",
          "[targets][gateway][faults]") {
  Client client(steady(R"("reset_rate":1)"));
  const TargetAnswer answer = client.call_sync(0s, client.input(1), "X-Run-ID: tale\r\n");
  CHECK(answer.kind == AnswerKind::reset);
  CHECK(answer.after == 100ms);
  client.call_sync(1s, client.input(1), "X-Run-ID: tale\r\n");
  CHECK(client.dag("tale", 5s)["total_nodes"] == 2);
}

TEST_CASE("a duplicate has an id of its own and delays nobody", "[targets][gateway][faults]") {
  const bool sync = GENERATE(true, false);
  Client client(steady(R"("duplicate_rate":1)"));
  const TargetAnswer answer = client.call(sync, 0s, client.input(1, 1, 2), "X-Run-ID: tale\r\n");
  if (sync) CHECK(client.read(answer, 200)["result"]["executions"] == 3);
  const Json dag = client.dag("tale", 10s);
  // The root with two calls, each made twice; and the root's second execution with two calls.
  CHECK(dag["total_nodes"] == 8);
  CHECK(dag["dag"]["children"].size() == 4);
  CHECK(dag["dag"]["duration_ms"] == 200);
  std::set<std::string> ids;
  for (const Json& node : dag["timeline"]) CHECK(ids.insert(node["execution_id"]).second);
}

TEST_CASE("a swallowed failure shows in the dag only", "[targets][gateway][faults]") {
  Client client(steady(R"("failure_rate":0.5,"swallowed_failure_rate":1)"));
  int swallowed = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string run = "run-" + std::to_string(i);
    const Json told = client.read(client.call_sync(0s, client.input(i, 1, 1), "X-Run-ID: " + run + "\r\n"), 200);
    const Json dag = client.dag(run, 10s)["dag"];
    if (dag["children"].empty()) continue;
    CHECK(told["status"] == "succeeded");
    CHECK(told["error_message"].is_null());
    swallowed += dag["children"][0]["status"] == "failed" ? 1 : 0;
  }
  CHECK(swallowed > 10);
}

TEST_CASE("the dag hangs nested executions too high, or leaves them out, when told to", "[targets][gateway][faults]") {
  const auto dag = [](const std::string& option) {
    Client client(steady(option));
    client.call_sync(0s, client.input(1, 2, 2), "X-Run-ID: tale\r\n");
    return client.dag("tale", 10s);
  };
  const Json high = dag(R"("wrong_parent_rate":1)");
  CHECK(high["total_nodes"] == 7);
  CHECK(high["max_depth"] == 2);
  CHECK(high["dag"]["children"].size() == 6);
  for (const Json& child : high["dag"]["children"]) {
    CHECK(child["parent_execution_id"] == high["dag"]["execution_id"]);
    CHECK(child["children"].empty());
  }
  const Json missing = dag(R"("missing_node_rate":1)");
  CHECK(missing["total_nodes"] == 1);
  CHECK(missing["dag"]["children"].empty());
  const Json some = dag(R"("missing_node_rate":0.3)");
  CHECK(some["total_nodes"] == some["timeline"].size());
}

TEST_CASE("statuses come under their aliases when told to, and mean the same", "[targets][gateway]") {
  Client client(steady(R"("status_names":"aliases","failure_rate":0.3,"workers":10,"queue_capacity":1000)"));
  std::vector<std::string> ids;
  std::set<std::string> early, late;
  for (int i = 0; i < 200; ++i) ids.push_back(client.submit(0s, client.input(i)));
  for (const std::string& id : ids) early.insert(client.status(id, 10ms));
  for (const std::string& id : ids) late.insert(client.status(id, 100s));
  CHECK(early == std::set<std::string>{"waiting", "pending", "in_progress", "running"});
  CHECK(late == std::set<std::string>{"success", "completed", "done", "ok", "failed", "error"});
}

TEST_CASE("a synchronous failure is a 200 that says so, or an error, as told", "[targets][gateway]") {
  Client usual(steady(R"("failure_rate":1)"));
  CHECK(usual.read(usual.call_sync(0s, usual.input(1)), 200)["status"] == "failed");
  Client strict(steady(R"("failure_rate":1,"sync_failure_status":"error","timestamps":"seconds")"));
  const Json told = strict.read(strict.call_sync(0s, strict.input(1)), 502);
  CHECK(told["status"] == "failed");
  CHECK(told["finished_at"] == "2023-11-14T22:13:20Z");
}

TEST_CASE("attempts are repeated as often as allowed, and each takes its time", "[targets][gateway]") {
  Client client(steady(R"("failure_rate":1,"retries":3)"));
  CHECK(client.call_sync(0s, client.input(1)).after == 400ms);
  CHECK(client.metrics(1s).at(R"(agentfield_step_retries_total{agent="demo-agent"})") == 3);
}
