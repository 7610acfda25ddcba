#include "gateway_client.h"

using namespace gateway_test;

TEST_CASE("when workers and queue are full a call is refused and told when to come again", "[targets][gateway]") {
  Client client(steady(R"("workers":2,"queue_capacity":3,"retry_after_s":4)"));
  for (int i = 0; i < 5; ++i) client.submit(0s, client.input(i));
  const TargetAnswer refused = client.call_async(0s, client.input(5));
  const Json told = client.read(refused, 503);
  CHECK(told["error"] == "async execution queue is full; retry later");
  CHECK(told["error_category"] == "concurrency_limit");
  CHECK(told["retry_after"] == 4);
  CHECK(client.header(refused, "Retry-After") == "4");
  CHECK(client.header(refused, "X-Execution-ID").empty());
  CHECK(client.call_sync(0s, client.input(6)).status == 200);  // has no queue
  CHECK(client.call_async(99ms, client.input(7)).status == 503);
  CHECK(client.call_async(100ms, client.input(8)).status == 202);  // two ended, two began
  CHECK(client.metrics(100ms).at(R"(agentfield_gateway_backpressure_total{reason="queue_full"})") == 2);
}

TEST_CASE("back-pressure speaks the old dialect, or 429, or forgets Retry-After, as it is told", "[targets][gateway]") {
  const auto refused = [](const std::string& options) {
    Client client(steady(R"("workers":1,"queue_capacity":0,)" + options));
    client.submit(0s, client.input(1));
    return client.call_async(0s, client.input(2));
  };
  const TargetAnswer old = refused(R"("error_shape":"old")");
  CHECK(old.status == 503);
  CHECK(Json::parse(old.body) == Json{{"error", "async execution queue is full; retry later"}});
  CHECK(Client::header(old, "Retry-After").empty());
  const TargetAnswer many = refused(R"("queue_full_status":"429")");
  CHECK(many.status == 429);
  CHECK(Client::header(many, "Retry-After") == "1");
  const TargetAnswer bare = refused(R"("no_retry_after":true)");
  CHECK(Json::parse(bare.body)["retry_after"] == 1);
  CHECK(Client::header(bare, "Retry-After").empty());
}

TEST_CASE("a node, and synchronous callers, have limits of their own", "[targets][gateway]") {
  Client narrow(steady(R"("agent_concurrency":2)"));
  narrow.submit(0s, narrow.input(1, 1, 4));
  CHECK(narrow.call_sync(0s, narrow.input(2)).status == 200);
  const TargetAnswer refused = narrow.call_async(99ms, narrow.input(3));
  CHECK(narrow.read(refused, 429)["error_category"] == "concurrency_limit");
  CHECK(narrow.call_async(100ms, narrow.input(4)).status == 202);  // the synchronous one has ended
  CHECK(narrow.metrics(1s).at(R"(agentfield_gateway_backpressure_total{reason="concurrency_limit"})") == 1);
  Client sync(steady(R"("sync_capacity":1)"));
  CHECK(sync.call_sync(0s, sync.input(1)).status == 200);
  CHECK(sync.call_sync(50ms, sync.input(2)).status == 429);
  CHECK(sync.call_async(50ms, sync.input(3)).status == 202);
  CHECK(sync.call_sync(100ms, sync.input(4)).status == 200);
}

TEST_CASE("as many workers as there are share the work", "[targets][gateway]") {
  Client client(steady(R"("workers":4,"queue_capacity":100)"));
  std::vector<std::string> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(client.submit(0s, client.input(i)));
  CHECK(client.metrics(0s).at("agentfield_gateway_queue_depth") == 36);
  CHECK(client.metrics(0s).at(R"(agentfield_worker_inflight{agent="demo-agent"})") == 4);
  CHECK(client.status(ids.back(), 999ms) == "running");
  CHECK(client.status(ids.back(), 1s) == "succeeded");  // ten rounds of 100 ms
}

