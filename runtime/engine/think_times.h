#pragma once

#include <algorithm>
#include <vector>

#include "base/clock.h"
#include "engine/virtual_users.h"

namespace thresher::engine {

/// The users of the closed model that wait for their next iteration, by when it is due: a binary heap of 16 bytes a
/// user, users due at the same moment in the order of their numbers. Entries are not removed when a user leaves;
/// whoever takes one checks it.
class ThinkTimes {
 public:
  struct Entry {
    TimePoint due;
    UserIndex user;
  };

  void push(TimePoint due, UserIndex user) {
    heap_.push_back({due, user});
    std::push_heap(heap_.begin(), heap_.end(), after);
  }
  Entry pop() {
    std::pop_heap(heap_.begin(), heap_.end(), after);
    const Entry first = heap_.back();
    heap_.pop_back();
    return first;
  }
  TimePoint next_due() const { return heap_.empty() ? TimePoint::max() : heap_.front().due; }
  /// Everybody waits so much longer: the shape's clock stood still.
  void delay(Nanoseconds by) {
    for (Entry& entry : heap_) entry.due += by;
  }

 private:
  static bool after(const Entry& a, const Entry& b) { return a.due != b.due ? a.due > b.due : a.user > b.user; }
  std::vector<Entry> heap_;
};

}  // namespace thresher::engine
