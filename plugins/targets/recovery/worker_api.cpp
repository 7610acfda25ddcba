#include "worker_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "refusal.h"
#include "view.h"

namespace recovery {
namespace {

constexpr std::int64_t kMostRetries = 1000, kPriority = 1'000'000;
constexpr Time kPatience = std::chrono::minutes(5);

Holder holder_of(const Body& body) {
  return {body.id("lease_holder"), body.integer("fencing_token", 0, std::int64_t{1} << 53)};
}

[[noreturn]] void missing(std::string_view what, std::string_view id) {
  throw Refusal{404, "not_found", fmt::format("there is no {} {}", what, id)};
}

/// The client's own hash, or that of the request itself.
std::string request_hash(const Body& body) {
  if (!body.has("request_hash")) {
    if (!body.has("request")) throw Refusal{422, "invalid_request", "request or request_hash is required"};
    return sha256_of(body.json_or("request", "{}"));
  }
  return body.id("request_hash");
}

}  // namespace

WorkerApi::WorkerApi(const Conduct& conduct)
    : conduct_(conduct), tasks_(conduct.kept), items_(conduct), checkpoints_(conduct), keys_(conduct) {}

Task& WorkerApi::task(const std::string& id) {
  Task* found = tasks_.find(id);
  if (found == nullptr) missing("task", id);
  return *found;
}

WorkItem& WorkerApi::item(const std::string& id) {
  WorkItem* found = items_.find(id);
  if (found == nullptr) missing("work item", id);
  return *found;
}

std::string WorkerApi::status_of(const Task& task) {
  bool ended = !task.work_items.empty();
  for (const std::string& id : task.work_items) {
    const WorkStatus status = item(id).status;
    if (status == WorkStatus::failed || status == WorkStatus::expired) return "failed";
    ended = ended && status == WorkStatus::completed;
  }
  return ended ? "succeeded" : "running";
}

Told WorkerApi::create_task(const Asked& asked) {
  const std::string id = asked.body.id_or("task_id", fmt::format("task-{}", ++named_));
  const bool made = tasks_.add(id, asked.now);
  tasks_.trim([this](const Task& old) {
    for (const std::string& work_item : old.work_items) items_.forget(work_item);
    checkpoints_.forget(old.id);
  });
  return {made ? 201 : 200, {{"task_id", id}, {"status", status_of(task(id))}}};
}

Told WorkerApi::read_task(const Asked& asked) {
  const Task& found = task(asked.id);
  return {200,
          {{"task_id", found.id},
           {"status", status_of(found)},
           {"work_items", found.work_items},
           {"checkpoints", checkpoints_.of(found.id).size()},
           {"created_at", asked.wall.unix_seconds(found.created_at)}}};
}

Told WorkerApi::create_item(const Asked& asked) {
  const Body& body = asked.body;
  Task& owner = task(body.id("task_id"));
  const auto [made, fresh] = items_.add({.id = body.id_or("work_item_id", fmt::format("work-{}", ++named_)),
                                         .task_id = owner.id,
                                         .work_type = body.id_or("work_type", "work"),
                                         .priority = body.integer_or("priority", 0, -kPriority, kPriority),
                                         .lease_holder = {},
                                         .max_retries = body.integer_or("max_retries", 3, 0, kMostRetries),
                                         .input_data = body.json_or("input_data", "{}"),
                                         .output_data = {},
                                         .error_message = {}},
                                        asked.now);
  if (fresh) owner.work_items.push_back(made->id);
  return {fresh ? 201 : 200, view_of(*made, asked.wall)};
}

Told WorkerApi::read_item(const Asked& asked) { return {200, view_of(item(asked.id), asked.wall)}; }

Told WorkerApi::acquire(const Asked& asked) {
  const Body& body = asked.body;
  const std::string holder = body.id("lease_holder");
  const Time length = body.duration("lease_ms");
  WorkItem* wanted =
      body.has("work_item_id") ? &item(body.id("work_item_id")) : items_.next(body.id_or("work_type", {}));
  if (wanted == nullptr) return {204, {}};
  items_.acquire(*wanted, holder, length, asked.now, asked.wall);
  return {200, lease_of(*wanted, asked.wall)};
}

Told WorkerApi::heartbeat(const Asked& asked) {
  WorkItem& held = item(asked.id);
  items_.heartbeat(held, holder_of(asked.body), asked.body.duration("lease_ms"), asked.now, asked.wall);
  return {200, lease_of(held, asked.wall)};
}

Told WorkerApi::complete(const Asked& asked) {
  WorkItem& held = item(asked.id);
  items_.complete(held, holder_of(asked.body), asked.body.json_or("output_data", "{}"), asked.now);
  return {200, view_of(held, asked.wall)};
}

Told WorkerApi::fail(const Asked& asked) {
  WorkItem& held = item(asked.id);
  items_.fail(held, holder_of(asked.body), asked.body.text_or("error_message", "failed"), asked.now);
  return {200, view_of(held, asked.wall)};
}

Told WorkerApi::release(const Asked& asked) {
  WorkItem& held = item(asked.id);
  items_.release(held, holder_of(asked.body), asked.now);
  return {200, view_of(held, asked.wall)};
}

Told WorkerApi::append_checkpoint(const Asked& asked) {
  const Body& body = asked.body;
  const Task& owner = task(asked.id);
  const std::string type = body.id_or("checkpoint_type", "manual_checkpoint");
  if (!is_checkpoint_type(type))
    throw Refusal{422, "invalid_request", fmt::format("checkpoint_type {} is none of the eight", type)};
  const std::string work_item = body.id_or("work_item_id", {});
  if (!work_item.empty()) items_.check(item(work_item), holder_of(body), asked.now);
  const Checkpoint& made = checkpoints_.append(owner.id,
                                               {.id = {},
                                                .work_item_id = work_item,
                                                .type = type,
                                                .snapshot = body.json_or("snapshot_data", "{}"),
                                                .metadata = body.json_or("metadata", "{}")},
                                               asked.now);
  return {201,
          {{"checkpoint_id", made.id},
           {"task_id", owner.id},
           {"sequence_number", made.sequence},
           {"snapshot_hash", sha256_of(made.snapshot)},
           {"created_at", asked.wall.unix_seconds(made.created_at)}}};
}

Told WorkerApi::list_checkpoints(const Asked& asked) {
  Json all = Json::array();
  for (const Checkpoint& each : checkpoints_.of(task(asked.id).id)) all.push_back(view_of(each, asked.id, asked.wall));
  return {200, {{"checkpoints", std::move(all)}}};
}

Told WorkerApi::last_checkpoint(const Asked& asked) {
  const Checkpoint* last = checkpoints_.last(task(asked.id).id, asked.wall);
  if (last == nullptr) throw Refusal{404, "no_checkpoint", fmt::format("task {} has no checkpoint", asked.id)};
  return {200, view_of(*last, asked.id, asked.wall)};
}

Told WorkerApi::sweep(const Asked& asked) {
  const Sweep sweep = items_.sweep(asked.now);
  for (const WorkItem* expired : sweep.expired) {
    // A boundary in the task's history; it has the state of the checkpoint before, so that it can be resumed from.
    const std::vector<Checkpoint>& before = checkpoints_.of(expired->task_id);
    const bool begun = !before.empty();
    checkpoints_.append(expired->task_id,
                        {.id = {},
                         .work_item_id = expired->id,
                         .type = "error_boundary",
                         .snapshot = begun ? before.back().snapshot : "{}",
                         .metadata = begun ? before.back().metadata : "{}"},
                        asked.now);
  }
  return {200,
          {{"scan_time", asked.wall.unix_seconds(asked.now)},
           {"expired_found", sweep.expired_found},
           {"recovered", sweep.recovered},
           {"failed", sweep.failed},
           {"checkpoints_created", sweep.expired.size()},
           {"errors", Json::array()},
           {"scan_duration_ms", 0}}};
}

Told WorkerApi::check_or_create(const Asked& asked) {
  const Body& body = asked.body;
  const std::string key = body.id("key"), hash = request_hash(body);
  const auto lifetime = body.has("ttl_ms") ? std::optional(body.duration("ttl_ms")) : std::nullopt;
  const Claim claim = keys_.check_or_create(key, hash, body.duration_or("patience_ms", kPatience), lifetime, asked.now);
  const bool mismatch = std::string_view(claim.outcome) == "mismatch";
  return {mismatch ? 409 : 200,
          {{"key", key},
           {"outcome", claim.outcome},
           {"request_hash", hash},
           {"claim_token", claim.token},
           {"reclaimed", claim.reclaimed},
           {"response_data", parsed(claim.response)}}};
}

Told WorkerApi::settle_key(const Asked& asked, KeyStatus status, std::string response) {
  keys_.settle(asked.id, asked.body.integer("claim_token", 0, std::int64_t{1} << 53), status, std::move(response));
  return {200, {{"key", asked.id}, {"status", name_of(status)}}};
}

Told WorkerApi::complete_key(const Asked& asked) {
  return settle_key(asked, KeyStatus::completed, asked.body.json_or("response_data", "{}"));
}

Told WorkerApi::fail_key(const Asked& asked) { return settle_key(asked, KeyStatus::failed, {}); }

Told WorkerApi::read_key(const Asked& asked) {
  const Key* key = keys_.find(asked.id, asked.now);
  if (key == nullptr) missing("key", asked.id);
  return {200, view_of(asked.id, *key, asked.wall)};
}

Told WorkerApi::key_statistics(const Asked&) {
  const KeyStatistics statistics = keys_.statistics();
  return {200, {{"pending", statistics.pending}, {"completed", statistics.completed}, {"failed", statistics.failed}}};
}

std::size_t WorkerApi::restart(Time now) {
  keys_.restart();
  return checkpoints_.restart(now);
}

}  // namespace recovery
