#include "play.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>

#include "desk.h"
#include "thresher/random.hpp"

namespace recovery_test {
namespace {

constexpr auto kPatience = 250ms;  // of a claim; below every lease, so that a dead worker's claim has run out with it

enum class Place { before_claim, after_claim, after_effect, after_settling, after_checkpoint, hands_over, nowhere };

struct Plan {
  int steps = 0;
  Nanoseconds lease{};
  int killed_at = 0;  ///< step
  Place place = Place::nowhere;
  int restart_at = 0;  ///< before this step the platform restarts; 0: never
};

struct Lease {
  std::string item, task, holder;
  std::int64_t token = 0;
  Nanoseconds length{}, latest{};  ///< latest: when it has run out, whenever it was given
};

/// How far a worker came.
struct Progress {
  int step = 0;  ///< done
  std::int64_t state = 0;
};

class Play {
 public:
  Play(const std::string& options, std::uint64_t seed) : desk_(options, seed), random_(seed, 1), seed_(seed) {}

  std::vector<std::string> run() && {
    desk_.note("run", {{"run", "play"}, {"seed", seed_}, {"command", "thresher rehearse scripts/recovery_worker.lua"}});
    Plan plan = draw();
    Plan calm = plan;
    calm.place = Place::nowhere;
    calm.restart_at = 0;
    work("plain", "", calm);
    work("crashed", "plain", plan);
    race();
    try_to_the_end();
    desk_.note("run_end", {{"interrupted", false}});
    return std::move(desk_).lines();
  }

 private:
  Plan draw() {
    Plan plan{.steps = 3 + below(4), .lease = std::chrono::milliseconds(600 + below(1300))};
    plan.killed_at = 1 + below(plan.steps);
    plan.place = static_cast<Place>(below(6));
    plan.restart_at = below(2) == 0 ? 0 : plan.killed_at + 1;
    return plan;
  }
  int below(int bound) { return static_cast<int>(random_.below(static_cast<std::uint64_t>(bound))); }
  Nanoseconds within(Nanoseconds span) {
    return Nanoseconds(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(span.count()))));
  }

  // Leases.
  static Json claimant(const Lease& lease) { return {{"lease_holder", lease.holder}, {"fencing_token", lease.token}}; }
  Json about(const Lease& lease, const Reply& reply) const {
    return {{"item", lease.item},
            {"holder", lease.holder},
            {"token", lease.token},
            {"ago_ms", Desk::in_ms(reply.heard - reply.sent)}};
  }
  std::optional<Lease> acquire(const std::string& item, const std::string& task, const std::string& holder,
                               Nanoseconds length) {
    const Reply reply =
        desk_.post("/leases", {{"lease_holder", holder}, {"lease_ms", Desk::in_ms(length)}, {"work_item_id", item}});
    if (!reply.ok()) return std::nullopt;
    const Lease lease{item, task, holder, reply.body["fencing_token"], length, reply.heard + length};
    Json told = about(lease, reply);
    told.update({{"what", "acquired"}, {"for_ms", Desk::in_ms(length)}});
    desk_.note("lease", told);
    return lease;
  }
  bool renew(Lease& lease) {
    Json body = claimant(lease);
    body["lease_ms"] = Desk::in_ms(lease.length);
    const Reply reply = desk_.post("/work-items/" + lease.item + "/heartbeat", body);
    if (reply.ok()) lease.latest = reply.heard + lease.length;
    Json told = about(lease, reply);
    told.update({{"what", "renewed"}, {"for_ms", Desk::in_ms(lease.length)}, {"accepted", reply.ok()}});
    desk_.note("lease", told);
    return reply.ok();
  }
  bool release(const Lease& lease) {
    const Reply reply = desk_.post("/work-items/" + lease.item + "/release", claimant(lease));
    Json told = about(lease, reply);
    told.update({{"what", "released"}, {"accepted", reply.ok()}});
    desk_.note("lease", told);
    return reply.ok();
  }
  /// A write under the lease; its answer.
  Reply write(const Lease& lease, const std::string& path, Json body) {
    body.update(claimant(lease));
    Reply reply = desk_.post(path, body);
    Json told = about(lease, reply);
    told["accepted"] = reply.ok();
    desk_.note("write", told);
    return reply;
  }
  bool checkpoint(const Lease& lease, const Progress& progress) {
    const Reply reply = write(lease, "/tasks/" + lease.task + "/checkpoints",
                              {{"work_item_id", lease.item},
                               {"checkpoint_type", "iteration_end"},
                               {"snapshot_data", {{"state", progress.state}}},
                               {"metadata", {{"iteration", progress.step}}}});
    if (reply.ok())
      desk_.note("checkpoint", {{"item", lease.item},
                                {"holder", lease.holder},
                                {"sequence", reply.body["sequence_number"]},
                                {"hash", reply.body["snapshot_hash"]}});
    return reply.ok();
  }
  void sweep() {
    const Reply reply = desk_.post("/recovery/sweep", Json::object());
    desk_.note("sweep", {{"expired_found", reply.body["expired_found"]},
                         {"recovered", reply.body["recovered"]},
                         {"failed", reply.body["failed"]}});
  }

