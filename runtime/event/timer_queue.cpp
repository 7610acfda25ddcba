#include "event/timer_queue.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace thresher::event {
namespace {
constexpr std::size_t kChildren = 4;  // four slots of 24 bytes span two cache lines; half the depth of a binary heap
}

bool TimerQueue::before(const Slot& a, const Slot& b) { return a.due != b.due ? a.due < b.due : a.order < b.order; }

void TimerQueue::place(std::size_t index, const Slot& slot) {
  heap_[index] = slot;
  slot.timer->slot_ = index;
}

void TimerQueue::sift_up(std::size_t index, const Slot& slot) {
  while (index > 0) {
    const std::size_t parent = (index - 1) / kChildren;
    if (!before(slot, heap_[parent])) break;
    place(index, heap_[parent]);
    index = parent;
  }
  place(index, slot);
}

void TimerQueue::sift_down(std::size_t index, const Slot& slot) {
  for (;;) {
    const std::size_t first = index * kChildren + 1;
    if (first >= heap_.size()) break;
    const std::size_t last = std::min(first + kChildren, heap_.size());
    std::size_t least = first;
    for (std::size_t child = first + 1; child < last; ++child) {
      if (before(heap_[child], heap_[least])) least = child;
    }
    if (!before(heap_[least], slot)) break;
    place(index, heap_[least]);
    index = least;
  }
  place(index, slot);
}

void TimerQueue::start(Timer& timer, TimePoint due) {
  const Slot slot{due, starts_++, &timer};
  if (!timer.armed()) {
    heap_.push_back(slot);
    sift_up(heap_.size() - 1, slot);
  } else if (due < heap_[timer.slot_].due) {
    sift_up(timer.slot_, slot);
  } else {
    sift_down(timer.slot_, slot);  // no earlier, and started later than it was
  }
}

void TimerQueue::remove(Timer& timer) {
  const std::size_t index = std::exchange(timer.slot_, Timer::kNotQueued);
  const Slot last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size()) return;  // it was the last slot itself
  if (index > 0 && before(last, heap_[(index - 1) / kChildren])) {
    sift_up(index, last);
  } else {
    sift_down(index, last);
  }
}

std::size_t TimerQueue::fire_due(TimePoint now, std::size_t limit) {
  assert(firing_ == nullptr);  // a timer's callback does not run its own loop
  std::size_t fired = 0;
  for (; fired < limit && next_due() <= now; ++fired) {
    Timer& timer = *heap_.front().timer;
    remove(timer);
    firing_ = &timer;
    auto on_fire = std::move(timer.on_fire_);  // the callback may destroy its Timer, but not the function it runs in
    on_fire(now);
    if (firing_ != nullptr) timer.on_fire_ = std::move(on_fire);
    firing_ = nullptr;
  }
  return fired;
}

}  // namespace thresher::event
