#pragma once

#include <optional>
#include <vector>

#include "comparison/sample.h"

namespace thresher::comparison {

/// What a run's report says of each of its seconds, all endpoints together. Columns of equal length.
struct Seconds {
  std::vector<double> requests{}, failures{};
  std::vector<std::optional<double>> p50{}, p95{},
      p99{};  ///< response times of that second, in the run's sample's unit
};

/// How far a run's requests depend on one another. A second in which the target stalls is slow for everybody in it, so
/// a million requests are not a million independent observations, and tests that take them for such call every run
/// different from the one before.
///
/// Told by the runs themselves: seconds are gathered into some thirty batches, and the variance between neighbouring
/// batches (von Neumann's successive differences, Annals of Mathematical Statistics 12, 1941, which a slow trend such
/// as a ramp does not inflate) is divided by the one that independent requests would have. The quotient is the design
/// effect (Kish, Survey Sampling, 1965, ch. 5): so many requests are worth one. A second's percentile is looked up in
/// the whole run's distribution first, where an order statistic of n independent requests has the variance
/// k (n - k + 1) / ((n + 1)^2 (n + 2)), whatever the distribution.
class Dependence {
 public:
  /// The design effect where the seconds are too few to tell.
  static constexpr double kAssumed = 4;
  /// Seconds with requests that it takes to tell.
  static constexpr std::size_t kSecondsLeast = 10;

  Dependence() = default;  ///< cannot tell
  /// `all`: the response times of the whole run.
  Dependence(const Seconds& seconds, const Sample& all);

  bool measured() const { return batches_ > 0; }
  // Design effects, at least 1, of a part of the run's requests, for instance one endpoint's: fewer requests in a batch
  // share its fate less (Kish's 1 + (n - 1) rho).
  double of_times(double percentile, double requests) const;  ///< of percentiles near `percentile` (0..100)
  double of_failures(double requests) const;
  double of_rate() const;  ///< of the run's number of requests; 1 is a Poisson process

 private:
  double effect(const std::optional<double>& correlation, double requests) const;

  double batches_ = 0;
  std::optional<double> p50_, p95_, p99_, failures_;  ///< correlations within a batch
  double rate_ = kAssumed;
};

}  // namespace thresher::comparison