  // Effects at most once.
  Json request_of(int step) const {
    return {{"step", step},
            {"amount", static_cast<int>(thresher::Random(seed_, 5, static_cast<std::uint64_t>(step)).below(1000))}};
  }
  void note_claim(const std::string& item, const std::string& holder, const Reply& reply, const char* outcome = nullptr,
                  const Json& response = nullptr) {
    Json told{{"item", item},
              {"holder", holder},
              {"key", reply.body["key"]},
              {"hash", reply.body["request_hash"]},
              {"outcome", outcome != nullptr ? Json(outcome) : reply.body["outcome"]},
              {"for_ms", Desk::in_ms(kPatience)},
              {"ago_ms", Desk::in_ms(reply.heard - reply.sent)}};
    const Json& given = response.is_null() ? reply.body["response_data"] : response;
    if (given.is_object()) told["response"] = given.dump();
    desk_.note_at(reply.heard, "claim", told);
  }
  Json claim_body(const std::string& key, const Json& request) const {
    return {{"key", key}, {"request", request}, {"patience_ms", Desk::in_ms(kPatience)}};
  }
  Reply claim(const std::string& item, const std::string& holder, const std::string& key, const Json& request) {
    for (;;) {
      Reply reply = desk_.post("/idempotency/check-or-create", claim_body(key, request));
      note_claim(item, holder, reply);
      if (reply.body["outcome"] != "in_flight") return reply;
      desk_.wait(40ms);
    }
  }
  Json use_tool(const std::string& item, const std::string& holder, const std::string& step, std::int64_t attempt,
                const std::string& key, const Json& request) {
    const Reply reply = desk_.call_tool(
        "transfer",
        {{"workflow", item}, {"task", step}, {"attempt", attempt}, {"idempotency_key", key}, {"payload", request}});
    note_effect(item, holder, step, key, reply.body["payload_hash"]);
    return {{"receipt", reply.body["receipt"]}};
  }
  void note_effect(const std::string& item, const std::string& holder, const std::string& step, const std::string& key,
                   const Json& hash) {
    desk_.note("effect", {{"item", item}, {"holder", holder}, {"task", step}, {"key", key}, {"hash", hash}});
  }
  /// The effect that a worker before may have made; null: it did not.
  Json made_before(const std::string& item, const std::string& holder, const std::string& step,
                   const std::string& key) {
    const Reply read = desk_.ledger_of(item);
    for (const Json& effect : read.body["effects"])
      if (effect["idempotency_key"] == key) {
        note_effect(item, holder, step, key, effect["payload_hash"]);
        return {{"receipt", effect["receipt"]}};
      }
    return nullptr;
  }
  void settle(const std::string& item, const std::string& holder, const Reply& claimed, const Json& response) {
    const Reply settled = desk_.post("/idempotency/" + claimed.body["key"].get<std::string>() + "/complete",
                                     {{"claim_token", claimed.body["claim_token"]}, {"response_data", response}});
    if (!settled.ok()) return;
    Reply told = claimed;
    told.heard = settled.heard;
    note_claim(item, holder, told, "completed", response);
  }

