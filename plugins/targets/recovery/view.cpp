#include "view.h"

namespace recovery {
namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

Json view_of(const WorkItem& item, const WallTime& wall) {
  const bool leased = item.fence > 0;
  return {{"work_item_id", item.id},
          {"task_id", item.task_id},
          {"work_type", item.work_type},
          {"status", name_of(item.status)},
          {"priority", item.priority},
          {"lease_holder", text_or_null(item.lease_holder)},
          {"lease_acquired_at", leased ? Json(wall.unix_seconds(item.lease_acquired_at)) : Json()},
          {"lease_expires_at", leased ? Json(wall.unix_seconds(item.lease_expires_at)) : Json()},
          {"heartbeat_at", leased ? Json(wall.unix_seconds(item.heartbeat_at)) : Json()},
          {"fencing_token", item.fence},
          {"retry_count", item.retry_count},
          {"max_retries", item.max_retries},
          {"input_data", parsed(item.input_data)},
          {"output_data", parsed(item.output_data)},
          {"error_message", text_or_null(item.error_message)},
          {"created_at", wall.unix_seconds(item.created_at)}};
}

Json lease_of(const WorkItem& item, const WallTime& wall) {
  return {{"work_item_id", item.id},
          {"task_id", item.task_id},
          {"work_type", item.work_type},
          {"lease_holder", item.lease_holder},
          {"fencing_token", item.fence},
          {"lease_acquired_at", wall.unix_seconds(item.lease_acquired_at)},
          {"lease_expires_at", wall.unix_seconds(item.lease_expires_at)},
          {"retry_count", item.retry_count},
          {"input_data", parsed(item.input_data)}};
}

Json view_of(const Checkpoint& checkpoint, const std::string& task, const WallTime& wall) {
  return {{"checkpoint_id", checkpoint.id},
          {"task_id", task},
          {"work_item_id", text_or_null(checkpoint.work_item_id)},
          {"checkpoint_type", checkpoint.type},
          {"sequence_number", checkpoint.sequence},
          {"snapshot_data", parsed(checkpoint.snapshot)},
          {"snapshot_hash", sha256_of(checkpoint.snapshot)},
          {"metadata", parsed(checkpoint.metadata)},
          {"created_at", wall.unix_seconds(checkpoint.created_at)}};
}

Json view_of(const Effect& effect, const WallTime& wall) {
  return {{"effect", effect.number},
          {"tool", effect.tool},
          {"workflow", effect.workflow},
          {"task", effect.task},
          {"attempt", effect.attempt},
          {"idempotency_key", effect.key},
          {"payload_hash", effect.payload_hash},
          {"idempotent", effect.idempotent},
          {"receipt", effect.receipt},
          {"at", wall.unix_seconds(effect.at)}};
}

Json view_of(const std::string& name, const Key& key, const WallTime& wall) {
  return {{"key", name},
          {"request_hash", key.request_hash},
          {"status", name_of(key.status)},
          {"response_data", parsed(key.response)},
          {"created_at", wall.unix_seconds(key.created_at)},
          {"expires_at", key.expires_at ? Json(wall.unix_seconds(*key.expires_at)) : Json()}};
}

}  // namespace recovery
