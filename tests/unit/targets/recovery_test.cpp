// The recovery target, healthy: its work items, checkpoints, keys and tool server as its README has them.
#include "recovery_client.h"

using Catch::Matchers::Contains;
using namespace recovery_test;

TEST_CASE("a lease keeps others out until a sweep after its end", "[unit][targets][recovery]") {
  Client client;
  client.add();
  const int token = client.acquire("a");
  CHECK(token == 1);
  CHECK(client.acquire("b") == 0);
  CHECK(client.status == 409);
  client.now = 999ms;
  CHECK(client.post("/recovery/sweep")["expired_found"] == 0);
  client.now = 1000ms;
  CHECK(client.acquire("b") == 0);  // it is nobody's, and nobody has looked
  const Json sweep = client.post("/recovery/sweep");
  CHECK(sweep["expired_found"] == 1);
  CHECK(sweep["recovered"] == 1);
  CHECK(sweep["failed"] == 0);
  CHECK(sweep["checkpoints_created"] == 1);
  CHECK(client.acquire("b") == 2);
  const Json item = client.get("/work-items/w");
  CHECK(item["status"] == "in_progress");
  CHECK(item["lease_holder"] == "b");
  CHECK(item["retry_count"] == 1);
  CHECK(item["lease_expires_at"] == 1'700'000'002.0);
}

TEST_CASE("only the holder of the newest lease writes, and only while it runs", "[unit][targets][recovery]") {
  Client client;
  client.add();
  client.acquire("a");
  client.post("/work-items/w/heartbeat", Client::as("a", 1, R"(,"lease_ms":5000)"));
  CHECK(client.status == 200);
  client.now = 5000ms;
  const std::string with_item = R"(,"work_item_id":"w")";
  for (const char* path : {"/work-items/w/complete", "/work-items/w/fail", "/work-items/w/release"}) {
    CAPTURE(path);
    const Json refused = client.post(path, Client::as("a", 1));
    CHECK(client.status == 409);
    CHECK(refused["code"] == "stale_holder");
    CHECK_THAT(refused["error"].get<std::string>(), Contains("the lease ran out 0.000 ms ago"));
  }
  client.post("/recovery/sweep");
  CHECK(client.acquire("a") == 2);  // the same worker again, and still its first lease is over
  CHECK_THAT(client.post("/tasks/t/checkpoints", Client::as("a", 1, with_item))["error"].get<std::string>(),
             Contains("a holds it with token 2"));
  client.post("/tasks/t/checkpoints", Client::as("a", 2, with_item));
  CHECK(client.status == 201);
  client.post("/work-items/w/complete", Client::as("a", 2, R"(,"output_data":{"x":1})"));
  CHECK(client.get("/work-items/w")["output_data"] == Json{{"x", 1}});
  CHECK(client.get("/tasks/t")["status"] == "succeeded");
  client.post("/work-items/w/complete", Client::as("a", 2));
  CHECK(client.status == 409);  // it has ended
}

TEST_CASE("an item may be tried once more than it may be retried, however each try ends", "[unit][targets][recovery]") {
  for (const bool by_sweep : {false, true})
    for (int max_retries = 0; max_retries <= 3; ++max_retries) {
      CAPTURE(by_sweep, max_retries);
      Client client;
      client.add("w", max_retries);
      int tries = 0;
      while (const int token = client.acquire("a")) {
        ++tries;
        if (by_sweep) {
          client.now += 1s;
          client.post("/recovery/sweep");
        } else {
          client.post("/work-items/w/fail", Client::as("a", token, R"(,"error_message":"no")"));
        }
      }
      CHECK(tries == max_retries + 1);
      CHECK(client.item_status() == (by_sweep ? "expired" : "failed"));
      CHECK(client.get("/tasks/t")["status"] == "failed");
    }
}

TEST_CASE("a release uses up no retry", "[unit][targets][recovery]") {
  Client client;
  client.add("w", 0);
  for (int token = 1; token <= 5; ++token) {
    CHECK(client.acquire("a") == token);
    client.post("/work-items/w/release", Client::as("a", token));
    CHECK(client.status == 200);
  }
  CHECK(client.item_status() == "pending");
}

TEST_CASE("whoever names no item is given the most urgent, then the oldest", "[unit][targets][recovery]") {
  Client client;
  client.post("/tasks", R"({"task_id":"t"})");
  for (const char* item : {R"("low","priority":-1)", R"("first","priority":5)", R"("second","priority":5)"})
    client.post("/work-items", R"({"task_id":"t","work_item_id":)" + std::string(item) + "}");
  for (const char* wanted : {"first", "second", "low"})
    CHECK(client.post("/leases", R"({"lease_holder":"a","lease_ms":10})")["work_item_id"] == wanted);
  client.post("/leases", R"({"lease_holder":"a","lease_ms":10})");
  CHECK(client.status == 204);
}

TEST_CASE("checkpoints are numbered, kept over a restart, and carried over a sweep", "[unit][targets][recovery]") {
  Client client;
  client.add();
  client.get("/tasks/t/checkpoints/last");
  CHECK(client.status == 404);
  client.acquire("a");
  CHECK(client.checkpoint(1)["sequence_number"] == 1);
  const Json second = client.checkpoint(2);
  client.post("/stand-in/restart");
  client.get("/tasks/t");
  CHECK(client.status == 0);
  client.now = 1s;
  CHECK(client.get("/tasks/t/checkpoints/last")["snapshot_hash"] == second["snapshot_hash"]);
  client.post("/recovery/sweep");
  const Json last = client.get("/tasks/t/checkpoints/last");
  CHECK(last["sequence_number"] == 3);
  CHECK(last["checkpoint_type"] == "error_boundary");
  CHECK(last["snapshot_data"] == Json{{"state", 2}});
  CHECK(last["snapshot_hash"] == second["snapshot_hash"]);
  CHECK(client.get("/tasks/t/checkpoints")["checkpoints"].size() == 3);
}

TEST_CASE("of those who ask for a key one executes, the others wait for its response", "[unit][targets][recovery]") {
  Client client;
  const Json first = client.claim();
  CHECK(first["outcome"] == "execute");
  CHECK(first["reclaimed"] == false);
  CHECK(client.claim()["outcome"] == "in_flight");
  CHECK(client.claim("2")["outcome"] == "mismatch");
  CHECK(client.status == 409);
  client.now = 1s;  // its claim has run out
  const Json second = client.claim();
  CHECK(second["outcome"] == "execute");
  CHECK(second["reclaimed"] == true);
  const auto complete = [&](const Json& claim) {
    return client.post("/idempotency/k/complete",
                       R"({"response_data":{"receipt":7},"claim_token":)" + claim["claim_token"].dump() + "}");
  };
  CHECK(complete(first)["code"] == "stale_claim");
  CHECK(complete(second)["status"] == "completed");
  client.post("/stand-in/restart", R"({"down_ms":1})");
  client.now = 2s;
  const Json replay = client.claim();
  CHECK(replay["outcome"] == "replay");
  CHECK(replay["response_data"] == Json{{"receipt", 7}});
  CHECK(client.get("/idempotency") == Json{{"pending", 0}, {"completed", 1}, {"failed", 0}});
  CHECK(client.get("/idempotency/k")["request_hash"] == first["request_hash"]);
}

TEST_CASE("a key that failed may be tried again, one that expired stands for anything", "[unit][targets][recovery]") {
  Client client;
  const Json claim = client.post("/idempotency/check-or-create", R"({"key":"k","request":1,"ttl_ms":5000})");
  client.post("/idempotency/k/fail", R"({"claim_token":)" + claim["claim_token"].dump() + "}");
  CHECK(client.claim("2")["outcome"] == "mismatch");
  client.now = 5s;
  CHECK(client.claim("2")["outcome"] == "execute");
}

TEST_CASE("the tool server writes every call down, and its answer follows from the payload",
          "[unit][targets][recovery]") {
  Client client;
  const auto call = [&](const std::string& workflow, const std::string& payload) {
    return client.ask("POST", "/tools/transfer",
                      R"({"workflow":")" + workflow + R"(","task":"s","idempotency_key":"k-)" + workflow +
                          R"(","payload":)" + payload + "}",
                      8461);
  };
  const Json first = call("a", R"({"x":1,"y":2})"), again = call("a", R"({ "y": 2, "x": 1 })"), other = call("b", "{}");
  CHECK(first["payload_hash"] == again["payload_hash"]);
  CHECK(first["receipt"] == again["receipt"]);
  CHECK(first["receipt"] != other["receipt"]);
  CHECK(client.post("/idempotency/check-or-create", R"({"key":"k","request":{"y":2,"x":1}})")["request_hash"] ==
        first["payload_hash"]);
  client.post("/stand-in/restart");
  CHECK(client.ask("GET", "/ledger", "", 8461)["effects"].size() == 3);
  CHECK(client.ask("GET", "/ledger", "", 8461, "workflow=a")["effects"].size() == 2);
  CHECK(client.ask("GET", "/ledger", "", 8461, "x=1&key=k%2Db")["effects"].at(0)["workflow"] == "b");
}

