#include "comparison/percentile_change.h"

#include <algorithm>
#include <cmath>

#include "comparison/distributions.h"

namespace thresher::comparison {
namespace {

constexpr double kValueLeast = 0.5;  // of a histogram's unit

double percentile_of(const Sample& sample, double share) {
  const auto reached = [&](const Sample::Point& point) { return point.upto >= share * sample.count; };
  const auto found = std::find_if(sample.points.begin(), sample.points.end(), reached);
  return std::max(kValueLeast, (found == sample.points.end() ? sample.points.back() : *found).value);
}

}  // namespace

PercentileChange::PercentileChange(const Sample& first, const Sample& second, double percentile, DesignEffects effects)
    : first_(resampled(first, percentile / 100, effects.first)),
      second_(resampled(second, percentile / 100, effects.second)),
      ratio_(percentile_of(second, percentile / 100) / percentile_of(first, percentile / 100)) {}

std::vector<PercentileChange::Mass> PercentileChange::resampled(const Sample& sample, double share,
                                                                double design_effect) {
  const double n = sample.count / design_effect;
  const double a = share * (n + 1), b = (1 - share) * (n + 1);
  // Nine standard deviations away there is nothing left to compute.
  const double reach = 9 * std::sqrt(share * (1 - share) / (n + 2));
  std::vector<Mass> masses;
  double before = 0;
  for (const Sample::Point& point : sample.points) {
    const double reached = point.upto / sample.count;
    if (reached < share - reach) continue;
    const double upto = &point == &sample.points.back() || reached > share + reach ? 1 : beta_below(reached, a, b);
    if (upto > before) masses.push_back({std::max(kValueLeast, point.value), upto - before, upto});
    before = upto;
    if (upto >= 1) break;
  }
  return masses;
}

double PercentileChange::second_upto(double value, bool included) const {
  const auto beyond = std::partition_point(second_.begin(), second_.end(), [=](const Mass& mass) {
    return included ? mass.value <= value : mass.value < value;
  });
  return beyond == second_.begin() ? 0 : (beyond - 1)->upto;
}

double PercentileChange::at_most(double ratio) const {
  double sum = 0;
  for (const Mass& mass : first_) sum += mass.probability * second_upto(ratio * mass.value, true);
  return sum;
}

double PercentileChange::at_least(double ratio) const {
  double sum = 0;
  for (const Mass& mass : first_) sum += mass.probability * (1 - second_upto(ratio * mass.value, false));
  return sum;
}

double PercentileChange::quantile(double probability) const {
  double low = second_.front().value / first_.back().value, high = second_.back().value / first_.front().value;
  if (at_most(low) >= probability) return low;
  constexpr double kPrecision = 1e-6;
  while (high - low > kPrecision * high) {
    const double middle = (low + high) / 2;
    (at_most(middle) < probability ? low : high) = middle;
  }
  return high;
}

Estimate PercentileChange::interval(double confidence) const {
  const double tail = (1 - confidence) / 2;
  return {ratio_, std::min(ratio_, quantile(tail)), std::max(ratio_, quantile(1 - tail))};
}

}  // namespace thresher::comparison
