#include "comparison/distributions.h"

#include <algorithm>
#include <cmath>

namespace thresher::comparison {
namespace {

/// The continued fraction of I_x(a, b) without its leading factor; converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double x, double a, double b) {
  constexpr double kTiny = 1e-300, kEnough = 1e-14;
  constexpr int kTermsMost = 20'000;  // needs some sqrt(max(a, b)) of them
  const auto away_from_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int term = 1; term <= kTermsMost; ++term) {
    const double m = term;
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1) < kEnough) break;
  }
  return fraction;
}

}  // namespace

double normal_above(double z) { return std::erfc(z / std::sqrt(2.0)) / 2; }

double normal_quantile(double probability) {
  double low = -40, high = 40;
  while (high - low > 1e-12) {
    const double middle = (low + high) / 2;
    (normal_above(-middle) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

double beta_below(double x, double a, double b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double all = a + b;
  if (all > 1e6 && std::min(a, b) > 1e3)
    return normal_above((a / all - x) / std::sqrt(a * b / (all * all * (all + 1))));
  const double front =
      std::exp(std::lgamma(all) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  const double below =
      x < (a + 1) / (all + 2) ? front * beta_fraction(x, a, b) / a : 1 - front * beta_fraction(1 - x, b, a) / b;
  return std::clamp(below, 0.0, 1.0);
}

}  // namespace thresher::comparison
