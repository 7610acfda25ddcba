#pragma once

#include "comparison/percentile_change.h"

namespace thresher::comparison {

/// So many of so many. Not whole numbers once a design effect has shrunk them. 0 <= hits <= count, count > 0.
struct Proportion {
  double hits = 0, count = 0;

  double ratio() const { return hits / count; }
};

/// Wilson's interval (Journal of the American Statistical Association 22, 1927) of a proportion, at z standard
/// deviations: it stays within 0..1 and has a width even when nothing was hit.
Estimate wilson_interval(const Proportion& observed, double z);

/// Newcombe's hybrid score interval of the difference second - first (Statistics in Medicine 17, 1998, method 10): two
/// Wilson intervals joined.
Estimate newcombe_interval(const Proportion& first, const Proportion& second, double z);

/// One-sided p-value of "the difference is not above `margin`": the test that belongs to Newcombe's interval, namely
/// the tail at which the interval's lower end meets the margin. Small: the difference is above it.
double p_of_more_than(const Proportion& first, const Proportion& second, double margin);
/// The same of "not below": small when the difference is below `margin`.
double p_of_less_than(const Proportion& first, const Proportion& second, double margin);

}  // namespace thresher::comparison
