#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "event/timer.h"
#include "http/intrusive_list.h"

namespace thresher::http {

class Deadline;

/// Hears of a deadline that passed; it is disarmed by then and may be armed again.
class DeadlineEvents {
 public:
  virtual void on_deadline(Deadline& deadline, TimePoint now) = 0;

 protected:
  ~DeadlineEvents() = default;
};

/// One limit in time. A member of whom it concerns; disarms itself on destruction.
class Deadline : public ListHook<Deadline> {
 public:
  explicit Deadline(DeadlineEvents& events) : events_(events) {}
  bool armed() const { return hooked(); }
  void disarm() { unhook(); }

 private:
  friend class DeadlineSweep;
  DeadlineEvents& events_;
  TimePoint due_{};
};

/// Many deadlines on one timer. Limits come in few distinct lengths, and deadlines of one length fall due in the order
/// they were armed: so each length has a lane, a list in order, and arming and disarming are a few pointer writes.
/// Lengths within 1/128 of each other share a lane; a deadline may be that much late (never early), and only when they
/// differ.
class DeadlineSweep {
 public:
  explicit DeadlineSweep(event::TimerQueue& timers);

  /// Moves `deadline` to `now + limit`. A limit of Nanoseconds::max() never passes.
  void arm(Deadline& deadline, TimePoint now, Nanoseconds limit);

 private:
  struct Lane {
    Nanoseconds limit;  ///< the upper edge of the lengths it takes
    IntrusiveList<Deadline, Deadline> deadlines;
  };
  Lane& lane_for(Nanoseconds limit);
  void sweep(TimePoint now);

  std::vector<std::unique_ptr<Lane>> lanes_;
  Lane* last_used_ = nullptr;
  event::Timer timer_;  ///< set for the earliest deadline there was; it may have been disarmed since
};

}  // namespace thresher::http
