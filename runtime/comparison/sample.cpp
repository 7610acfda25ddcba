#include "comparison/sample.h"

#include <algorithm>

namespace thresher::comparison {

Sample::Sample(const metrics::Histogram& histogram) {
  for (const metrics::Histogram::Bucket& bucket : histogram.buckets()) {
    const auto here = static_cast<double>(bucket.count);
    count += here;
    points.push_back({(static_cast<double>(bucket.lowest) + static_cast<double>(bucket.highest)) / 2, here, count});
  }
}

double Sample::share_below(double value) const {
  const auto above = std::upper_bound(points.begin(), points.end(), value,
                                      [](double wanted, const Point& point) { return wanted < point.value; });
  if (above == points.begin()) return 0;
  const Point& last = *(above - 1);
  return (last.upto - (last.value == value ? last.count / 2 : 0)) / count;
}

}  // namespace thresher::comparison
