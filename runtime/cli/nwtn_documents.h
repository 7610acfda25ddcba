#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/nwtn_figures.h"
#include "cli/nwtn_rating.h"
#include "cli/nwtn_watch.h"

namespace thresher::cli {

/// A stress test as its report files show it. All members are known when it is over.
struct NwtnStressReport {
  std::string url, output_file;
  std::uint64_t seed = 0;
  NwtnShape shape;
  NwtnRequirements requirements;
  NwtnCompliance compliance;
  NwtnRating rating = NwtnRating::poor;
  std::optional<MachineSummary> machine;  ///< none: a rehearsal, or no /proc
  bool rehearsal = false, interrupted = false;
  std::string verdict;  ///< the run's own, in a line: "FAILED: ..."
};

/// nwtn_stress_test_results.json: the document's result keys, and ours beside them.
nlohmann::ordered_json nwtn_results(const NwtnFigures& figures, const NwtnStressReport& report);
/// performance_timeline.json: a point a second.
nlohmann::ordered_json nwtn_timeline(const NwtnFigures& figures);
/// error_breakdown.json: each reason with its count, share, times, complexities and remedy.
nlohmann::ordered_json nwtn_errors(const NwtnFigures& figures);

}  // namespace thresher::cli
