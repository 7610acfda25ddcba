#include "store/recovery/work_queue.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "store/recovery/audit.h"
#include "store/recovery/checkpoint_log.h"
#include "store/recovery/joined_transaction.h"

namespace thresher::store {
namespace {

constexpr std::array<std::string_view, 5> kStatusNames = {"pending", "in_progress", "completed", "failed", "expired"};

constexpr std::string_view kColumns =
    "work_item_id, task_id, work_type, status, priority, lease_holder, lease_acquired_at, lease_expires_at, "
    "heartbeat_at, "
    "fence, retry_count, max_retries, input_data, output_data, error_message";

/// What makes a lease good: it is the item's latest, of this boot, and has not run out.
constexpr std::string_view kHeld =
    "work_item_id = $1 AND status = 'in_progress' AND fence = $2 AND lease_boot = $3 AND lease_until > $4";

std::optional<WallTime> time_of(const Value& value) {
  if (const auto* ns = std::get_if<std::int64_t>(&value)) return WallTime(Nanoseconds(*ns));
  return std::nullopt;
}

std::optional<std::string> text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return std::nullopt;
}

int number_of(const Value& value) { return static_cast<int>(std::get<std::int64_t>(value)); }

WorkItem item_of(const std::vector<Value>& row) {
  return {.work_item_id = std::get<std::string>(row[0]),
          .task_id = std::get<std::string>(row[1]),
          .work_type = std::get<std::string>(row[2]),
          .status = work_status_named(std::get<std::string>(row[3])).value_or(WorkStatus::pending),
          .priority = number_of(row[4]),
          .lease_holder = text_of(row[5]),
          .lease_acquired_at = time_of(row[6]),
          .lease_expires_at = time_of(row[7]),
          .heartbeat_at = time_of(row[8]),
          .fence = std::get<std::int64_t>(row[9]),
          .retry_count = number_of(row[10]),
          .max_retries = number_of(row[11]),
          .input = std::get<std::string>(row[12]),
          .output = text_of(row[13]),
          .error = text_of(row[14])};
}

auto forward(Error& error) { return fail(std::move(error)); }

}  // namespace

std::string_view name_of(WorkStatus status) { return kStatusNames.at(static_cast<std::size_t>(status)); }

std::optional<WorkStatus> work_status_named(std::string_view name) {
  for (std::size_t i = 0; i < kStatusNames.size(); ++i)
    if (kStatusNames.at(i) == name) return static_cast<WorkStatus>(i);
  return std::nullopt;
}

Result<std::string> WorkQueue::add(const NewWork& work) {
  auto transaction = JoinedTransaction::begin(database_);
  if (!transaction) return forward(transaction.error());
  const std::string id = work.work_item_id.empty() ? make_recovery_id() : work.work_item_id;
  const Moment now = clock_.now();
  auto added = database_.execute(
      "INSERT INTO work_items (work_item_id, task_id, work_type, status, priority, fence, retry_count, max_retries, "
      "input_data, created_at) VALUES ($1, $2, $3, 'pending', $4, 0, 0, $5, $6, $7) ON CONFLICT (work_item_id) DO "
      "NOTHING",
      {id, work.task_id, work.work_type, std::int64_t{work.priority}, std::int64_t{work.max_retries}, work.input,
       stored(now.wall)});
  if (!added) return forward(added.error());
  if (added->changed > 0) {
    if (auto noted = audit(database_, work.task_id, id, "added", work.work_type, now.wall); !noted)
      return forward(noted.error());
  }
  if (auto committed = transaction->commit(); !committed) return forward(committed.error());
  return id;
}

Result<std::optional<Lease>> WorkQueue::acquire(const Wanted& wanted) {
  auto transaction = JoinedTransaction::begin(database_);
  if (!transaction) return forward(transaction.error());
  auto found = database_.execute(
      "SELECT work_item_id, task_id, fence, retry_count, input_data FROM work_items WHERE status = 'pending' AND "
      "($1 = '' OR work_item_id = $1) AND ($2 = '' OR task_id = $2) AND ($3 = '' OR work_type = $3) "
      "ORDER BY priority DESC, created_at, rowid LIMIT 1",
      {wanted.work_item_id, wanted.task_id, wanted.work_type});
  if (!found) return forward(found.error());
  if (found->rows.empty()) return std::optional<Lease>();
  const std::vector<Value>& row = found->rows.front();
  const Moment now = clock_.now();
  Lease lease{.work_item_id = std::get<std::string>(row[0]),
              .task_id = std::get<std::string>(row[1]),
              .holder = wanted.holder,
              .fence = std::get<std::int64_t>(row[2]) + 1,
              .expires_at = now.wall + wanted.duration,
              .retry_count = number_of(row[3]),
              .input = std::get<std::string>(row[4])};
  auto taken = database_.execute(
      "UPDATE work_items SET status = 'in_progress', lease_holder = $2, lease_acquired_at = $3, heartbeat_at = $3, "
      "lease_expires_at = $4, lease_boot = $5, lease_until = $6, fence = $7 WHERE work_item_id = $1",
      {lease.work_item_id, lease.holder, stored(now.wall), stored(lease.expires_at), clock_.boot,
       (now.since_boot + wanted.duration).count(), lease.fence});
  if (!taken) return forward(taken.error());
  if (auto noted = audit(database_, lease.task_id, lease.work_item_id, "leased", lease.holder, now.wall); !noted)
    return forward(noted.error());
  if (auto committed = transaction->commit(); !committed) return forward(committed.error());
  return std::optional<Lease>(std::move(lease));
}

