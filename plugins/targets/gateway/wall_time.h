#pragma once

#include <string>

#include "conduct.h"

namespace gateway {

/// Labels the stand-in's time with the wall's: the offset is fixed once, so that no step of the wall clock ever shows.
class WallTime {
 public:
  WallTime() = default;
  /// `now` of the instance is `wall` since 1970.
  WallTime(Time now, Time wall, bool whole_seconds) : offset_(wall - now), whole_seconds_(whole_seconds) {}

  /// RFC 3339 in UTC: "2026-01-23T10:00:00.000250Z", or "2026-01-23T10:00:00Z".
  std::string text(Time at) const;
  double unix_seconds(Time at) const { return std::chrono::duration<double>(offset_ + at).count(); }

 private:
  Time offset_{};
  bool whole_seconds_ = false;
};

}  // namespace gateway
