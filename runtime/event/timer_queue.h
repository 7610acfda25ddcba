#pragma once

#include <cstdint>
#include <vector>

#include "event/timer.h"

namespace thresher::event {

/// The timers of one loop in a 4-ary heap ordered by (due, order of starting): starting, moving and cancelling cost
/// O(log n). Pure: both loops drive one. Its timers are destroyed before it.
class TimerQueue {
 public:
  TimerQueue() = default;
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  /// TimePoint::max() when nothing is armed.
  TimePoint next_due() const { return heap_.empty() ? TimePoint::max() : heap_.front().due; }
  std::size_t armed() const { return heap_.size(); }

  /// Fires everything due by `now`, earliest first, including what those callbacks start for a moment by `now`, but at
  /// most `limit` timers: one that restarts itself at once cannot starve the loop's sockets. Returns how many fired.
  std::size_t fire_due(TimePoint now, std::size_t limit = 4096);

 private:
  friend class Timer;

  /// The order's keys beside the pointer: comparing two slots touches no Timer.
  struct Slot {
    TimePoint due;
    std::uint64_t order;  ///< of starting: timers due at the same instant fire in the order they were started
    Timer* timer;
  };

  void start(Timer& timer, TimePoint due);  ///< inserts it, or moves it when it is armed already
  void remove(Timer& timer);
  void sift_up(std::size_t index, const Slot& slot);
  void sift_down(std::size_t index, const Slot& slot);
  void place(std::size_t index, const Slot& slot);
  static bool before(const Slot& a, const Slot& b);

  std::vector<Slot> heap_;
  std::uint64_t starts_ = 0;
  Timer* firing_ = nullptr;  ///< whose callback is running; null again when that callback destroyed it
};

}  // namespace thresher::event
