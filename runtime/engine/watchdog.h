#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace thresher::engine {

/// Judges from successive readings of IterationRunner::script_activity() whether a worker's script runs on without ever
/// coming back. Pure; the coordinator looks every limit / 4, so that a loop is found after 1 to 1.25 limits.
class Watchdog {
 public:
  enum class Finding : std::uint8_t {
    fine,
    break_script,  ///< inside the same stretch of script for longer than the limit; said once per stretch
    stuck,         ///< and breaking it has not helped for another limit; said once
  };

  Watchdog(Nanoseconds limit, unsigned workers) : limit_(limit), workers_(workers) {}

  Finding look(unsigned worker, std::uint64_t activity, TimePoint now) {
    Seen& seen = workers_[worker];
    const bool inside_script = activity % 2 == 1;
    if (activity != seen.activity || !inside_script) {
      seen = Seen{.activity = activity, .since = now};
      return Finding::fine;
    }
    if (seen.asked == Finding::fine && now - seen.since > limit_) {
      seen = Seen{.activity = activity, .since = now, .asked = Finding::break_script};
      return seen.asked;
    }
    if (seen.asked == Finding::break_script && now - seen.since > limit_) {
      seen.asked = Finding::stuck;
      return seen.asked;
    }
    return Finding::fine;
  }

 private:
  struct Seen {
    std::uint64_t activity = 0;
    TimePoint since{};  ///< of this stretch; of asking to break it, once asked
    Finding asked = Finding::fine;
  };
  Nanoseconds limit_;
  std::vector<Seen> workers_;
};

}  // namespace thresher::engine