Result<Lease> WorkQueue::heartbeat(const Lease& lease, Nanoseconds duration) {
  const Moment now = clock_.now();
  Lease prolonged = lease;
  prolonged.expires_at = now.wall + duration;
  auto beaten = database_.execute(
      fmt::format("UPDATE work_items SET heartbeat_at = $5, lease_expires_at = $6, lease_until = $7 WHERE {}", kHeld),
      {lease.work_item_id, lease.fence, clock_.boot, now.since_boot.count(), stored(now.wall),
       stored(prolonged.expires_at), (now.since_boot + duration).count()});
  if (!beaten) return forward(beaten.error());
  if (beaten->changed == 0) return refused(lease, "its lease cannot be prolonged");
  return prolonged;
}

Result<void> WorkQueue::check(const Lease& lease) {
  auto held = database_.execute(fmt::format("SELECT 1 FROM work_items WHERE {}", kHeld),
                                {lease.work_item_id, lease.fence, clock_.boot, clock_.now().since_boot.count()});
  if (!held) return forward(held.error());
  if (held->rows.empty()) return refused(lease, "nothing may be written for it");
  return {};
}

Result<void> WorkQueue::leave(const Lease& lease, WorkStatus next, std::string_view column, std::string_view text,
                              std::string_view event) {
  const Moment now = clock_.now();
  const std::string set = column.empty() ? "" : fmt::format(", {} = $6", column);
  auto left = database_.execute(fmt::format("UPDATE work_items SET status = $5{} WHERE {}", set, kHeld),
                                {lease.work_item_id, lease.fence, clock_.boot, now.since_boot.count(),
                                 std::string(name_of(next)), std::string(text)});
  if (!left) return forward(left.error());
  if (left->changed == 0) return refused(lease, fmt::format("it cannot be {}", event));
  return audit(database_, lease.task_id, lease.work_item_id, event, lease.holder, now.wall);
}

Result<void> WorkQueue::complete(const Lease& lease, std::string_view output) {
  auto transaction = JoinedTransaction::begin(database_);
  if (!transaction) return forward(transaction.error());
  if (auto left = leave(lease, WorkStatus::completed, "output_data", output, "completed"); !left) return left;
  return transaction->commit();
}

Result<void> WorkQueue::release(const Lease& lease) {
  auto transaction = JoinedTransaction::begin(database_);
  if (!transaction) return forward(transaction.error());
  if (auto left = leave(lease, WorkStatus::pending, {}, {}, "released"); !left) return left;
  return transaction->commit();
}

Result<void> WorkQueue::give_up(const Lease& lease, std::string_view error) {
  auto transaction = JoinedTransaction::begin(database_);
  if (!transaction) return forward(transaction.error());
  const auto item = get(lease.work_item_id);
  if (!item) return fail(Error(item.error()));
  const bool again = item->retry_count < item->max_retries;
  if (auto left = leave(lease, again ? WorkStatus::pending : WorkStatus::failed, "error_message", error,
                        again ? "retried" : "failed");
      !left)
    return left;
  if (again) {
    auto counted = database_.execute("UPDATE work_items SET retry_count = retry_count + 1 WHERE work_item_id = $1",
                                     {lease.work_item_id});
    if (!counted) return forward(counted.error());
  }
  return transaction->commit();
}