TEST_CASE("work that stalls is ended when its time is up", "[targets][gateway]") {
  Client client(steady(R"("stall_rate":1,"timeout_s":3,"sync_failure_status":"error")"));
  const TargetAnswer answer = client.call_sync(0s, client.input(1));
  CHECK(answer.after == 3s);
  CHECK(client.read(answer, 504)["status"] == "timeout");
  const std::string id = client.submit(1s, client.input(2));
  CHECK(client.status(id, 3999ms) == "running");
  CHECK(client.status(id, 4s) == "timeout");
}

TEST_CASE("an asynchronous execution can be cancelled, waiting or running, with what it called", "[targets][gateway]") {
  Client client(steady(R"("workers":1)"));
  const auto cancel = [&](const std::string& id, Nanoseconds now) {
    return client.ask("POST", "/api/v1/executions/" + id + "/cancel", now);
  };
  const std::string running = client.submit(0s, client.input(1, 1, 2), "X-Run-ID: tale\r\n");
  const std::string waiting = client.submit(0s, client.input(2));
  const std::string next = client.submit(0s, client.input(3));
  const Json told = client.read(cancel(waiting, 50ms), 200);
  CHECK(told["previous_status"] == "queued");
  CHECK(told["status"] == "cancelled");
  CHECK(client.metrics(50ms).at("agentfield_gateway_queue_depth") == 1);
  CHECK(client.read(cancel(running, 150ms), 200)["previous_status"] == "running");
  const Json dag = client.dag("tale", 150ms);
  for (const Json& node : dag["timeline"]) CHECK(node["status"] == "cancelled");
  CHECK(client.status(next, 150ms) == "running");
  CHECK(client.status(next, 250ms) == "succeeded");
  CHECK(client.status(running, 10s) == "cancelled");
  CHECK(cancel(running, 10s).status == 409);
  CHECK(cancel("exec_none", 10s).status == 404);
  const Json sync = client.read(client.call_sync(10s, client.input(4)), 200);
  CHECK(cancel(sync["execution_id"], 10050ms).status == 409);
}

TEST_CASE("a cancelled nested call fails its caller", "[targets][gateway]") {
  Client client;
  const std::string root = client.submit(0s, client.input(1, 1, 2), "X-Run-ID: tale\r\n");
  const std::string child = client.dag("tale", 150ms)["dag"]["children"][0]["execution_id"];
  CHECK(client.ask("POST", "/api/v1/executions/" + child + "/cancel", 150ms).status == 200);
  CHECK(client.status(root, 199ms) == "running");  // the other call goes on
  CHECK(client.status(root, 200ms) == "failed");
  CHECK(client.record(root, 200ms)["error"] == "nested call " + child + ": cancelled by a client");
}

TEST_CASE("runs that are over are forgotten, the oldest first, those in progress never", "[targets][gateway]") {
  Client client(steady(R"("kept_executions":10,"workers":100,"stall_rate":0)"));
  std::vector<std::string> ids;
  for (int i = 0; i < 30; ++i) ids.push_back(client.submit(i * 1s, client.input(i)));
  const auto found = [&](const std::string& id) { return client.ask("GET", "/api/v1/executions/" + id, 40s).status; };
  CHECK(found(ids[0]) == 404);
  CHECK(found(ids[19]) == 404);
  CHECK(found(ids[20]) == 200);
  CHECK(found(ids[29]) == 200);
  Client busy(steady(R"("kept_executions":0,"workers":100)"));
  const std::string first = busy.submit(0s, busy.input(1));
  for (int i = 0; i < 30; ++i) busy.submit(0s, busy.input(i));
  CHECK(busy.status(first, 99ms) == "running");
}

TEST_CASE("a run whose id comes again is as young as its last execution", "[targets][gateway]") {
  Client client(steady(R"("kept_executions":2)"));
  const std::string first = client.submit(0s, client.input(1), "X-Run-ID: tale\r\n");
  client.submit(1s, client.input(2), "X-Run-ID: other\r\n");
  client.submit(2s, client.input(3), "X-Run-ID: tale\r\n");
  CHECK(client.dag("tale", 10s)["total_nodes"] == 2);
  CHECK(client.status(first, 10s) == "succeeded");
  CHECK(client.ask("GET", "/api/ui/v1/workflows/other/dag", 10s).status == 404);
}
