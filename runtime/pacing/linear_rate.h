#pragma once

#include <cstdint>

#include "base/clock.h"

namespace thresher::pacing {

/// Arrival times of a stage whose rate moves in a straight line.
///
/// Arrival n (counted from 1) is due when the area under the rate curve reaches n - 1/2 - `owed`; the half keeps
/// arrivals off the edges of a second, so per-second counters stay steady. With rate(t) = r0 + s*t the area is r0*t +
/// s*t*t/2; its root is written rationalised, so one formula serves ramps up, ramps down and a constant rate (s == 0).
class LinearRate {
 public:
  /// Rates in arrivals per second, both >= 0; duration > 0. `owed` in [-1/2, 1/2): what earlier stages left over, so
  /// that stages joined together lose nothing at their seams. (Negative: an arrival came early by that part, thanks to
  /// the half.)
  LinearRate(double start_per_s, double end_per_s, Nanoseconds duration, double owed = 0);

  double area() const;                       ///< arrivals on average, not rounded
  Nanoseconds reach(double area) const;      ///< when the area under the curve reaches this much; 0 <= area <= area()
  double rate_at(Nanoseconds offset) const;  ///< per second; 0 <= offset <= duration

  std::int64_t arrivals() const;          ///< how many fall due within the stage
  Nanoseconds due(std::int64_t n) const;  ///< offset from the stage's start; 1 <= n <= arrivals()
  double left_over() const;               ///< what the next stage is owed

 private:
  double start_, slope_, owed_;
  Nanoseconds duration_;
};

}  // namespace thresher::pacing
