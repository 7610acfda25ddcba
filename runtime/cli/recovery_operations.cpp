#include "cli/recovery_operations.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "base/text.h"
#include "store/recovery/evidence.h"

namespace thresher::cli {

using nlohmann::json;
using store::RecoveryStore;

/// What a row of the table below works on.
struct RecoveryOperation::Call {
  const json& arguments;
  RecoveryStore& store;
  EffectCounts& counts;
  const MakeId& make_id;

  std::string text(const char* name) const { return arguments.value(name, std::string()); }
  Nanoseconds seconds(const char* name) const {
    return Nanoseconds(std::llround(arguments.at(name).get<double>() * 1e9));
  }
  store::Lease lease() const {
    const json& held = arguments.at("lease");
    return {.work_item_id = held.at("item"),
            .task_id = held.at("task"),
            .holder = held.at("holder"),
            .fence = held.at("fence").get<std::int64_t>(),
            .input = {}};
  }
  store::Claim claim() const {
    return {.kind = store::Claim::Kind::execute,
            .key = text("key"),
            .fence = arguments.at("fence").get<std::int64_t>(),
            .response = {}};
  }

  Result<json> checkpoint() const;
  Result<json> last() const;
  Result<json> checkpoints() const;
  Result<json> verify() const;
  Result<json> add() const;
  Result<json> acquire() const;
  Result<json> heartbeat() const;
  Result<json> item() const;
  Result<json> items() const;
  Result<json> sweep() const;
  Result<json> set_task() const;
  Result<json> statistics() const;
  Result<json> evidence() const;

 private:
  json of(const store::Checkpoint& checkpoint) const;
};

namespace {

/// Either "it is done", or why not.
Result<json> done(Result<void> result) {
  if (!result) return fail(std::move(result.error()));
  return json(true);
}

json moment(const std::optional<WallTime>& at) { return at ? json(to_seconds(at->time_since_epoch())) : json(); }

json text_or_null(const std::optional<std::string>& text) { return text ? json(*text) : json(); }

json of(const store::Lease& lease) {
  return {{"item", lease.work_item_id},
          {"task", lease.task_id},
          {"holder", lease.holder},
          {"fence", lease.fence},
          {"input", lease.input},
          {"retry_count", lease.retry_count},
          {"expires_at", moment(lease.expires_at)}};
}

json of(const store::WorkItem& item) {
  return {{"id", item.work_item_id},
          {"task", item.task_id},
          {"type", item.work_type},
          {"status", name_of(item.status)},
          {"priority", item.priority},
          {"lease_holder", text_or_null(item.lease_holder)},
          {"lease_acquired_at", moment(item.lease_acquired_at)},
          {"lease_expires_at", moment(item.lease_expires_at)},
          {"heartbeat_at", moment(item.heartbeat_at)},
          {"fence", item.fence},
          {"retry_count", item.retry_count},
          {"max_retries", item.max_retries},
          {"input", item.input},
          {"output", text_or_null(item.output)},
          {"error", text_or_null(item.error)}};
}

std::string_view name_of_kind(store::Claim::Kind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"execute", "replay", "in_flight", "mismatch"};
  return kNames.at(static_cast<std::size_t>(kind));
}

}  // namespace

json RecoveryOperation::Call::of(const store::Checkpoint& checkpoint) const {
  return {{"id", make_id ? make_id(fmt::format("checkpoint {} of {}", checkpoint.sequence_number, checkpoint.task_id))
                         : checkpoint.checkpoint_id},
          {"sequence_number", checkpoint.sequence_number},
          {"task", checkpoint.task_id},
          {"item", checkpoint.work_item_id.empty() ? json() : json(checkpoint.work_item_id)},
          {"type", name_of(checkpoint.type)},
          {"state", checkpoint.snapshot},
          {"metadata", checkpoint.metadata},
          {"hash", checkpoint.snapshot_hash},
          {"created_at", moment(checkpoint.created_at)}};
}

Result<json> RecoveryOperation::Call::checkpoint() const {
  std::optional<store::Lease> held;
  if (arguments.contains("lease")) held = lease();
  const auto made = store.checkpoints().append(
      {.task_id = text("task"),
       .type = store::checkpoint_type_named(text("type")).value_or(store::CheckpointType::manual_checkpoint),
       .snapshot = text("state"),
       .metadata = text("metadata"),
       .work_item_id = text("item"),
       .lease = held ? &*held : nullptr});
  if (!made) return fail(made.error());
  return of(*made);
}

Result<json> RecoveryOperation::Call::last() const {
  const auto found = store.checkpoints().last(text("task"));
  if (!found) return fail(found.error());
  return *found ? of(**found) : json();
}

Result<json> RecoveryOperation::Call::checkpoints() const {
  const auto found = store.checkpoints().recent(text("task"), arguments.at("limit").get<std::int64_t>());
  if (!found) return fail(found.error());
  json list = json::array();
  for (const store::Checkpoint& checkpoint : *found) list.push_back(of(checkpoint));
  return list;
}

