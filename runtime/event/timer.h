#pragma once

#include <cstddef>
#include <functional>

#include "base/clock.h"

namespace thresher::event {

class TimerQueue;

/// A one-shot alarm on one loop, with nanosecond due times. Destroying it cancels it: on_fire never runs afterwards.
/// on_fire is given once, may start the timer again, may destroy it, runs on the loop's thread and must not throw.
class Timer {
 public:
  Timer(TimerQueue& queue, std::function<void(TimePoint now)> on_fire);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Fires at the first tick whose reading is at or past `due`. Starting again moves it. TimePoint::max() cancels.
  void start_at(TimePoint due);
  void cancel();
  bool armed() const { return slot_ != kNotQueued; }
  TimePoint due() const { return due_; }  ///< as last asked for, armed or not

 private:
  friend class TimerQueue;
  static constexpr std::size_t kNotQueued = static_cast<std::size_t>(-1);

  TimerQueue& queue_;
  std::function<void(TimePoint)> on_fire_;
  TimePoint due_ = TimePoint::max();
  std::size_t slot_ = kNotQueued;  ///< index in the queue's heap
};

}  // namespace thresher::event
