#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "comparison/measured_run.h"

namespace thresher::comparison {

/// Runs made up for tests, from seeds.
struct MadeUp {
  std::uint64_t number = 1;                ///< other numbers, other draws
  int seconds = 30, per_second = 100;      ///< requests of the endpoint "GET /x"
  double factor = 1;                       ///< times all times
  double tail_share = 0, tail_factor = 1;  ///< this share of requests takes so many times longer
  double failure_ratio = 0;
  double weather = 0;  ///< standard deviation of a second's own slowness (logarithm), shared by all its requests
  bool tells_seconds = true;
};

/// Times are lognormal around 10 ms with a deviation of 0.5; one endpoint, and Aggregated.
MeasuredRun made_up(const MadeUp& how);
/// The same response times `count` times over each.
metrics::Histogram histogram_of(const std::vector<std::int64_t>& values, std::uint64_t count = 1);

}  // namespace thresher::comparison
