#pragma once

#include <cstddef>
#include <vector>

#include "metrics/histogram.h"

namespace thresher::comparison {

/// A histogram as statistics want it: distinct values in ascending order and how many observations each stands for.
struct Sample {
  struct Point {
    double value;  ///< the middle of a bucket, in the histogram's unit
    double count;  ///< > 0
    double upto;   ///< observations with this value or a lower one
  };
  std::vector<Point> points;
  double count = 0;

  Sample() = default;
  explicit Sample(const metrics::Histogram& histogram);
  /// Which share of the observations lies below `value`, those equal to it counting half; 0..1, not of an empty sample.
  double share_below(double value) const;
};

}  // namespace thresher::comparison