  // Work.
  void kill(const std::string& item, const std::string& holder) {
    desk_.note("killed", {{"item", item}, {"holder", holder}});
  }
  void restart() {
    desk_.note("killed", Json::object());
    desk_.post("/stand-in/restart", {{"down_ms", 50}});
  }
  /// One step; false: the worker was killed in it.
  bool step(const Lease& lease, Progress& progress, const Plan& plan) {
    const int number = progress.step + 1;
    const auto dies = [&](Place place) { return plan.killed_at == number && plan.place == place; };
    const std::string name = "step-" + std::to_string(number), key = lease.item + "." + name;
    if (dies(Place::before_claim)) return false;
    const Json request = request_of(number);
    const Reply claimed = claim(lease.item, lease.holder, key, request);
    if (dies(Place::after_claim)) return false;
    Json response = claimed.body["response_data"];
    if (claimed.body["outcome"] == "execute") {
      response = claimed.body["reclaimed"] ? made_before(lease.item, lease.holder, name, key) : Json();
      if (response.is_null()) response = use_tool(lease.item, lease.holder, name, lease.token, key, request);
      if (dies(Place::after_effect)) return false;
      settle(lease.item, lease.holder, claimed, response);
      if (dies(Place::after_settling)) return false;
    }
    progress.step = number;
    progress.state = (progress.state * 31 + response["receipt"].get<std::int64_t>()) % 2'147'483'647;
    return true;
  }
  Progress resume(const Lease& lease) {
    const Reply last = desk_.get("/tasks/" + lease.task + "/checkpoints/last");
    const bool begun = last.ok();
    desk_.note("resumed", {{"item", lease.item},
                           {"holder", lease.holder},
                           {"sequence", begun ? last.body["sequence_number"] : Json(0)},
                           {"hash", begun ? last.body["snapshot_hash"] : Json("")}});
    if (!begun) return {};
    return {last.body["metadata"].value("iteration", 0), last.body["snapshot_data"].value("state", std::int64_t{0})};
  }
  /// From where the task stands to its end. False: killed, or the lease was lost.
  bool carry_on(Lease& lease, const Plan& plan) {
    Progress progress = resume(lease);
    while (progress.step < plan.steps) {
      if (plan.restart_at == progress.step + 1) restart();
      if (!renew(lease)) return false;
      if (!step(lease, progress, plan)) return kill(lease.item, lease.holder), false;
      if (!checkpoint(lease, progress)) return false;
      if (plan.killed_at == progress.step && plan.place == Place::after_checkpoint)
        return kill(lease.item, lease.holder), false;
      if (plan.killed_at == progress.step && plan.place == Place::hands_over) return release(lease), false;
      desk_.wait(within(60ms));
    }
    const Reply done =
        write(lease, "/work-items/" + lease.item + "/complete", {{"output_data", {{"state", progress.state}}}});
    if (!done.ok()) return false;
    Json told = about(lease, done);
    told["what"] = "completed";
    desk_.note("lease", told);
    return true;
  }
  /// What everybody can read of the item now that it is over.
  void read_back(const std::string& item, const std::string& task) {
    desk_.note("checkpoints",
               {{"item", item}, {"checkpoints", desk_.get("/tasks/" + task + "/checkpoints").body["checkpoints"]}});
    desk_.note("ledger", {{"item", item}, {"effects", desk_.ledger_of(item).body["effects"]}});
    note_end(item);
  }
  void note_end(const std::string& item) {
    const Json read = desk_.get("/work-items/" + item).body;
    Json told{{"item", item}, {"status", read["status"]}};
    if (read["output_data"].is_object()) told["state"] = read["output_data"].value("state", Json()).dump();
    desk_.note("finished", told);
  }
  void add(const std::string& item, const std::string& task, const std::string& like, int max_retries) {
    REQUIRE(desk_.post("/tasks", {{"task_id", task}}).ok());
    REQUIRE(desk_.post("/work-items", {{"task_id", task}, {"work_item_id", item}, {"max_retries", max_retries}}).ok());
    Json told{{"item", item}, {"max_retries", max_retries}};
    if (!like.empty()) told["like"] = like;
    desk_.note("work", told);
  }

