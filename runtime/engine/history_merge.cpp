#include "engine/history_merge.h"

#include <algorithm>
#include <utility>

namespace thresher::engine {

void HistoryMerge::add(unsigned worker, std::vector<HistoryEntry> entries, TimePoint until) {
  for (HistoryEntry& entry : entries) pending_.push_back({worker, std::move(entry)});
  told_until_[worker] = std::max(told_until_[worker], until);
}

std::vector<HistoryEntry> HistoryMerge::take(bool all) {
  const TimePoint settled = all ? TimePoint::max() : *std::min_element(told_until_.begin(), told_until_.end());
  const auto waiting = std::stable_partition(pending_.begin(), pending_.end(),
                                             [settled](const Pending& p) { return p.entry.at <= settled; });
  std::stable_sort(pending_.begin(), waiting, [](const Pending& a, const Pending& b) {
    return std::pair(a.entry.at, a.worker) < std::pair(b.entry.at, b.worker);
  });
  std::vector<HistoryEntry> taken;
  taken.reserve(static_cast<std::size_t>(waiting - pending_.begin()));
  for (auto p = pending_.begin(); p != waiting; ++p) taken.push_back(std::move(p->entry));
  pending_.erase(pending_.begin(), waiting);
  return taken;
}

}  // namespace thresher::engine