TEST_CASE("what is wrong with a request is named", "[unit][targets][recovery]") {
  Client client;
  client.add();
  const struct {
    const char *path, *body;
    int status;
    const char* words;
  } wrongs[] = {{"/tasks", "[]", 400, "no JSON object"},
                {"/tasks", R"({"task_id":"with space"})", 422, "task_id must be a text of 1 to 200"},
                {"/work-items", "{}", 422, "task_id is required"},
                {"/work-items", R"({"task_id":"nobody"})", 404, "there is no task nobody"},
                {"/work-items", R"({"task_id":"t","max_retries":18446744073709551615})", 422, "from 0 to 1000"},
                {"/leases", R"({"lease_holder":"a","lease_ms":0})", 422, "lease_ms must be a number of milliseconds"},
                {"/work-items/w/complete", R"({"lease_holder":"a"})", 422, "fencing_token is required"},
                {"/tasks/t/checkpoints", R"({"checkpoint_type":"sometime"})", 422, "none of the eight"},
                {"/idempotency/check-or-create", R"({"key":"k"})", 422, "request or request_hash is required"},
                {"/nowhere", "{}", 404, "no such path"}};
  for (const auto& wrong : wrongs) {
    CAPTURE(wrong.path, wrong.body);
    const Json answer = client.post(wrong.path, wrong.body);
    CHECK(client.status == wrong.status);
    CHECK_THAT(answer["error"].get<std::string>(), Contains(wrong.words));
  }
  client.ask("DELETE", "/tasks/t");
  CHECK(client.status == 405);
  client.post("/tasks", R"({"x":")" + std::string(1 << 20, 'x') + "\"}");
  CHECK(client.status == 413);
}

TEST_CASE("of too many tasks the oldest are forgotten, with all that is theirs", "[unit][targets][recovery]") {
  Client client(R"("kept":2)");
  for (const char* id : {"1", "2", "3"}) {
    client.post("/tasks", R"({"task_id":")" + std::string(id) + "\"}");
    client.post("/work-items", R"({"task_id":")" + std::string(id) + R"(","work_item_id":"w)" + id + "\"}");
  }
  client.get("/tasks/1");
  CHECK(client.status == 404);
  client.get("/work-items/w1");
  CHECK(client.status == 404);
  CHECK(client.post("/leases", R"({"lease_holder":"a","lease_ms":10})")["work_item_id"] == "w2");
}
