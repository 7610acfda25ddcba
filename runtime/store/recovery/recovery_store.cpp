#include "store/recovery/recovery_store.h"

#include <fmt/format.h>

#include "store/recovery/audit.h"
#include "store/recovery/joined_transaction.h"
#include "store/recovery/schema.h"
#include "store/sqlite_database.h"

namespace thresher::store {

Result<std::unique_ptr<RecoveryStore>> RecoveryStore::open(const std::filesystem::path& path, RecoveryClock clock) {
  auto database = open_sqlite(path, kLockTimeout,
                              {.what = "recovery store", .way_out = "use another file", .room = "make room and go on"});
  if (!database) return fail(std::move(database.error()));
  return open(std::move(*database), std::move(clock));
}

Result<std::unique_ptr<RecoveryStore>> RecoveryStore::open(std::unique_ptr<Database> database, RecoveryClock clock) {
  if (auto prepared = prepare_recovery_schema(*database); !prepared) return fail(std::move(prepared.error()));
  return std::unique_ptr<RecoveryStore>(new RecoveryStore(std::move(database), std::move(clock)));
}

Result<void> RecoveryStore::set_task(std::string_view task_id, std::string_view status) {
  auto transaction = JoinedTransaction::begin(*database_);
  if (!transaction) return fail(std::move(transaction.error()));
  const WallTime now = clock_.now().wall;
  auto set = database_->execute(
      "INSERT INTO tasks (task_id, status, updated_at) VALUES ($1, $2, $3) ON CONFLICT (task_id) DO UPDATE SET status "
      "= "
      "excluded.status, updated_at = excluded.updated_at WHERE tasks.status = 'running'",
      {std::string(task_id), std::string(status), stored(now)});
  if (!set) return fail(std::move(set.error()));
  if (set->changed == 0)
    return fail(ErrorCode::cancelled, fmt::format("task '{}' is over, and cannot become {}", task_id, status));
  if (auto noted = audit(*database_, task_id, task_id, status, {}, now); !noted) return noted;
  return transaction->commit();
}

Result<std::string> RecoveryStore::task(std::string_view task_id) {
  auto found = database_->execute("SELECT status FROM tasks WHERE task_id = $1", {std::string(task_id)});
  if (!found) return fail(std::move(found.error()));
  if (found->rows.empty())
    return fail(ErrorCode::not_found, fmt::format("there is no task '{}' in '{}'", task_id, database_->shown()));
  return std::get<std::string>(found->rows.front().front());
}

}  // namespace thresher::store
