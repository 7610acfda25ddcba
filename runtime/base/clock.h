#pragma once

#include <chrono>
#include <cstdint>

namespace thresher {

using Nanoseconds = std::chrono::nanoseconds;

/// The tag of our monotonic time points. It has no now(): time comes in through a Clock, so that rehearsals and tests
/// can supply it.
struct MonotonicTime {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = Nanoseconds;
  using time_point = std::chrono::time_point<MonotonicTime>;
  static constexpr bool is_steady = true;
};

using TimePoint = MonotonicTime::time_point;

/// Wall time only labels a run; no duration is ever computed from it.
using WallTime = std::chrono::sys_time<Nanoseconds>;

/// Where time comes from. An event loop is one (its reading is that of the current tick); tests pass a FakeClock.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual WallTime wall_now() const = 0;
};

/// Seconds as a double, for reports and scripts.
inline double to_seconds(Nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }
inline double to_milliseconds(Nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace thresher
