#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "pacing/linear_rate.h"

namespace thresher::pacing {

struct RateStage {
  Nanoseconds duration{};
  double target_per_s = 0;  ///< the rate at its end; zero duration jumps there
};

/// All arrivals of a run in order, as a pure sequence: number and due time from the start of load. The rate starts at
/// zero. A worker takes the arrivals with number mod W == its index, so workers need not talk. Poisson arrivals are a
/// unit-rate Poisson process (exponential gaps, drawn from (seed, pacing)) stretched through the inverse of the
/// cumulated rate (Lewis and Shedler, 1979): the same on each worker.
class ArrivalSchedule {
 public:
  ArrivalSchedule(std::vector<RateStage> stages, bool poisson, std::uint64_t seed, unsigned worker = 0,
                  unsigned workers = 1);

  struct Arrival {
    std::uint64_t number;  ///< from 0, over all workers
    Nanoseconds due;       ///< from the start of load; Nanoseconds::max() after the last
  };
  Arrival next();  ///< this worker's next one; never before the one it gave last
  Nanoseconds length() const;
  /// The rate the shape wants at a moment, per second; zero after its end.
  double rate_at(Nanoseconds offset) const;

 private:
  Arrival next_even();
  Arrival next_poisson();
  /// Goes to the next stage that has a length; false when there is none.
  bool enter_next_stage();

  std::vector<RateStage> stages_;
  bool poisson_;
  RandomStream gaps_;
  unsigned worker_, workers_;

  std::size_t entered_ = 0;          ///< stages gone through, the current one included
  std::optional<LinearRate> stage_;  ///< the current one; empty before the first and after the last
  Nanoseconds stage_began_{}, stage_ends_{};
  double rate_ = 0;                ///< at the end of the current stage
  std::uint64_t next_number_ = 0;  ///< even: this worker's next; Poisson: anybody's next
  std::uint64_t stage_first_ = 0;  ///< even: the number of the current stage's first arrival
  double gone_ = 0;                ///< Poisson: area from the current stage's start to the last arrival
  Nanoseconds last_due_{};         ///< Poisson: keeps rounding from swapping two arrivals a nanosecond apart
};

}  // namespace thresher::pacing