Result<json> RecoveryOperation::Call::verify() const {
  const auto verified = store.checkpoints().verify(text("task"));
  if (verified) return json{{"ok", true}};
  if (verified.error().code != ErrorCode::parse) return fail(verified.error());
  return json{{"ok", false}, {"why", verified.error().message}};
}

Result<json> RecoveryOperation::Call::add() const {
  store::NewWork work{.task_id = text("task"),
                      .work_type = text("type"),
                      .input = text("input"),
                      .priority = arguments.at("priority").get<int>(),
                      .max_retries = arguments.at("max_retries").get<int>(),
                      .work_item_id = text("id")};
  if (work.work_item_id.empty() && make_id) work.work_item_id = make_id("");
  auto id = store.queue().add(work);
  if (!id) return fail(std::move(id.error()));
  return json(*id);
}

Result<json> RecoveryOperation::Call::acquire() const {
  const auto taken = store.queue().acquire({.holder = text("holder"),
                                            .duration = seconds("seconds"),
                                            .work_item_id = text("id"),
                                            .task_id = text("task"),
                                            .work_type = text("type")});
  if (!taken) return fail(taken.error());
  return *taken ? cli::of(**taken) : json();
}

Result<json> RecoveryOperation::Call::heartbeat() const {
  const auto renewed = store.queue().heartbeat(lease(), seconds("seconds"));
  if (!renewed) return fail(renewed.error());
  return cli::of(*renewed);
}

Result<json> RecoveryOperation::Call::item() const {
  const auto found = store.queue().get(text("id"));
  if (!found) return fail(found.error());
  return cli::of(*found);
}

Result<json> RecoveryOperation::Call::items() const {
  const auto found = store.queue().list(text("task"), store::work_status_named(text("status")));
  if (!found) return fail(found.error());
  json list = json::array();
  for (const store::WorkItem& item : *found) list.push_back(cli::of(item));
  return list;
}

Result<json> RecoveryOperation::Call::sweep() const {
  const auto swept = store.queue().sweep();
  if (!swept) return fail(swept.error());
  return json{{"scan_time", format_wall_time(swept->scan_time, true)},
              {"expired_found", swept->expired_found},
              {"recovered", swept->recovered},
              {"failed", swept->failed},
              {"checkpoints_created", swept->checkpoints_created},
              {"errors", swept->errors},
              {"scan_duration_ms", to_milliseconds(swept->scan_duration)}};
}

Result<json> RecoveryOperation::Call::set_task() const { return done(store.set_task(text("id"), text("status"))); }

Result<json> RecoveryOperation::Call::evidence() const {
  using Type = store::EvidenceItem::Type;
  static const std::map<std::string, Type, std::less<>> kTypes = {{"artifact", Type::artifact_exists},
                                                                  {"file", Type::file_sha256},
                                                                  {"command", Type::command_exit},
                                                                  {"row", Type::db_row}};
  store::EvidencePack pack;
  for (const json& item : arguments.at("items")) {
    store::EvidenceItem& made = pack.items.emplace_back();
    made.type = kTypes.at(item.at("type").get<std::string>());
    made.subject = item.value("subject", std::string());
    made.expected = item.value("expected", std::string());
    made.seen = item.value("seen", std::string());
    const json columns = item.value("columns", json::object());
    for (const auto& [column, value] : columns.items()) made.columns.emplace_back(column, value.get<std::string>());
  }
  if (const auto least = arguments.find("at_least"); least != arguments.end()) {
    pack.require_all = false;
    pack.allow_partial = true;
    pack.min_verified = least->get<std::int64_t>();
  }
  const auto verdict = store::verify_evidence(store, pack);
  if (!verdict) return fail(Error(verdict.error()));
  return json{{"holds", verdict->holds}, {"verified", verdict->verified}, {"missing", verdict->missing}};
}

Result<json> RecoveryOperation::Call::statistics() const {
  const auto checkpoints = store.checkpoints().count();
  if (!checkpoints) return fail(checkpoints.error());
  const auto keys = store.effects().statistics();
  if (!keys) return fail(keys.error());
  const auto rows = store.queue().count();
  if (!rows) return fail(rows.error());
  json items = json::object();
  for (const auto& [status, count] : *rows) items[std::string(name_of(status))] = count;
  return json{{"checkpoints", *checkpoints},
              {"items", items},
              {"keys", {{"pending", keys->pending}, {"completed", keys->completed}, {"failed", keys->failed}}},
              {"cache_hits", counts.cache_hits.load()},
              {"cache_misses", counts.cache_misses.load()},
              {"tool_executions", counts.tool_executions.load()},
              {"tool_replays", counts.tool_replays.load()}};
}

