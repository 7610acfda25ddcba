#include "work_items.h"

#include <fmt/format.h>

#include <array>

#include "refusal.h"

namespace recovery {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"pending", "in_progress", "completed", "failed", "expired"};

}  // namespace

std::string_view name_of(WorkStatus status) { return kNames.at(static_cast<std::size_t>(status)); }

std::pair<WorkItem*, bool> WorkItems::add(WorkItem item, Time now) {
  if (WorkItem* there = find(item.id)) return {there, false};
  item.created_at = now;
  item.number = ++made_;
  auto kept = std::make_unique<WorkItem>(std::move(item));
  WorkItem* added = kept.get();
  items_.emplace(added->id, std::move(kept));
  pending_.emplace(Place(-added->priority, added->number), added);
  return {added, true};
}

WorkItem* WorkItems::find(std::string_view id) {
  const auto found = items_.find(std::string(id));
  return found == items_.end() ? nullptr : found->second.get();
}

WorkItem* WorkItems::next(std::string_view work_type) {
  for (const auto& [place, item] : pending_)
    if (work_type.empty() || item->work_type == work_type) return item;
  return nullptr;
}

Time WorkItems::expiry(Time now, Time length, const WallTime& wall) const {
  return conduct_.defects.whole_second_leases ? wall.floor_to_second(now + length) : now + length;
}

void WorkItems::acquire(WorkItem& item, std::string holder, Time length, Time now, const WallTime& wall) {
  if (item.status != WorkStatus::pending)
    throw Refusal{409, "not_pending", fmt::format("work item {} is {}", item.id, name_of(item.status))};
  pending_.erase(Place(-item.priority, item.number));
  item.status = WorkStatus::in_progress;
  item.lease_holder = std::move(holder);
  ++item.fence;
  item.lease_acquired_at = item.heartbeat_at = now;
  item.lease_expires_at = expiry(now, length, wall);
  leases_.emplace(std::pair(item.lease_expires_at, item.number), &item);
}

bool WorkItems::held_by(const WorkItem& item, const Holder& holder, Time now) const {
  return item.status == WorkStatus::in_progress && item.fence == holder.token && item.lease_holder == holder.name &&
         now < item.lease_expires_at;
}

void WorkItems::check(const WorkItem& item, const Holder& holder, Time now) const {
  if (held_by(item, holder, now)) return;
  const bool held_once = holder.token >= 1 && holder.token <= item.fence;
  if (conduct_.defects.no_fencing && item.status == WorkStatus::in_progress && held_once) return;
  refuse(item, holder, now);
}

void WorkItems::refuse(const WorkItem& item, const Holder& holder, Time now) const {
  std::string why;
  if (item.status != WorkStatus::in_progress)
    why = fmt::format("the item is {}", name_of(item.status));
  else if (item.fence != holder.token || item.lease_holder != holder.name)
    why = fmt::format("{} holds it with token {}", item.lease_holder, item.fence);
  else
    why = fmt::format("the lease ran out {:.3f} ms ago",
                      static_cast<double>((now - item.lease_expires_at).count()) / 1e6);
  throw Refusal{
      409, "stale_holder",
      fmt::format("{} with token {} does not hold work item {}: {}", holder.name, holder.token, item.id, why)};
}

void WorkItems::heartbeat(WorkItem& item, const Holder& holder, Time length, Time now, const WallTime& wall) {
  const bool by_name =
      conduct_.defects.no_fencing && item.status == WorkStatus::in_progress && item.lease_holder == holder.name;
  if (!by_name && !held_by(item, holder, now)) refuse(item, holder, now);
  leases_.erase({item.lease_expires_at, item.number});
  item.heartbeat_at = now;
  item.lease_expires_at = expiry(now, length, wall);
  leases_.emplace(std::pair(item.lease_expires_at, item.number), &item);
}

void WorkItems::leave(WorkItem& item, WorkStatus next) {
  // A sweep that looks at the time of leases only still finds this one.
  const bool stays = conduct_.defects.terminal_reopens && next == WorkStatus::completed;
  if (!stays) leases_.erase({item.lease_expires_at, item.number});
  item.status = next;
  if (next == WorkStatus::pending) pending_.emplace(Place(-item.priority, item.number), &item);
}

bool WorkItems::has_retries(const WorkItem& item) const {
  const Defects& defects = conduct_.defects;
  return item.retry_count < item.max_retries + (defects.one_retry_more ? 1 : 0) - (defects.one_retry_less ? 1 : 0);
}

void WorkItems::complete(WorkItem& item, const Holder& holder, std::string output, Time now) {
  check(item, holder, now);
  item.output_data = std::move(output);
  leave(item, WorkStatus::completed);
}

void WorkItems::fail(WorkItem& item, const Holder& holder, std::string error, Time now) {
  check(item, holder, now);
  item.error_message = std::move(error);
  const bool again = has_retries(item);
  leave(item, again ? WorkStatus::pending : WorkStatus::failed);
  if (again) ++item.retry_count;
}

void WorkItems::release(WorkItem& item, const Holder& holder, Time now) {
  if (!held_by(item, holder, now)) {
    if (!conduct_.defects.silent_stale_release) refuse(item, holder, now);
    if (item.status != WorkStatus::in_progress) return;
  }
  leave(item, WorkStatus::pending);
}

Sweep WorkItems::sweep(Time now) {
  Sweep sweep;
  while (!leases_.empty() && leases_.begin()->first.first <= now) {
    WorkItem& item = *leases_.begin()->second;
    ++sweep.expired_found;
    sweep.expired.push_back(&item);
    const bool again = has_retries(item);
    leases_.erase(leases_.begin());
    leave(item, again ? WorkStatus::pending : WorkStatus::expired);
    if (again) ++item.retry_count;
    if (again || conduct_.defects.miscounted_sweep) ++sweep.recovered;
    if (!again) ++sweep.failed;
  }
  return sweep;
}

void WorkItems::forget(std::string_view id) {
  const auto found = items_.find(std::string(id));
  if (found == items_.end()) return;
  const WorkItem& item = *found->second;
  pending_.erase(Place(-item.priority, item.number));
  leases_.erase({item.lease_expires_at, item.number});
  items_.erase(found);
}

}  // namespace recovery
