#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "pacing/linear_rate.h"

namespace thresher::pacing {

struct RateStage {
  Nanoseconds duration{};
  double target_per_s = 0;  ///< the rate at its end; zero duration jumps there
};

/// All arrivals of a run in order, as a pure sequence: number and due time from the start of load. A worker takes the ones
/// with number mod W == its index, so workers need not talk. Poisson arrivals are a unit-rate Poisson process (exponential gaps,
/// drawn from (seed, pacing)) stretched through the inverse of the cumulated rate (Lewis and Shedler, 1979): the same on each worker.
class ArrivalSchedule {
 public:
  ArrivalSchedule(std::vector<RateStage> stages, bool poisson, std::uint64_t seed, unsigned worker = 0, unsigned workers = 1);

  struct Arrival {
    std::uint64_t number;  ///< from 0, over all workers
    Nanoseconds due;       ///< from the start of load; Nanoseconds::max() after the last
  };
  Arrival next();          ///< this worker's next one
  Nanoseconds length() const;

 private:
  Arrival next_of_all();

  std::vector<RateStage> stages_;
  bool poisson_;
  RandomStream gaps_;
  unsigned worker_, workers_;
  std::size_t stage_ = 0;
  // ... the position within the stage
};

}  // namespace thresher::pacing
