#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "store/recovery/checkpoint_log.h"
#include "store/recovery/effect_ledger.h"
#include "store/recovery/work_queue.h"

namespace thresher::store {

/// A recovery kit's file: a SQLite database that any number of processes of one machine share, or each has its own of.
/// Durable when acknowledged: a call that returned outside a Transaction, or whose Transaction was committed, survives
/// kill -9 and a power cut. A lock is waited for up to kLockTimeout. One thread at a time; processes and threads that
/// work at once each open their own.
class RecoveryStore {
 public:
  static constexpr Nanoseconds kLockTimeout = std::chrono::seconds(30);

  static Result<std::unique_ptr<RecoveryStore>> open(const std::filesystem::path& path,
                                                     RecoveryClock clock = RecoveryClock::of_this_machine());
  /// For tests: on a database whose calls can be watched or made to fail.
  static Result<std::unique_ptr<RecoveryStore>> open(std::unique_ptr<Database> database, RecoveryClock clock);

  WorkQueue& queue() { return queue_; }
  CheckpointLog& checkpoints() { return checkpoints_; }
  EffectLedger& effects() { return effects_; }
  Database& database() { return *database_; }
  const RecoveryClock& clock() const { return clock_; }

  /// A task's own status: "running", "succeeded" or "failed"; the latter two are final (ErrorCode::cancelled).
  Result<void> set_task(std::string_view task_id, std::string_view status);
  /// ErrorCode::not_found: nobody gave it one.
  Result<std::string> task(std::string_view task_id);

 private:
  RecoveryStore(std::unique_ptr<Database> database, RecoveryClock clock)
      : database_(std::move(database)), clock_(std::move(clock)) {}

  std::unique_ptr<Database> database_;
  RecoveryClock clock_;
  WorkQueue queue_{*database_, clock_};
  CheckpointLog checkpoints_{*database_, clock_};
  EffectLedger effects_{*database_, clock_};
};

}  // namespace thresher::store
