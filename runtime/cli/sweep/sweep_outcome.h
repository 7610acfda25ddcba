#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace thresher::cli {

/// What one run of a sweep gave, as its work item's output keeps it.
struct SweepOutcome {
  int exit_code = 0;
  std::string verdict;  ///< "PASSED", "FAILED" ... ; of a run that did not start "ERROR"
  std::string text;     ///< the verdict's, or what the run said before it ended
  std::optional<double> requests, failure_ratio, rate_per_s, p50_ms, p95_ms, p99_ms, elapsed_s;
  std::string document;  ///< the run's own --json or --save-metrics; empty: it wrote none

  /// As JSON, the document inside.
  std::string json() const;
};

/// From what a run left: its exit code, the document it wrote (empty: none) and the end of what it printed.
SweepOutcome sweep_outcome_of(int exit_code, std::string document, std::string_view printed);
/// Reads json() back.
Result<SweepOutcome> read_sweep_outcome(std::string_view json);

}  // namespace thresher::cli
