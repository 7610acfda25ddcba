#pragma once

#include <string>
#include <string_view>

#include "metrics/totals.h"

namespace thresher::report {

/// Calls use(const metrics::Series&) for every series of a metric, in the order of their tags.
template <class Use>
void for_each_series(const metrics::Totals& totals, std::string_view metric, const Use& use) {
  const auto& all = totals.series();
  for (auto place = all.lower_bound(metrics::SeriesKey{std::string(metric), {}});
       place != all.end() && place->first.metric == metric; ++place) {
    use(place->second);
  }
}

}  // namespace thresher::report
