#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/run_record.h"

namespace thresher::store {

/// What a run is judged by against earlier ones.
struct RegressionFigures {
  std::optional<double> completion_rate;  ///< 0..1
  std::optional<Nanoseconds> latency_mean, duration;
};
RegressionFigures regression_figures_of(const RunRecord& run);

/// Whether a run got worse than the comparable ones before it.
struct Regression {
  enum class State { pass, issue, fail, no_baseline, no_data };
  struct Check {
    std::string name;  ///< completion_rate_last, latency_mean_last, completion_rate_mean, duration_last
    State state = State::no_baseline;
    std::string text;  ///< "completion rate 91.0 %, 96.0 % in the last run: fell by 5.0 points, limit 5"
  };
  /// fail when a check failed, else no_baseline when there is no earlier run, else no_data when nothing could be
  /// compared, else pass. An issue is worth a look and fails nobody.
  State verdict = State::no_baseline;
  std::vector<Check> checks;
};
std::string_view name_of(Regression::State state);  ///< PASS, ISSUE, FAIL, NO_BASELINE, NO_DATA

/// `earlier`: comparable runs, newest first; the first three count. Pure. The limits are the Farm contract's (part 4),
/// and reaching one is enough:
///   against the last run: completion rate -0.05, mean latency +200 ms: fail; duration +20 %: an issue
///   against the mean of the last three: completion rate -0.1: fail (fewer than three are no baseline for it)
Regression judge_regression(const RegressionFigures& current, std::span<const RegressionFigures> earlier);
/// The same of records, as RunStore::comparable_before() gives them. A run that was cut short or is INVALID has nothing
/// to be judged by.
Regression judge_regression(const RunRecord& run, std::span<const RunRecord> earlier);

}  // namespace thresher::store
