#include "event/timer.h"

#include <utility>

#include "event/timer_queue.h"

namespace thresher::event {

Timer::Timer(TimerQueue& queue, std::function<void(TimePoint now)> on_fire)
    : queue_(queue), on_fire_(std::move(on_fire)) {}

Timer::~Timer() {
  cancel();
  if (queue_.firing_ == this) queue_.firing_ = nullptr;
}

void Timer::start_at(TimePoint due) {
  due_ = due;
  if (due == TimePoint::max()) {
    cancel();
  } else {
    queue_.start(*this, due);
  }
}

void Timer::cancel() {
  if (armed()) queue_.remove(*this);
}

}  // namespace thresher::event
