#pragma once

#include <cmath>

#include "conduct.h"

namespace recovery {

/// Labels the stand-in's time with the wall's: the offset is fixed once, so that no step of the wall clock ever shows.
class WallTime {
 public:
  WallTime() = default;
  /// `now` of the instance is `wall` since 1970.
  WallTime(Time now, Time wall) : offset_(wall - now) {}

  /// To the microsecond, which is what a double holds of it.
  double unix_seconds(Time at) const { return std::round(static_cast<double>((offset_ + at).count()) / 1e3) / 1e6; }
  /// The last whole second of the wall's clock that is not after `at`.
  Time floor_to_second(Time at) const { return std::chrono::floor<std::chrono::seconds>(offset_ + at) - offset_; }

 private:
  Time offset_{};
};

}  // namespace recovery
