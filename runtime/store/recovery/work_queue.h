#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"
#include "store/recovery/moment.h"

namespace thresher::store {

/// | status      | event                                    | next        | audit       |
/// |-------------|------------------------------------------|-------------|-------------|
/// | (none)      | add                                      | pending     | added       |
/// | pending     | acquire                                  | in_progress | leased      |
/// | in_progress | heartbeat by the holder                  | in_progress |             |
/// | in_progress | complete by the holder                   | completed   | completed   |
/// | in_progress | release by the holder                    | pending     | released    |
/// | in_progress | give_up by the holder, retries left      | pending     | retried     |
/// | in_progress | give_up by the holder, none left         | failed      | failed      |
/// | in_progress | sweep, lease ran out, retries left       | pending     | recovered   |
/// | in_progress | sweep, lease ran out, none left          | expired     | expired     |
///
/// completed, failed and expired are final. An item is attempted at most 1 + max_retries times; a release is no attempt
/// used up. "By the holder" is by the lease with the item's latest fence, before it ran out: everybody else is refused,
/// whatever he believes.
enum class WorkStatus : std::uint8_t { pending, in_progress, completed, failed, expired };

std::string_view name_of(WorkStatus status);
std::optional<WorkStatus> work_status_named(std::string_view name);

struct NewWork {
  std::string task_id;
  std::string work_type;
  std::string input = "{}";       ///< JSON
  int priority = 0;               ///< higher is taken first, then older
  int max_retries = 3;            ///< 0 or more
  std::string work_item_id = {};  ///< empty: a new one; an id that is there already is left as it is
};

/// The right to work on an item until it runs out. Whoever presents it is the holder.
struct Lease {
  std::string work_item_id = {};
  std::string task_id = {};
  std::string holder = {};
  std::int64_t fence = 0;  ///< rises by one with every lease of the item
  WallTime expires_at{};
  int retry_count = 0;
  std::string input = {};
};

struct WorkItem {
  std::string work_item_id, task_id, work_type;
  WorkStatus status = WorkStatus::pending;
  int priority = 0;
  std::optional<std::string> lease_holder;  ///< of the latest lease, also when it is over
  std::optional<WallTime> lease_acquired_at, lease_expires_at, heartbeat_at;
  std::int64_t fence = 0;
  int retry_count = 0, max_retries = 0;
  std::string input;
  std::optional<std::string> output, error;
};

struct Wanted {
  std::string holder;
  Nanoseconds duration{};         ///< more than 0
  std::string work_item_id = {};  ///< empty: any
  std::string task_id = {};       ///< empty: of any
  std::string work_type = {};     ///< empty: of any
};

/// What one sweep found and did.
struct RecoveryStatistics {
  WallTime scan_time{};
  std::int64_t expired_found = 0;
  std::int64_t recovered = 0;  ///< pending again
  std::int64_t failed = 0;     ///< out of retries
  std::int64_t checkpoints_created =
      0;  ///< an error_boundary for every expired item, so that its task's history shows it
  std::vector<std::string> errors;
  Nanoseconds scan_duration{};
};

/// What is to be done, shared by processes of one machine that may die at any moment. One thread at a time. Each call
/// is atomic; inside a Transaction of the same database it becomes part of that. ErrorCode::cancelled: the caller no
/// longer holds what he writes to; not_found: there is no such item; io: the database, nothing was changed.
class WorkQueue {
 public:
  WorkQueue(Database& database, const RecoveryClock& clock) : database_(database), clock_(clock) {}

  /// Returns the item's id.
  Result<std::string> add(const NewWork& work);
  /// The first pending item that fits, or nothing. Items whose lease ran out are not pending until a sweep.
  Result<std::optional<Lease>> acquire(const Wanted& wanted);
  /// Prolongs a lease: it ends `duration` from now.
  Result<Lease> heartbeat(const Lease& lease, Nanoseconds duration);
  Result<void> complete(const Lease& lease, std::string_view output);
  Result<void> give_up(const Lease& lease, std::string_view error);
  Result<void> release(const Lease& lease);
  /// Whether the lease is still the item's and has not run out.
  Result<void> check(const Lease& lease);

  /// Takes every lease that ran out from its holder.
  Result<RecoveryStatistics> sweep();

  Result<WorkItem> get(std::string_view work_item_id);
  /// In the order of their making; of a task, or all.
  Result<std::vector<WorkItem>> list(std::string_view task_id = {}, std::optional<WorkStatus> status = {});
  /// How many items there are of each status there is.
  Result<std::map<WorkStatus, std::int64_t>> count();
  /// How the items of a task stand, by id, without what is in them.
  Result<std::map<std::string, WorkStatus>> statuses(std::string_view task_id);

 private:
  Result<void> leave(const Lease& lease, WorkStatus next, std::string_view column, std::string_view text,
                     std::string_view event);
  Result<void> recover(const WorkItem& item, const Moment& now, RecoveryStatistics& statistics);
  tl::unexpected<Error> refused(const Lease& lease, std::string_view what);

  Database& database_;
  const RecoveryClock& clock_;
};

}  // namespace thresher::store