  void work(const std::string& item, const std::string& like, const Plan& plan) {
    const std::string task = "task-" + item;
    add(item, task, like, 4);
    std::optional<Lease> first = acquire(item, task, item + "-a", plan.lease);
    REQUIRE(first);
    if (!carry_on(*first, plan)) take_over(*first, plan);
    read_back(item, task);
    // An end is an end: not even a sweep once its lease would have run out changes it.
    desk_.wait(plan.lease + 50ms);
    sweep();
    if (const auto again = acquire(item, task, item + "-d", plan.lease)) release(*again);
    note_end(item);
  }

  void take_over(Lease& dead, const Plan& plan) {
    if (plan.restart_at == plan.killed_at + 1) restart();
    if (plan.place != Place::hands_over) {
      // Somebody comes while the lease still runs, and goes away empty-handed.
      desk_.wait_until(dead.latest - dead.length + within(dead.length - 30ms));
      sweep();
      if (auto early = acquire(dead.item, dead.task, dead.item + "-c", plan.lease)) release(*early);
      desk_.wait_until(dead.latest + 10ms);
      sweep();
    }
    Plan calm = plan;
    calm.place = Place::nowhere;
    calm.restart_at = 0;
    for (int worker = 0; worker < 4; ++worker) {
      auto next = acquire(dead.item, dead.task, dead.item + "-b" + std::to_string(worker), plan.lease);
      if (!next) return;
      if (worker == 0) come_back(dead);
      if (auto thief = acquire(dead.item, dead.task, dead.item + "-t", plan.lease)) release(*thief);
      if (carry_on(*next, calm)) return;
      desk_.wait_until(next->latest + 10ms);
      sweep();
    }
  }
  /// The worker that was thought dead was only slow.
  void come_back(Lease dead) {
    renew(dead);
    checkpoint(dead, {99, 99});
    release(dead);
  }

  /// Two ask for one key, hardly apart.
  void race() {
    const std::string item = "race", key = "race.key";
    desk_.note("work", {{"item", item}});
    const Json request = request_of(0);
    const Nanoseconds apart = within(8ms);
    const Reply first =
        desk_.ask_at(desk_.now(), 8460, "POST", "/idempotency/check-or-create", claim_body(key, request));
    const Reply second =
        desk_.ask_at(desk_.now() + apart, 8460, "POST", "/idempotency/check-or-create", claim_body(key, request));
    note_claim(item, "r1", first);
    note_claim(item, "r2", second);
    desk_.wait_until(std::max(first.heard, second.heard));
    for (const auto& [holder, told] : {std::pair("r1", &first), std::pair("r2", &second)}) {
      if (told->body["outcome"] != "execute") continue;
      settle(item, holder, *told, use_tool(item, holder, "race", 1, key, request));
    }
    const Reply later = claim(item, "r2", key, request);
    if (later.body["outcome"] == "execute") settle(item, "r2", later, use_tool(item, "r2", "race", 2, key, request));
    claim(item, "r2", key, {{"step", 0}, {"amount", -1}});
    desk_.note("ledger", {{"item", item}, {"effects", desk_.ledger_of(item).body["effects"]}});
  }

  /// An item that never succeeds, given up or left to its lease's end.
  void try_to_the_end() {
    const std::string item = "hopeless", task = "task-hopeless";
    const int max_retries = below(4);
    add(item, task, "", max_retries);
    for (int attempt = 1; attempt <= 8; ++attempt) {
      const auto lease = acquire(item, task, "h" + std::to_string(attempt), 300ms);
      if (!lease) break;
      if (below(2) == 0) {
        Json body = claimant(*lease);
        body["error_message"] = "no luck";
        const Reply failed = desk_.post("/work-items/" + item + "/fail", body);
        Json told = about(*lease, failed);
        told.update({{"what", "failed"}, {"accepted", failed.ok()}});
        desk_.note("lease", told);
      } else {
        desk_.wait(320ms);
        sweep();
      }
    }
    note_end(item);
  }

  Desk desk_;
  thresher::Random random_;
  std::uint64_t seed_;
};

}  // namespace

std::vector<std::string> play(const std::string& options, std::uint64_t seed) { return Play(options, seed).run(); }

}  // namespace recovery_test
