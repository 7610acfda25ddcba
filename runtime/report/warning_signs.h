#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/run.h"
#include "report/second_series.h"

namespace thresher::report {

/// Response times that grew while the load stayed as it was.
struct LatencyGrowth {
  double first_ms = 0, last_ms = 0;  ///< medians of the first and the last third's seconds' p50
};

/// Told from the seconds in which as many users were there as ever (of an open model all seconds, so ask only when its
/// rate is constant). Growth: the last third is slower than the first by a fifth at least, and Mann and Kendall's test
/// for a trend (Kendall, Biometrika 30, 1938; normal approximation, z > 3, so once in 700 steady runs by chance)
/// agrees, so that one slow moment is none. Absent as well with fewer than 30 such seconds. Pure.
std::optional<LatencyGrowth> latency_growth(const SecondSeries& seconds, bool open_model);

/// The warning signs of the Leveredge document's "Interpreting results", each with what to look at: more than 1 % of
/// requests failed, latency grew under the same load, connections failed, requests timed out. Sentences for a person,
/// in that order. They judge nothing: thresholds do. Pure.
std::vector<std::string> warning_signs(const profile::Plan& plan, const engine::Snapshot& snapshot,
                                       const SecondSeries& seconds);

}  // namespace thresher::report
