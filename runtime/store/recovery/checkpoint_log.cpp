#include "store/recovery/checkpoint_log.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "store/recovery/audit.h"
#include "store/recovery/joined_transaction.h"
#include "store/recovery/work_queue.h"

namespace thresher::store {
namespace {

constexpr std::array<std::string_view, 8> kTypeNames = {"iteration_start",   "iteration_end",  "tool_executed",
                                                        "llm_response",      "approval_point", "state_transition",
                                                        "manual_checkpoint", "error_boundary"};

constexpr std::string_view kColumns =
    "checkpoint_id, task_id, work_item_id, checkpoint_type, sequence_number, snapshot_data, snapshot_hash, metadata, "
    "created_at";

Checkpoint checkpoint_of(const std::vector<Value>& row) {
  const auto* item = std::get_if<std::string>(&row[2]);
  return {.checkpoint_id = std::get<std::string>(row[0]),
          .task_id = std::get<std::string>(row[1]),
          .work_item_id = item == nullptr ? std::string() : *item,
          .type = checkpoint_type_named(std::get<std::string>(row[3])).value_or(CheckpointType::manual_checkpoint),
          .sequence_number = std::get<std::int64_t>(row[4]),
          .snapshot = std::get<std::string>(row[5]),
          .snapshot_hash = std::get<std::string>(row[6]),
          .metadata = std::get<std::string>(row[7]),
          .created_at = WallTime(Nanoseconds(std::get<std::int64_t>(row[8])))};
}

}  // namespace

std::string_view name_of(CheckpointType type) { return kTypeNames.at(static_cast<std::size_t>(type)); }

std::optional<CheckpointType> checkpoint_type_named(std::string_view name) {
  for (std::size_t i = 0; i < kTypeNames.size(); ++i)
    if (kTypeNames.at(i) == name) return static_cast<CheckpointType>(i);
  return std::nullopt;
}

std::string sha256_of(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string text = "sha256:";
  for (unsigned i = 0; i < size; ++i) fmt::format_to(std::back_inserter(text), "{:02x}", digest.at(i));
  return text;
}

Result<Checkpoint> CheckpointLog::append(const NewCheckpoint& wanted) {
  auto transaction = JoinedTransaction::begin(database_);
  if (!transaction) return fail(std::move(transaction.error()));
  if (wanted.lease != nullptr) {
    if (auto held = WorkQueue(database_, clock_).check(*wanted.lease); !held) return fail(std::move(held.error()));
  }
  auto latest = database_.execute("SELECT COALESCE(MAX(sequence_number), 0) FROM checkpoints WHERE task_id = $1",
                                  {wanted.task_id});
  if (!latest) return fail(std::move(latest.error()));
  Checkpoint made{.checkpoint_id = make_recovery_id(),
                  .task_id = wanted.task_id,
                  .work_item_id = wanted.work_item_id,
                  .type = wanted.type,
                  .sequence_number = std::get<std::int64_t>(latest->rows.at(0).at(0)) + 1,
                  .snapshot = wanted.snapshot,
                  .snapshot_hash = sha256_of(wanted.snapshot),
                  .metadata = wanted.metadata,
                  .created_at = clock_.now().wall};
  auto added = database_.execute(
      fmt::format("INSERT INTO checkpoints ({}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", kColumns),
      {made.checkpoint_id, made.task_id, made.work_item_id.empty() ? Value() : Value(made.work_item_id),
       std::string(name_of(made.type)), made.sequence_number, made.snapshot, made.snapshot_hash, made.metadata,
       stored(made.created_at)});
  if (!added) return fail(std::move(added.error()));
  if (auto committed = transaction->commit(); !committed) return fail(std::move(committed.error()));
  return made;
}

Result<std::optional<Checkpoint>> CheckpointLog::last(std::string_view task_id) {
  auto newest = recent(task_id, 1);
  if (!newest) return fail(std::move(newest.error()));
  if (newest->empty()) return std::optional<Checkpoint>();
  return std::optional<Checkpoint>(std::move(newest->front()));
}

Result<std::vector<Checkpoint>> CheckpointLog::recent(std::string_view task_id, std::int64_t limit) {
  const bool of_all = task_id.empty();
  auto found = database_.execute(
      fmt::format("SELECT {} FROM checkpoints {} LIMIT $2", kColumns,
                  of_all ? "ORDER BY created_at DESC, rowid DESC" : "WHERE task_id = $1 ORDER BY sequence_number DESC"),
      {std::string(task_id), limit});
  if (!found) return fail(std::move(found.error()));
  std::vector<Checkpoint> checkpoints;
  for (const std::vector<Value>& row : found->rows) checkpoints.push_back(checkpoint_of(row));
  std::reverse(checkpoints.begin(), checkpoints.end());
  return checkpoints;
}

Result<std::int64_t> CheckpointLog::count(std::string_view task_id) {
  auto counted =
      database_.execute("SELECT COUNT(*) FROM checkpoints WHERE $1 = '' OR task_id = $1", {std::string(task_id)});
  if (!counted) return fail(std::move(counted.error()));
  return std::get<std::int64_t>(counted->rows.at(0).at(0));
}

Result<void> CheckpointLog::verify(std::string_view task_id) {
  auto found = database_.execute(
      "SELECT sequence_number, snapshot_data, snapshot_hash FROM checkpoints WHERE task_id = $1 ORDER BY "
      "sequence_number",
      {std::string(task_id)});
  if (!found) return fail(std::move(found.error()));
  std::int64_t expected = 1;
  for (const std::vector<Value>& row : found->rows) {
    const auto number = std::get<std::int64_t>(row[0]);
    if (number != expected)
      return fail(ErrorCode::parse, fmt::format("task '{}': checkpoint {} follows {}; {} is missing", task_id, number,
                                             expected - 1, expected));
    if (sha256_of(std::get<std::string>(row[1])) != std::get<std::string>(row[2]))
      return fail(ErrorCode::parse,
                  fmt::format("task '{}': checkpoint {} does not have the hash it was written with", task_id, number));
    ++expected;
  }
  return {};
}

}  // namespace thresher::store
