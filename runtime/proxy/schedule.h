#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/result.h"

namespace thresher::proxy {

/// When a toxic is at work, counted from the start of its proxy's clock: always, once, or in windows that repeat.
struct Schedule {
  Nanoseconds from{};                   ///< the (first) window opens; 0 or later
  Nanoseconds to = Nanoseconds::max();  ///< and closes: later than `from`; max: never
  Nanoseconds every{};                  ///< 0: one window; otherwise another one that much later, again and again
  Nanoseconds spread{};                 ///< each window comes up to this much later, drawn from the seed
  bool operator==(const Schedule&) const = default;
};

/// What makes no sense: a window that ends before it begins, windows longer than what they repeat in.
Result<void> check(const Schedule& schedule);

/// The windows of one schedule: a pure function of (schedule, seed).
class Windows {
 public:
  /// A schedule that check() accepted.
  Windows(const Schedule& schedule, std::uint64_t seed) : schedule_(schedule), seed_(seed) {}

  struct Moment {
    bool open = false;
    Nanoseconds next = Nanoseconds::max();  ///< when that changes; max: never
  };
  Moment at(Nanoseconds elapsed) const;  ///< since the clock's start

 private:
  Nanoseconds opening(std::int64_t window) const;  ///< of window 0, 1, 2 ...

  Schedule schedule_;
  std::uint64_t seed_;
};

}  // namespace thresher::proxy
