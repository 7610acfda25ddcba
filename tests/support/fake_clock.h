#pragma once

#include "base/clock.h"

namespace thresher::test {

/// A clock that stands still until a test moves it. Starts one second after the epoch, as VirtualWorld does, and on
/// 2000-01-01 by the wall.
class FakeClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  WallTime wall_now() const override {
    return WallTime{std::chrono::sys_days{std::chrono::January / 1 / 2000}} + (now_ - kStart);
  }

  void advance(Nanoseconds by) { now_ += by; }
  void set(TimePoint now) { now_ = now; }

 private:
  static constexpr TimePoint kStart{std::chrono::seconds(1)};
  TimePoint now_ = kStart;
};

}  // namespace thresher::test
