#pragma once

#include "comparison/ranks.h"
#include "comparison/sample.h"

namespace thresher::comparison {

/// A number and the interval it lies in at the stated confidence.
struct Estimate {
  double value = 0, low = 0, high = 0;
};

/// How a percentile changed, as the ratio second / first: 1.05 is 5 % longer.
///
/// By the bootstrap (Efron, Annals of Statistics 7, 1979) without drawing anything. A resample's percentile p is the
/// value at which the sample's distribution function reaches a number that is distributed beta(p (n+1), (1-p) (n+1))
/// (Harrell and Davis, Biometrika 69, 1982), so the distribution that endless resampling would tend to can be written
/// down, and so can the ratio's (Hutson and Ernst, Journal of the Royal Statistical Society B 62, 2000). The same input
/// gives the same interval, without a seed, and a probability of 1e-9 costs no billion of replicates.
///
/// Values of 0 count as half a unit, because a ratio needs something to stand on. Neither sample may be empty. Pure.
class PercentileChange {
 public:
  /// `percentile` in (0, 100). Design effects shrink n.
  PercentileChange(const Sample& first, const Sample& second, double percentile, DesignEffects effects = {});

  double ratio() const { return ratio_; }  ///< of the samples' own percentiles
  double at_most(double ratio) const;      ///< the bootstrap's probability that the ratio is `ratio` or lower
  double at_least(double ratio) const;
  Estimate interval(double confidence) const;  ///< the percentile interval, equal tails

 private:
  struct Mass {
    double value, probability, upto;  ///< upto: of this value or a lower one
  };
  static std::vector<Mass> resampled(const Sample& sample, double share, double design_effect);
  double second_upto(double value, bool included) const;
  double quantile(double probability) const;

  std::vector<Mass> first_, second_;
  double ratio_ = 1;
};

}  // namespace thresher::comparison
