#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "conduct.h"
#include "wall_time.h"

namespace recovery {

/// | status      | event                                         | next        |
/// |-------------|-----------------------------------------------|-------------|
/// | (none)      | add                                           | pending     |
/// | pending     | acquire: the fence rises by one               | in_progress |
/// | in_progress | heartbeat by the holder                       | in_progress |
/// | in_progress | complete by the holder                        | completed   |
/// | in_progress | release by the holder                         | pending     |
/// | in_progress | fail by the holder, retries left (one is used)| pending     |
/// | in_progress | fail by the holder, none left                 | failed      |
/// | in_progress | sweep, lease ran out, retries left (one used) | pending     |
/// | in_progress | sweep, lease ran out, none left               | expired     |
///
/// completed, failed and expired are final. By the holder: with the item's latest fence, before the lease ran out.
enum class WorkStatus : std::uint8_t { pending, in_progress, completed, failed, expired };
std::string_view name_of(WorkStatus status);
inline bool is_terminal(WorkStatus status) { return status >= WorkStatus::completed; }

struct WorkItem {
  std::string id, task_id, work_type;
  WorkStatus status = WorkStatus::pending;
  std::int64_t priority = 0;  ///< higher is taken first, then older
  std::string lease_holder;   ///< of the latest lease; empty: there was none
  std::int64_t fence = 0;     ///< the number of the latest lease
  Time lease_acquired_at{}, lease_expires_at{}, heartbeat_at{};
  std::int64_t retry_count = 0, max_retries = 3;
  std::string input_data, output_data, error_message;  ///< JSON, JSON or empty, text
  Time created_at{};
  std::uint64_t number = 0;  ///< in the order of their making
};

/// Who says that he holds an item.
struct Holder {
  std::string name;
  std::int64_t token = 0;
};

/// What a sweep found and did, in the public system's words.
struct Sweep {
  std::int64_t expired_found = 0, recovered = 0, failed = 0;
  std::vector<const WorkItem*> expired;
};

/// What is to be done, and who does it. A call that the item's state forbids throws a Refusal of status 409.
class WorkItems {
 public:
  explicit WorkItems(const Conduct& conduct) : conduct_(conduct) {}

  /// Leaves an item as it is that is there already; second: it is new.
  std::pair<WorkItem*, bool> add(WorkItem item, Time now);
  WorkItem* find(std::string_view id);
  /// The first pending item, of that type unless it is empty, or null.
  WorkItem* next(std::string_view work_type);
  /// Refused unless it is pending.
  void acquire(WorkItem& item, std::string holder, Time length, Time now, const WallTime& wall);
  void heartbeat(WorkItem& item, const Holder& holder, Time length, Time now, const WallTime& wall);
  void complete(WorkItem& item, const Holder& holder, std::string output, Time now);
  void fail(WorkItem& item, const Holder& holder, std::string error, Time now);
  void release(WorkItem& item, const Holder& holder, Time now);
  /// Whether this holder may write for the item.
  void check(const WorkItem& item, const Holder& holder, Time now) const;

  Sweep sweep(Time now);
  void forget(std::string_view id);

 private:
  using Place = std::pair<std::int64_t, std::uint64_t>;  ///< priority, negated; number

  bool held_by(const WorkItem& item, const Holder& holder, Time now) const;
  [[noreturn]] void refuse(const WorkItem& item, const Holder& holder, Time now) const;
  void leave(WorkItem& item, WorkStatus next);
  bool has_retries(const WorkItem& item) const;
  Time expiry(Time now, Time length, const WallTime& wall) const;

  const Conduct& conduct_;
  std::unordered_map<std::string, std::unique_ptr<WorkItem>> items_;
  std::map<Place, WorkItem*> pending_;
  std::map<std::pair<Time, std::uint64_t>, WorkItem*> leases_;  ///< by their end
  std::uint64_t made_ = 0;
};

}  // namespace recovery
