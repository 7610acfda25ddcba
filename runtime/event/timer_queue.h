#pragma once

#include <cstdint>
#include <vector>

#include "event/timer.h"

namespace thresher::event {

/// The timers of one loop in a binary heap ordered by (due, order of starting). Pure: both loops drive one.
class TimerQueue {
 public:
  TimePoint next_due() const;          ///< TimePoint::max() when nothing is armed
  /// Fires everything due by `now`, earliest first, including what those callbacks start for a moment by `now`, but at most
  /// `limit` timers: one that restarts itself at once cannot starve the loop's sockets. Returns how many fired.
  std::size_t fire_due(TimePoint now, std::size_t limit = 4096);

 private:
  friend class Timer;
  void insert(Timer& timer);
  void remove(Timer& timer);
  void sift_up(std::size_t slot);
  void sift_down(std::size_t slot);
  static bool before(const Timer& a, const Timer& b);

  std::vector<Timer*> heap_;
  std::uint64_t starts_ = 0;
};

}  // namespace thresher::event
