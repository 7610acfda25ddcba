#include <set>

#include "gateway_client.h"

using namespace gateway_test;

namespace {

/// Walks the tree of a dag: every node has the parent it hangs below, one level deeper, and is within its time.
void check_tree(const Json& node, int depth, std::set<std::string>& ids) {
  CHECK(ids.insert(node["execution_id"]).second);
  CHECK(node["workflow_depth"] == depth);
  for (const Json& child : node["children"]) {
    CHECK(child["parent_execution_id"] == node["execution_id"]);
    CHECK(child["started_at"] >= node["started_at"]);
    CHECK(child["completed_at"] <= node["completed_at"]);
    check_tree(child, depth + 1, ids);
  }
}

}  // namespace

TEST_CASE("nested calls are executions of their own, in a full tree of the depth and width asked for",
          "[targets][gateway]") {
  const bool sync = GENERATE(true, false);
  Client client;
  const TargetAnswer answer = client.call(sync, 0s, client.input(1, 3, 2), "X-Run-ID: tale\r\n");
  REQUIRE(answer.status == (sync ? 200 : 202));
  const Json dag = client.dag("tale", 10s);
  CHECK(dag["root_workflow_id"] == "tale");
  CHECK(dag["workflow_status"] == "succeeded");
  CHECK(dag["total_nodes"] == 15);
  CHECK(dag["max_depth"] == 3);
  CHECK(dag["timeline"].size() == 15);
  std::set<std::string> ids;
  check_tree(dag["dag"], 0, ids);
  CHECK(ids.size() == 15);
  CHECK(dag["dag"]["duration_ms"] == 400);  // four levels of 100 ms, each level side by side
  for (const std::string& id : ids) CHECK(client.status(id, 10s) == "succeeded");
  CHECK(client.record(dag["dag"]["children"][0]["execution_id"], 10s)["result"]["executions"] == 7);
}

TEST_CASE("a workflow grows before one's eyes, whether its end is known or not", "[targets][gateway]") {
  const bool sync = GENERATE(true, false);
  Client client;
  client.call(sync, 0s, client.input(1, 2, 3), "X-Run-ID: tale\r\n");
  CHECK(client.dag("tale", 50ms)["total_nodes"] == 1);
  CHECK(client.dag("tale", 150ms)["total_nodes"] == 4);
  CHECK(client.dag("tale", 150ms)["workflow_status"] == "running");
  CHECK(client.dag("tale", 250ms)["total_nodes"] == 13);
  CHECK(client.dag("tale", 299ms)["dag"]["completed_at"].is_null());
  CHECK(client.dag("tale", 300ms)["workflow_status"] == "succeeded");
}

TEST_CASE("nested calls wait for nested slots, and give them back while they wait themselves", "[targets][gateway]") {
  Client client(steady(R"("nested_slots":2)"));
  const std::string id = client.submit(0s, client.input(1, 2, 2));
  // 100 ms of its own, 2 calls in 100 ms, their 4 calls two by two in 200 ms.
  CHECK(client.status(id, 399ms) == "running");
  CHECK(client.status(id, 400ms) == "succeeded");
}

TEST_CASE("when nested calls need the workers that wait for them, nothing moves until the time-out",
          "[targets][gateway]") {
  Client client(steady(R"("nested_slots":0,"workers":2,"timeout_s":5)"));
  const std::string one = client.submit(0s, client.input(1, 1, 1), "X-Run-ID: tale\r\n");
  const std::string other = client.submit(0s, client.input(2, 1, 1));
  CHECK(client.status(one, 4999ms) == "running");
  CHECK(client.dag("tale", 4999ms)["dag"]["children"][0]["status"] == "queued");
  CHECK(client.metrics(4999ms).at("agentfield_gateway_queue_depth") == 2);
  const Json record = client.record(one, 5s);
  CHECK(record["status"] == "timeout");
  CHECK(record["error"] == "execution timed out");
  CHECK(client.dag("tale", 5s)["dag"]["children"][0]["status"] == "cancelled");
  CHECK(client.status(other, 5s) == "timeout");
  CHECK(client.metrics(5s).at("agentfield_gateway_queue_depth") == 0);
  const std::string after = client.submit(6s, client.input(3));
  CHECK(client.status(after, 6100ms) == "succeeded");  // the workers are free again
}

TEST_CASE("a nested call that fails fails its caller, which names it", "[targets][gateway]") {
  Client client(steady(R"("failure_rate":0.5)"));
  int failed = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string run = "run-" + std::to_string(i);
    const Json told = client.read(client.call_sync(0s, client.input(i, 1, 1), "X-Run-ID: " + run + "\r\n"), 200);
    const Json dag = client.dag(run, 10s)["dag"];
    if (dag["children"].empty()) {
      CHECK(told["error_message"] == "agent error (500): synthetic failure");
      continue;
    }
    const Json& child = dag["children"][0];
    CHECK(told["status"] == child["status"]);
    if (told["status"] != "failed") continue;
    ++failed;
    CHECK(told["result"].is_null());
    CHECK_THAT(told["error_message"].get<std::string>(),
               Catch::StartsWith("nested call " + child["execution_id"].get<std::string>()));
  }
  CHECK(failed > 10);
}

TEST_CASE("a workflow that calls itself by hand is bounded as well", "[targets][gateway]") {
  Client client(steady(R"("max_run_executions":3,"max_depth":1)"));
  const std::string root = client.submit(0s, client.input(1), "X-Run-ID: tale\r\n");
  const std::string child = client.submit(0s, client.input(2), "X-Parent-Execution-ID: " + root + "\r\n");
  const TargetAnswer deep = client.call_async(0s, client.input(3), "X-Parent-Execution-ID: " + child + "\r\n");
  CHECK(client.read(deep, 400)["error"] == "the workflow would be more than 1 levels deep");
  const TargetAnswer many = client.call_async(0s, client.input(4, 1, 1), "X-Run-ID: tale\r\n");
  CHECK(client.read(many, 400)["error"] == "run \"tale\" would have more than 3 executions");
  CHECK(client.call_async(0s, client.input(5), "X-Run-ID: tale\r\n").status == 202);
}