Result<RecoveryOperation> RecoveryOperation::make(std::string_view name, std::string arguments) {
  struct Row {
    std::string_view name;
    Perform perform;
    bool only_reads = false, settles = false;
  };
  static constexpr std::array<Row, 20> kRows = {{
      {"checkpoint", [](const Call& call) { return call.checkpoint(); }},
      {"last", [](const Call& call) { return call.last(); }, true},
      {"checkpoints", [](const Call& call) { return call.checkpoints(); }, true},
      {"verify", [](const Call& call) { return call.verify(); }, true},
      {"add", [](const Call& call) { return call.add(); }},
      {"lease", [](const Call& call) { return call.acquire(); }},
      {"heartbeat", [](const Call& call) { return call.heartbeat(); }},
      {"complete",
       [](const Call& call) { return done(call.store.queue().complete(call.lease(), call.text("output"))); }},
      {"give_up", [](const Call& call) { return done(call.store.queue().give_up(call.lease(), call.text("why"))); }},
      {"release", [](const Call& call) { return done(call.store.queue().release(call.lease())); }},
      {"item", [](const Call& call) { return call.item(); }, true},
      {"items", [](const Call& call) { return call.items(); }, true},
      {"sweep", [](const Call& call) { return call.sweep(); }},
      {"claim", nullptr, true},
      {"settle",
       [](const Call& call) { return done(call.store.effects().complete(call.claim(), call.text("response"))); }, false,
       true},
      {"abandon", [](const Call& call) { return done(call.store.effects().abandon(call.claim(), call.text("why"))); },
       false, true},
      {"task",
       [](const Call& call) {
         return call.store.task(call.text("id")).map([](const std::string& status) { return json(status); });
       },
       true},
      {"set_task", [](const Call& call) { return call.set_task(); }},
      {"statistics", [](const Call& call) { return call.statistics(); }, true},
      {"evidence", [](const Call& call) { return call.evidence(); }, true},
  }};
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    RecoveryOperation made;
    made.written_ = std::move(arguments);
    made.perform_ = row.perform;
    made.only_reads_ = row.only_reads;
    made.settles_ = row.settles;
    made.is_claim_ = row.perform == nullptr;
    return made;
  }
  return fail(ErrorCode::internal, fmt::format("a recovery kit cannot '{}'", name));
}

Result<void> RecoveryOperation::read() {
  if (!arguments_.is_null()) return {};
  arguments_ = json::parse(std::exchange(written_, {}), nullptr, false);
  if (arguments_.is_object()) return {};
  arguments_ = json::object();
  return fail(ErrorCode::invalid_argument, "the arguments are no JSON object");
}

std::string RecoveryOperation::settled_key() const { return settles_ ? arguments_.value("key", std::string()) : ""; }

Result<json> RecoveryOperation::perform(RecoveryStore& store, EffectCounts& counts, const MakeId& make_id) {
  if (auto ready = read(); !ready) return fail(std::move(ready.error()));
  try {
    return perform_({arguments_, store, counts, make_id});
  } catch (const json::exception& problem) {
    return fail(ErrorCode::invalid_argument, problem.what());
  }
}

/// The key of a request that names none stands for the request. Members are sorted, so that it does not matter in which
/// order a script's table has them.
store::EffectRequest RecoveryOperation::effect_request() const {
  const std::string kind = arguments_.value("kind", std::string());
  const json request = json::parse(arguments_.value("request", std::string("null")), nullptr, false);
  store::EffectRequest wanted{
      .key = arguments_.value("key", std::string()),
      .request_hash = store::sha256_of(kind + ' ' + request.dump(-1, ' ', false, json::error_handler_t::replace))};
  if (wanted.key.empty()) wanted.key = kind + ':' + wanted.request_hash;
  const auto length = [&](const char* name) {
    return Nanoseconds(std::llround(arguments_.at(name).get<double>() * 1e9));
  };
  if (arguments_.contains("patience")) wanted.patience = length("patience");
  if (arguments_.contains("lifetime")) wanted.lifetime = length("lifetime");
  return wanted;
}

Result<store::Claim> RecoveryOperation::look(RecoveryStore& store) {
  if (auto ready = read(); !ready) return fail(std::move(ready.error()));
  return store.effects().look(effect_request());
}

Result<store::Claim> RecoveryOperation::claim(RecoveryStore& store) {
  if (auto ready = read(); !ready) return fail(std::move(ready.error()));
  return store.effects().claim(effect_request());
}

json RecoveryOperation::answer(const store::Claim& claim, EffectCounts& counts) const {
  const bool tool = arguments_.value("kind", std::string()) == "tool";
  if (claim.kind == store::Claim::Kind::execute) ++(tool ? counts.tool_executions : counts.cache_misses);
  if (claim.kind == store::Claim::Kind::replay) ++(tool ? counts.tool_replays : counts.cache_hits);
  return {{"kind", name_of_kind(claim.kind)},
          {"key", claim.key},
          {"fence", claim.fence},
          {"response", claim.kind == store::Claim::Kind::replay ? json(claim.response) : json()}};
}

}  // namespace thresher::cli