Result<RecoveryStatistics> WorkQueue::sweep() {
  auto transaction = JoinedTransaction::begin(database_);
  if (!transaction) return forward(transaction.error());
  const Moment now = clock_.now();
  auto found = database_.execute(
      fmt::format("SELECT {} FROM work_items WHERE status = 'in_progress' AND (lease_boot <> $1 OR lease_until <= $2) "
                  "ORDER BY created_at, rowid",
                  kColumns),
      {clock_.boot, now.since_boot.count()});
  if (!found) return forward(found.error());
  RecoveryStatistics statistics;
  statistics.scan_time = now.wall;
  statistics.expired_found = static_cast<std::int64_t>(found->rows.size());
  for (const std::vector<Value>& row : found->rows)
    if (auto recovered = recover(item_of(row), now, statistics); !recovered) return forward(recovered.error());
  if (auto committed = transaction->commit(); !committed) return forward(committed.error());
  statistics.scan_duration = clock_.now().since_boot - now.since_boot;
  return statistics;
}

Result<void> WorkQueue::recover(const WorkItem& item, const Moment& now, RecoveryStatistics& statistics) {
  const bool again = item.retry_count < item.max_retries;
  const std::string why = fmt::format("the lease of '{}' ran out", item.lease_holder.value_or(""));
  auto taken = database_.execute(
      "UPDATE work_items SET status = $2, retry_count = retry_count + $3, error_message = $4 WHERE work_item_id = $1",
      {item.work_item_id, std::string(again ? "pending" : "expired"), std::int64_t{again ? 1 : 0}, why});
  if (!taken) return forward(taken.error());
  ++(again ? statistics.recovered : statistics.failed);
  if (auto noted = audit(database_, item.task_id, item.work_item_id, again ? "recovered" : "expired", why, now.wall);
      !noted)
    return noted;
  CheckpointLog log(database_, clock_);
  auto marked = log.append({.task_id = item.task_id,
                            .type = CheckpointType::error_boundary,
                            .snapshot = fmt::format(R"({{"fence":{},"retry_count":{}}})", item.fence, item.retry_count),
                            .work_item_id = item.work_item_id});
  if (!marked) return forward(marked.error());
  ++statistics.checkpoints_created;
  return {};
}

Result<WorkItem> WorkQueue::get(std::string_view work_item_id) {
  auto found = database_.execute(fmt::format("SELECT {} FROM work_items WHERE work_item_id = $1", kColumns),
                                 {std::string(work_item_id)});
  if (!found) return forward(found.error());
  if (found->rows.empty())
    return fail(ErrorCode::not_found,
                fmt::format("there is no work item '{}' in '{}'", work_item_id, database_.shown()));
  return item_of(found->rows.front());
}

Result<std::vector<WorkItem>> WorkQueue::list(std::string_view task_id, std::optional<WorkStatus> status) {
  auto found = database_.execute(
      fmt::format("SELECT {} FROM work_items WHERE ($1 = '' OR task_id = $1) AND ($2 = '' OR status = $2) "
                  "ORDER BY created_at, rowid",
                  kColumns),
      {std::string(task_id), status ? std::string(name_of(*status)) : std::string()});
  if (!found) return forward(found.error());
  std::vector<WorkItem> items;
  for (const std::vector<Value>& row : found->rows) items.push_back(item_of(row));
  return items;
}

Result<std::map<WorkStatus, std::int64_t>> WorkQueue::count() {
  auto found = database_.execute("SELECT status, COUNT(*) FROM work_items GROUP BY status");
  if (!found) return forward(found.error());
  std::map<WorkStatus, std::int64_t> counts;
  for (const std::vector<Value>& row : found->rows) {
    const auto status = work_status_named(std::get<std::string>(row[0]));
    if (status) counts[*status] = std::get<std::int64_t>(row[1]);
  }
  return counts;
}

Result<std::map<std::string, WorkStatus>> WorkQueue::statuses(std::string_view task_id) {
  auto found =
      database_.execute("SELECT work_item_id, status FROM work_items WHERE task_id = $1", {std::string(task_id)});
  if (!found) return forward(found.error());
  std::map<std::string, WorkStatus> statuses;
  for (const std::vector<Value>& row : found->rows)
    statuses.emplace(std::get<std::string>(row[0]),
                     work_status_named(std::get<std::string>(row[1])).value_or(WorkStatus::pending));
  return statuses;
}

tl::unexpected<Error> WorkQueue::refused(const Lease& lease, std::string_view what) {
  const auto item = get(lease.work_item_id);
  if (!item) return fail(Error(item.error()));
  std::string why = "its lease ran out";
  if (item->fence != lease.fence)
    why = fmt::format("'{}' has held it since, by lease {}", item->lease_holder.value_or(""), item->fence);
  else if (item->status != WorkStatus::in_progress)
    why = fmt::format("it is {}", name_of(item->status));
  return fail(ErrorCode::cancelled, fmt::format("work item '{}': {} by lease {} of '{}': {}", lease.work_item_id, what,
                                                lease.fence, lease.holder, why));
}

}  // namespace thresher::store
