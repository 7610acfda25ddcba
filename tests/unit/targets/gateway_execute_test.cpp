#include "gateway_client.h"

using namespace gateway_test;

TEST_CASE("a synchronous call is answered when its work is done, with every field of the contract",
          "[targets][gateway]") {
  Client client;
  const TargetAnswer answer = client.call_sync(5s, client.input(7));
  const Json told = client.read(answer, 200);
  CHECK(answer.after == 100ms);
  CHECK(told["status"] == "succeeded");
  CHECK(told["result"]["sequence"] == 7);
  CHECK(told["result"]["payload_bytes"] == 9);
  CHECK(told["error_message"].is_null());
  CHECK(told["duration_ms"] == 100);
  CHECK(told["finished_at"] == "2023-11-14T22:13:25.100000Z");
  CHECK(told["webhook_registered"] == false);
  CHECK(client.header(answer, "X-Execution-ID") == told["execution_id"]);
  CHECK(client.header(answer, "X-Run-ID") == told["run_id"]);
}

TEST_CASE("an asynchronous call is acknowledged at once and goes from queued to succeeded", "[targets][gateway]") {
  Client client(steady(R"("workers":1)"));
  const TargetAnswer first = client.call_async(0ms, client.input(1));
  const Json told = client.read(first, 202);
  CHECK(first.after == 0ms);
  CHECK(told["status"] == "queued");
  CHECK(told["workflow_id"] == told["run_id"]);
  CHECK(told["target"] == "demo-agent.synthetic_nested");
  CHECK(told["type"] == "reasoner");
  CHECK(told["created_at"] == told["enqueued_at"]);
  CHECK(client.header(first, "X-Execution-ID") == told["execution_id"]);
  CHECK(client.status(told["execution_id"], 99ms) == "running");
  const std::string second = client.submit(99ms, client.input(2));
  CHECK(client.status(second, 99ms) == "queued");
  const Json waiting = client.record(second, 99ms);
  CHECK(waiting["started_at"].is_null());
  CHECK(waiting["completed_at"].is_null());
  CHECK(waiting["duration_ms"].is_null());
  CHECK(waiting["result"].is_null());
  CHECK(client.status(second, 150ms) == "running");
  const Json ended = client.record(second, 200ms);  // the worker was free at 100 ms
  CHECK(ended["status"] == "succeeded");
  CHECK(ended["started_at"] == "2023-11-14T22:13:20.100000Z");
  CHECK(ended["completed_at"] == "2023-11-14T22:13:20.200000Z");
  CHECK(ended["duration_ms"] == 100);
  CHECK(ended["result"]["sequence"] == 2);
}

TEST_CASE("run, parent, session and actor are those the headers name", "[targets][gateway]") {
  Client client;
  const std::string parent =
      client.submit(0s, client.input(1), "X-Run-ID: tale\r\nX-Session-ID: s1\r\nX-Actor-ID: a1\r\n");
  const std::string child = client.submit(1s, client.input(2), "X-Parent-Execution-ID: " + parent + "\r\n");
  CHECK(client.record(child, 1s)["run_id"] == "tale");
  CHECK(client.record(child, 1s)["parent_execution_id"] == parent);
  const Json dag = client.dag("tale", 2s);
  CHECK(dag["session_id"] == "s1");
  CHECK(dag["actor_id"] == "a1");
  CHECK(dag["total_nodes"] == 2);
  CHECK(dag["max_depth"] == 1);
  CHECK(dag["dag"]["children"][0]["execution_id"] == child);
  const std::string stranger = client.submit(2s, client.input(3), "X-Parent-Execution-ID: exec_elsewhere\r\n");
  CHECK(client.record(stranger, 2s)["parent_execution_id"] == "exec_elsewhere");
  CHECK(client.record(stranger, 2s)["run_id"] != "tale");
}

TEST_CASE("batch-status tells of each id, and which it does not know", "[targets][gateway]") {
  Client client;
  Json ids = Json::array();
  for (int i = 0; i < 3000; ++i) ids.push_back("exec_" + std::to_string(i));
  const std::string known = client.submit(0s, client.input(1));
  ids.push_back(known);
  const auto ask = [&](const Json& body) {
    return client.ask("POST", "/api/v1/executions/batch-status", 1s, body.dump());
  };
  const Json told = client.read(ask({{"execution_ids", ids}}), 200);
  CHECK(told.size() == 3001);
  CHECK(told["exec_7"]["status"] == "not_found");
  CHECK(told[known] == client.record(known, 1s));
  CHECK(ask({{"ids", ids}}).status == 400);
  CHECK(ask({{"execution_ids", {1, 2}}}).status == 400);
  Client narrow(steady(R"("max_batch_ids":500)"));
  const auto refused = narrow.ask("POST", "/api/v1/executions/batch-status", 0s, Json{{"execution_ids", ids}}.dump());
  CHECK(narrow.read(refused, 400)["error"] == "3001 execution_ids are more than 500");
}

