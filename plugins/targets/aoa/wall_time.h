#pragma once

#include <chrono>
#include <string>

#include "spec.h"

namespace aoa {

/// Labels simulation time with the wall's: the offset is fixed once, so that no step of the wall clock ever shows.
class WallTime {
 public:
  WallTime() = default;
  /// `now` of the instance is `wall` since 1970.
  WallTime(std::chrono::nanoseconds now, std::chrono::nanoseconds wall)
      : offset_(std::chrono::floor<Time>(wall) - std::chrono::floor<Time>(now)) {}

  /// RFC 3339 in UTC with microseconds: "2026-01-23T10:00:00.000250Z".
  std::string text(Time at) const;

 private:
  Time offset_{};
};

}  // namespace aoa
