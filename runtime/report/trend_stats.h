#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "metrics/histogram.h"

namespace thresher::report {

/// One column of --summary-trend-stats: avg, min, med, max, count or p(N).
struct TrendStat {
  enum class Kind { avg, min, med, max, count, percentile };
  Kind kind = Kind::avg;
  double percentile = 0;
  std::string text;  ///< as written: the key in the export

  /// Of a histogram in thousandths (microseconds for time): milliseconds, or the metric's own unit.
  double of(const metrics::Histogram& histogram) const;
};

/// "avg,min,med,max,p(90),p(95)": k6's default and grammar. The error quotes the part it does not know.
Result<std::vector<TrendStat>> parse_trend_stats(std::string_view list);
inline constexpr std::string_view kTrendStatsDefault = "avg,min,med,max,p(90),p(95)";

}  // namespace thresher::report