TEST_CASE("what cannot be executed is refused, and says why", "[targets][gateway]") {
  Client client(steady(R"("max_body_bytes":1000,"max_run_executions":100,"max_depth":8)"));
  const auto error = [&](const std::string& body, int status) {
    return client.read(client.call_sync(0s, body), status)["error"].get<std::string>();
  };
  CHECK(error(std::string(1001, ' '), 413) == "request body too large");
  CHECK_THAT(error("{", 400), Catch::StartsWith("invalid request body"));
  CHECK(error("[]", 400) == "invalid request body: it must be a JSON object");
  CHECK(error(R"({"context":{}})", 400) == "input is required, and must be an object");
  CHECK(error(R"({"input":{"depth":-1}})", 400) == "input.depth must be an integer from 0 to 8");
  CHECK(error(R"({"input":{"depth":9,"width":1}})", 400) == "input.depth must be an integer from 0 to 8");
  CHECK(error(R"({"input":{"width":"3"}})", 400) == "input.width must be an integer from 0 to 1000000");
  CHECK(error(client.input(1, 4, 3), 400) == "depth 4 and width 3 are more than 100 executions");
  CHECK(client.read(client.call_sync(0s, client.input(1, 3, 4)), 200)["result"]["executions"] == 85);
  client.target_name = "demo-agent";
  CHECK(error(client.input(1), 400) == "target \"demo-agent\" is not of the form node.reasoner");
  client.target_name = "nobody.x";
  CHECK(error(client.input(1), 404) == "agent \"nobody\" not found");
  client.target_name = "demo-agent.x";
  CHECK(error(client.input(1), 404) == "agent \"demo-agent\" has no reasoner or skill \"x\"");
  CHECK(client.ask("GET", "/api/v1/executions/exec_none", 0s).status == 404);
  CHECK(client.ask("GET", "/api/ui/v1/workflows/run_none/dag", 0s).status == 404);
  const TargetAnswer wrong = client.ask("GET", "/api/v1/executions/batch-status", 0s);
  CHECK(wrong.status == 404);  // an execution of that name
  CHECK(client.ask("DELETE", "/metrics", 0s).status == 405);
}

TEST_CASE("a registered node's reasoners and skills can be executed", "[targets][gateway]") {
  Client client;
  const auto put = [&](const std::string& body) { return client.ask("POST", "/api/v1/nodes/register", 0s, body); };
  const Json node{{"id", "thresher"},
                  {"base_url", "http://127.0.0.1:9"},
                  {"version", "2"},
                  {"reasoners", {{{"id", "think"}}}},
                  {"skills", {{{"id", "act"}}}}};
  const Json made = client.read(put(node.dump()), 201);
  CHECK(made["node_id"] == "thresher");
  client.target_name = "thresher.act";
  CHECK(client.read(client.call_async(0s, client.input(1)), 202)["type"] == "skill");
  client.target_name = "thresher.think";
  CHECK(client.read(client.call_sync(0s, client.input(1)), 200)["result"]["node"] == "thresher");
  const Json nodes = client.read(client.ask("GET", "/api/v1/nodes", 0s), 200);
  CHECK(nodes["count"] == 2);
  CHECK(nodes["nodes"][1]["reasoners"][0]["id"] == "think");
  CHECK(client.read(put(R"({"base_url":"x"})"), 400)["error"] == "id is required, a text of at most 512 bytes");
  CHECK(client.read(put(R"({"id":"a.b","base_url":"x"})"), 400)["error"] == "id must be without '.' and '/'");
  CHECK(put(R"({"id":"a","base_url":"x","reasoners":["think"]})").status == 400);
}

TEST_CASE("the same seed and requests give the same answers, however often somebody polls", "[targets][gateway]") {
  const std::string options = R"({"workers":2,"failure_rate":0.3,"retries":1,"nested_slots":3})";
  const auto last = [&](bool polls, std::uint64_t seed) {
    Client client(options, seed);
    std::vector<std::string> ids;
    for (int i = 0; i < 20; ++i) {
      const Nanoseconds now = i * 13ms;
      if (i % 4 == 3)
        client.call_sync(now, client.input(i, 2, 2));
      else
        ids.push_back(client.submit(now, client.input(i, 2, 2)));
      if (polls)
        for (const std::string& id : ids) client.status(id, now);
    }
    std::string all;
    for (const std::string& id : ids) all += client.record(id, 100s).dump();
    return all;
  };
  CHECK(last(false, 3) == last(true, 3));
  CHECK(last(false, 3) != last(false, 4));
}

TEST_CASE("own work takes as long as its distribution says, and longer for a large request", "[targets][gateway]") {
  Client client(R"({"work_ms":50,"work_sd_ms":25,"work_ms_per_mib":1000,"latency_ms":0})");
  double sum = 0, longest = 0;
  for (int i = 0; i < 2000; ++i) {
    const double ms = std::chrono::duration<double, std::milli>(client.call_sync(0s, client.input(i)).after).count();
    sum += ms;
    longest = std::max(longest, ms);
  }
  CHECK(sum / 2000 == Approx(50).epsilon(0.05));
  CHECK(longest > 120);
  const std::string large = Json{{"input", {{"payload", std::string(2 << 20, 'x')}}}}.dump();
  CHECK(client.call_sync(0s, large).after > 2s);
}
