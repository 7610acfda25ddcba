#include "history/read_work.h"

#include "history/members.h"

namespace history {
namespace {

LeaseTold lease_told(json::object members) {
  LeaseTold told;
  told.item = item_of(members);
  told.holder = item_of(members, "holder");
  told.what = item_of(members, "what");
  told.token = integer_of(members, "token");
  told.until_ms = number_of(members, "until_ms");
  told.for_ms = number_of(members, "for_ms");
  told.ago_ms = number_of(members, "ago_ms");
  told.accepted = boolean_of(members, "accepted", true);
  return told;
}

WriteTold write_told(json::object members) {
  WriteTold told;
  told.item = item_of(members);
  told.holder = item_of(members, "holder");
  told.token = integer_of(members, "token");
  told.ago_ms = number_of(members, "ago_ms");
  told.accepted = boolean_of(members, "accepted");
  return told;
}

WorkBegan work_began(json::object members) {
  return {item_of(members), text_of(members, "like"), integer_of(members, "max_retries")};
}

CheckpointTold checkpoint_told(json::object members) {
  return {item_of(members), text_of(members, "holder"), text_of(members, "hash"), integer_of(members, "sequence")};
}

Resumed resumed(json::object members) {
  return {item_of(members), text_of(members, "holder"), text_of(members, "hash"),
          integer_of(members, "sequence").value_or(0)};
}

ClaimTold claim_told(json::object members) {
  ClaimTold told;
  told.item = item_of(members);
  told.key = item_of(members, "key");
  told.outcome = item_of(members, "outcome");
  told.holder = text_of(members, "holder");
  told.hash = text_of(members, "hash");
  told.response = text_of(members, "response");
  told.until_ms = number_of(members, "until_ms");
  told.for_ms = number_of(members, "for_ms");
  told.ago_ms = number_of(members, "ago_ms");
  return told;
}

EffectClaimed effect_claimed(json::object members) {
  return {item_of(members), text_of(members, "holder"), text_of(members, "task"), item_of(members, "key"),
          text_of(members, "hash")};
}

Swept swept(json::object members) {
  return {integer_of(members, "expired_found"), integer_of(members, "recovered"), integer_of(members, "failed")};
}

WorkFinished work_finished(json::object members) {
  return {item_of(members), item_of(members, "status"), text_of(members, "state")};
}

}  // namespace

/// The public system's own words for a checkpoint's members are read too, and those of a tool server below, so that
/// their answers can be told as they came.
CheckpointsRead WorkReader::checkpoints_read(json::object members) {
  checkpoints_.clear();
  const CheckpointsRead told{item_of(members), &checkpoints_};
  json::each_element(member_of(members, "checkpoints"), [&](json::value each) {
    ListedCheckpoint& listed = checkpoints_.emplace_back();
    json::each_member(each, [&](std::string_view key, json::value value) {
      if (key == "sequence" || key == "sequence_number") listed.sequence = json::integer(value).value_or(0);
      if (key == "hash" || key == "snapshot_hash") listed.hash = json::text(value);
    });
  });
  return told;
}

LedgerRead WorkReader::ledger_read(json::object members) {
  effects_.clear();
  const LedgerRead told{item_of(members), &effects_};
  json::each_element(member_of(members, "effects"), [&](json::value each) {
    LedgerEntry& entry = effects_.emplace_back();
    json::each_member(each, [&](std::string_view key, json::value value) {
      if (key == "task") entry.task = json::text(value);
      if (key == "key" || key == "idempotency_key") entry.key = json::text(value);
      if (key == "hash" || key == "payload_hash") entry.hash = json::text(value);
      if (key == "attempt") entry.attempt = json::integer(value).value_or(1);
      if (key == "idempotent") entry.idempotent = json::boolean(value).value_or(false);
      if (key == "at") entry.at = json::instant(value);
    });
  });
  return told;
}

Body WorkReader::read(std::string_view name, json::object members) {
  if (name == "lease") return lease_told(members);
  if (name == "write") return write_told(members);
  if (name == "work") return work_began(members);
  if (name == "killed") return Killed{text_of(members, "item"), text_of(members, "holder")};
  if (name == "checkpoint") return checkpoint_told(members);
  if (name == "resumed") return resumed(members);
  if (name == "checkpoints") return checkpoints_read(members);
  if (name == "claim") return claim_told(members);
  if (name == "effect") return effect_claimed(members);
  if (name == "ledger") return ledger_read(members);
  if (name == "sweep") return swept(members);
  if (name == "finished") return work_finished(members);
  return std::monostate{};
}

}  // namespace history
