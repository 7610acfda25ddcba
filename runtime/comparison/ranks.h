#pragma once

#include "comparison/sample.h"

namespace thresher::comparison {

/// How many observations worth a side's are: see dependence.h. A design effect of 1 takes them for independent.
struct DesignEffects {
  double first = 1, second = 1;
};

/// Two samples compared by ranks alone, so that neither a long tail nor the shape of the distributions matters.
struct RankTest {
  /// Chance that an observation of the second is longer than one of the first, equal ones counting half (Mann and
  /// Whitney, Annals of Mathematical Statistics 18, 1947: U / (n m)). 0.5 when nothing changed.
  double slower_probability = 0.5;
  double standard_error = 0;  ///< of slower_probability; 0 when all observations are equal
  double z = 0;               ///< (slower_probability - 0.5) / standard_error; > 0: the second is slower

  double cliffs_delta() const {
    return 2 * slower_probability - 1;
  }  ///< -1..1 (Cliff, Psychological Bulletin 114, 1993)
};

/// `factor` multiplies the first sample's values before they are ranked: with 1.05 the test asks whether the second is
/// slower than a first that took 5 % longer (a test of non-inferiority, Wellek, Testing Statistical Hypotheses of
/// Equivalence and Noninferiority, 2010, ch. 6). Neither sample may be empty. Pure; linear in the number of points.
///
/// The standard error is the larger of two: Mann and Whitney's under equal distributions, with the correction for ties
/// (Lehmann, Nonparametrics, 1975, ch. 1.4), and the one of the placements' variances, which needs no equal shapes
/// (Brunner and Munzel, Biometrical Journal 42, 2000; DeLong et al., Biometrics 44, 1988). The first keeps two samples
/// without an overlap from being infinitely certain, the second keeps a heavier tail from looking like a shift.
RankTest rank_test(const Sample& first, const Sample& second, double factor = 1, DesignEffects effects = {});

}  // namespace thresher::comparison
