#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/run.h"
#include "report/run_description.h"

namespace thresher::report {

/// A run second by second, a column per figure: what charts are drawn from. Some 100 bytes a second.
struct SecondSeries {
  std::vector<double> elapsed_s;
  std::vector<std::uint64_t> users, in_flight, requests, failures, iterations, dropped;  ///< counts: of that second
  std::vector<std::optional<double>> p50_ms, p95_ms, p99_ms;  ///< http_req_duration of that second, if it had any

  void add(const engine::Snapshot& snapshot);
};

/// What a report of this run begins with: nothing, or the seconds of its earlier parts.
inline SecondSeries seconds_before(const RunDescription& run) {
  return run.seconds_before == nullptr ? SecondSeries{} : *run.seconds_before;
}

}  // namespace thresher::report
