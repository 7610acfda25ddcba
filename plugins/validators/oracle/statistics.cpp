#include "oracle/statistics.h"

#include <algorithm>
#include <cmath>

namespace oracle {

Interval wilson(std::uint64_t hits, std::uint64_t trials) {
  if (trials == 0) return {};
  constexpr double kZ = 1.959963984540054;  // the standard normal distribution's 97.5 % quantile
  const double n = static_cast<double>(trials), p = static_cast<double>(hits) / n;
  const double scale = 1 + kZ * kZ / n, centre = p + kZ * kZ / (2 * n);
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  return {std::max(0.0, (centre - half) / scale), std::min(1.0, (centre + half) / scale)};
}

void Draws::add(double probability, bool hit) {
  if (probabilities_.size() < kExact) probabilities_.push_back(probability);
  ++count_;
  hits_ += hit;
  mean_ += probability;
  variance_ += probability * (1 - probability);
}

double Draws::exact_tail() const {
  std::vector<double> chance(probabilities_.size() + 1);  // of each number of hits among the draws so far
  chance[0] = 1;
  for (std::size_t draw = 0; draw < probabilities_.size(); ++draw) {
    const double p = probabilities_[draw];
    for (std::size_t hits = draw + 1; hits > 0; --hits) chance[hits] = chance[hits] * (1 - p) + chance[hits - 1] * p;
    chance[0] *= 1 - p;
  }
  double below = 0, above = 0;  // both include the count itself
  for (std::size_t hits = 0; hits < chance.size(); ++hits) {
    if (hits <= hits_) below += chance[hits];
    if (hits >= hits_) above += chance[hits];
  }
  return std::min({1.0, below, above});
}

double Draws::tail() const {
  if (count_ <= kExact) return exact_tail();
  if (variance_ <= 0) return static_cast<double>(hits_) == std::round(mean_) ? 1 : 0;
  const double distance = std::max(0.0, std::fabs(static_cast<double>(hits_) - mean_) - 0.5);
  return 0.5 * std::erfc(distance / std::sqrt(2 * variance_));
}

}  // namespace oracle
