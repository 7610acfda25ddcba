#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"
#include "store/recovery/moment.h"

namespace thresher::store {

struct Lease;

enum class CheckpointType : std::uint8_t {
  iteration_start,
  iteration_end,
  tool_executed,
  llm_response,
  approval_point,
  state_transition,
  manual_checkpoint,
  error_boundary
};

std::string_view name_of(CheckpointType type);
std::optional<CheckpointType> checkpoint_type_named(std::string_view name);

struct NewCheckpoint {
  std::string task_id;
  CheckpointType type = CheckpointType::manual_checkpoint;
  std::string snapshot = "{}";    ///< JSON: what a resumed task needs
  std::string metadata = "{}";    ///< JSON
  std::string work_item_id = {};  ///< empty: of the task as a whole
  const Lease* lease = nullptr;   ///< of that item: a holder who lost it is refused
};

struct Checkpoint {
  std::string checkpoint_id, task_id, work_item_id;
  CheckpointType type = CheckpointType::manual_checkpoint;
  std::int64_t sequence_number = 0;  ///< from 1 within the task, without a gap
  std::string snapshot;
  std::string snapshot_hash;  ///< "sha256:..." of the snapshot
  std::string metadata;
  WallTime created_at{};
};

/// The states of tasks, numbered. Each call is atomic; inside a Transaction of the same database it becomes part of
/// that. What append() returned survives the process: once its transaction is committed it is on the disk.
class CheckpointLog {
 public:
  CheckpointLog(Database& database, const RecoveryClock& clock) : database_(database), clock_(clock) {}

  Result<Checkpoint> append(const NewCheckpoint& checkpoint);
  /// Nothing: the task has none.
  Result<std::optional<Checkpoint>> last(std::string_view task_id);
  /// In the order of their numbers; the newest `limit` of a task, or of all tasks by time when it is empty.
  Result<std::vector<Checkpoint>> recent(std::string_view task_id, std::int64_t limit);
  Result<std::int64_t> count(std::string_view task_id = {});
  /// Reads a task's checkpoints again: every snapshot has its hash, and the numbers run from 1 without a gap. The error
  /// names the first that does not (ErrorCode::parse; any other: the database could not be read).
  Result<void> verify(std::string_view task_id);

 private:
  Database& database_;
  const RecoveryClock& clock_;
};

/// "sha256:" and 64 hexadecimal digits.
std::string sha256_of(std::string_view bytes);

}  // namespace thresher::store
