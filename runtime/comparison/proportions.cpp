#include "comparison/proportions.h"

#include <algorithm>
#include <cmath>

#include "comparison/distributions.h"

namespace thresher::comparison {

Estimate wilson_interval(const Proportion& observed, double z) {
  const double n = observed.count, p = observed.ratio(), square = z * z;
  const double middle = (p + square / (2 * n)) / (1 + square / n);
  const double reach = z / (1 + square / n) * std::sqrt(p * (1 - p) / n + square / (4 * n * n));
  return {p, std::clamp(middle - reach, 0.0, p), std::clamp(middle + reach, p, 1.0)};
}

Estimate newcombe_interval(const Proportion& first, const Proportion& second, double z) {
  const Estimate one = wilson_interval(first, z), other = wilson_interval(second, z);
  const double difference = other.value - one.value;
  return {difference, difference - std::hypot(other.value - other.low, one.high - one.value),
          difference + std::hypot(other.high - other.value, one.value - one.low)};
}

double p_of_more_than(const Proportion& first, const Proportion& second, double margin) {
  // The lower end falls as z grows. A difference that is not above the margin has its answer on the other side.
  if (second.ratio() - first.ratio() <= margin) return 1 - p_of_less_than(first, second, margin);
  double low = 0, high = 38;  // beyond it a double has no tail left
  while (high - low > 1e-9) {
    const double middle = (low + high) / 2;
    (newcombe_interval(first, second, middle).low > margin ? low : high) = middle;
  }
  return normal_above(low);
}

double p_of_less_than(const Proportion& first, const Proportion& second, double margin) {
  if (second.ratio() - first.ratio() == margin) return 0.5;
  return p_of_more_than(second, first, -margin);
}

}  // namespace thresher::comparison
