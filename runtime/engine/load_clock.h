#pragma once

#include <optional>

#include "base/clock.h"

namespace thresher::engine {

/// The clock of a load shape: offsets from the start of load that stand still while the run is paused.
class LoadClock {
 public:
  void start(TimePoint origin) { origin_ = origin; }
  void pause(TimePoint now) { paused_at_ = now; }
  /// Returns how long the pause lasted; whatever was due moves by it.
  Nanoseconds resume(TimePoint now) {
    const Nanoseconds pause = now - paused_at_.value_or(now);
    origin_ += pause;
    paused_at_.reset();
    return pause;
  }

  bool paused() const { return paused_at_.has_value(); }
  Nanoseconds offset(TimePoint now) const { return standing(now) - origin_; }
  /// The moment of an offset, as it looks now; TimePoint::max() for Nanoseconds::max().
  TimePoint at(Nanoseconds offset) const { return offset == Nanoseconds::max() ? TimePoint::max() : origin_ + offset; }
  /// `now`, or the moment of the pause in force.
  TimePoint standing(TimePoint now) const { return paused_at_ ? *paused_at_ : now; }

 private:
  TimePoint origin_{};
  std::optional<TimePoint> paused_at_;
};

}  // namespace thresher::engine
