// Each defect of the recovery target does what its option says, beside what a healthy one does.
#include "recovery_client.h"

using namespace recovery_test;

TEST_CASE("asking and claiming in two steps lets two racers execute", "[unit][targets][recovery]") {
  Client client(R"("racing_check_or_create":true,"race_window_ms":5)");
  CHECK(client.claim()["outcome"] == "execute");
  client.now = 4ms;
  CHECK(client.claim()["outcome"] == "execute");
  client.now = 20ms;
  CHECK(client.claim()["outcome"] == "in_flight");
}

TEST_CASE("a key without its hash answers for anything, one without replay executes again",
          "[unit][targets][recovery]") {
  const auto after_completion = [](const std::string& option, const std::string& request) {
    Client client(option);
    const Json claim = client.claim();
    client.post("/idempotency/k/complete", R"({"claim_token":)" + claim["claim_token"].dump() + "}");
    client.post("/stand-in/restart", R"({"down_ms":1})");
    client.now = 10ms;
    return client.claim(request)["outcome"].get<std::string>();
  };
  CHECK(after_completion("", "1") == "replay");
  CHECK(after_completion("", "2") == "mismatch");
  CHECK(after_completion(R"("hash_ignored":true)", "2") == "replay");
  CHECK(after_completion(R"("no_replay":true)", "1") == "execute");
  CHECK(after_completion(R"("forgotten_keys":true)", "1") == "execute");
}

TEST_CASE("without fencing a stale holder writes and completes", "[unit][targets][recovery]") {
  for (const bool fenced : {true, false}) {
    Client client(fenced ? "" : R"("no_fencing":true)");
    client.add();
    client.acquire("a");
    client.now = 2s;
    client.post("/recovery/sweep");
    CHECK(client.acquire("b") == 2);
    client.post("/tasks/t/checkpoints", Client::as("a", 1, R"(,"work_item_id":"w")"));
    CHECK(client.status == (fenced ? 409 : 201));
    client.post("/work-items/w/complete", Client::as("a", 1));
    CHECK(client.item_status() == (fenced ? "in_progress" : "completed"));
    client.post("/work-items/w/complete", Client::as("never", 3));
    CHECK(client.status == 409);
  }
}

TEST_CASE("a silent stale release frees what another holds", "[unit][targets][recovery]") {
  Client client(R"("silent_stale_release":true)");
  client.add();
  client.acquire("a");
  client.now = 2s;
  client.post("/recovery/sweep");
  client.acquire("b");
  client.post("/work-items/w/release", Client::as("a", 1));
  CHECK(client.status == 200);
  CHECK(client.acquire("c") == 3);
}

TEST_CASE("leases of whole seconds end too early", "[unit][targets][recovery]") {
  Client client(R"("whole_second_leases":true)");
  client.add();
  client.now = 1700ms;  // the wall's clock began at a whole second
  client.acquire("a");
  client.now = 1999ms;
  CHECK(client.post("/recovery/sweep")["expired_found"] == 0);
  client.now = 2000ms;
  CHECK(client.post("/recovery/sweep")["expired_found"] == 1);
}

TEST_CASE("the retry bound may be off by one", "[unit][targets][recovery]") {
  for (const auto& [option, tries] : {std::pair("one_retry_more", 4), std::pair("one_retry_less", 2)}) {
    Client client("\"" + std::string(option) + "\":true");
    client.add("w", 2);
    int made = 0;
    for (; client.acquire("a") != 0; ++made) {
      client.now += 1s;
      client.post("/recovery/sweep");
    }
    CHECK(made == tries);
  }
}

TEST_CASE("a sweep may reopen what is completed, and may count wrongly", "[unit][targets][recovery]") {
  Client reopens(R"("terminal_reopens":true)");
  reopens.add();
  reopens.post("/work-items/w/complete", Client::as("a", reopens.acquire("a")));
  CHECK(reopens.item_status() == "completed");
  reopens.now = 1s;
  reopens.post("/recovery/sweep");
  CHECK(reopens.item_status() == "pending");

  Client miscounts(R"("miscounted_sweep":true)");
  miscounts.add("w", 0);
  miscounts.acquire("a");
  miscounts.now = 1s;
  const Json sweep = miscounts.post("/recovery/sweep");
  CHECK(sweep["recovered"] == 1);
  CHECK(sweep["failed"] == 1);
}

TEST_CASE("a restart loses what only some defects have not made durable", "[unit][targets][recovery]") {
  /// Checkpoints at 0, 10 and 300 ms, then a restart at 310 ms, then one more.
  const auto last_two = [](const std::string& option) {
    Client client(option);
    client.add();
    for (const auto& [at, state] : {std::pair(0ms, 1), std::pair(10ms, 2), std::pair(300ms, 3)}) {
      client.now = at;
      client.checkpoint(state);
    }
    client.now = 310ms;
    client.post("/stand-in/restart", R"({"down_ms":1})");
    client.now = 400ms;
    const Json last = client.get("/tasks/t/checkpoints/last");
    return Json{last["sequence_number"], last["snapshot_data"]["state"], last["metadata"]["iteration"],
                client.checkpoint(9)["sequence_number"]};
  };
  CHECK(last_two("") == Json{3, 3, 3, 4});
  CHECK(last_two(R"("lost_checkpoints":true,"flush_ms":200)") == Json{2, 2, 2, 3});
  CHECK(last_two(R"("torn_checkpoints":true,"flush_ms":200)") == Json{3, 2, 3, 4});
  CHECK(last_two(R"("sequence_gaps":true)") == Json{3, 3, 3, 11});
  CHECK(last_two(R"("sequence_restarts":true)") == Json{3, 3, 3, 1});
  CHECK(last_two(R"("resume_by_second":true)") == Json{1, 1, 1, 4});
}
