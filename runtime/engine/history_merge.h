#pragma once

#include <vector>

#include "engine/iteration_runner.h"

namespace thresher::engine {

/// Puts what the workers recorded into one order: by time, then worker, then as recorded. An entry is given out once
/// every worker has told of its time, so that nothing earlier can follow. Pure; the coordinator has one.
class HistoryMerge {
 public:
  explicit HistoryMerge(unsigned workers) : told_until_(workers, TimePoint::min()) {}

  /// What a worker recorded up to and including `until`, in the order recorded.
  void add(unsigned worker, std::vector<HistoryEntry> entries, TimePoint until);
  void gone(unsigned worker) { told_until_[worker] = TimePoint::max(); }
  /// The entries that are settled; with `all`, those that wait for a late worker too.
  std::vector<HistoryEntry> take(bool all);

 private:
  struct Pending {
    unsigned worker;
    HistoryEntry entry;
  };
  std::vector<TimePoint> told_until_;  ///< by worker
  std::vector<Pending> pending_;
};

}  // namespace thresher::engine
