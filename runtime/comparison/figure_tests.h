#pragma once

#include "comparison/comparison.h"
#include "comparison/dependence.h"

namespace thresher::comparison {

/// One run's half of an endpoint. Nothing is owned.
struct EndpointSide {
  const MeasuredRun* run = nullptr;
  const Dependence* dependence = nullptr;
  const MeasuredEndpoint* endpoint = nullptr;
  const Sample* sample = nullptr;  ///< null: no distribution

  DesignEffects effects_with(const EndpointSide& second, double percentile) const;
};

// Each tests one figure of two sides that are both there: everything of the verdict but its word, which waits for the
// correction of the p-values. Where a test needs more observations than there are the p-values stay absent and the
// reason says how many it takes. Pure.

/// Ranks against a first sample that took 1 +- margin of its time. At least 20 observations a side (the normal
/// approximation's usual bound), counted after the design effect as everywhere here.
FigureVerdict test_bulk(const EndpointSide& first, const EndpointSide& second, const Settings& settings);
/// The bootstrap's probability of a ratio beyond the margin. At least 10 observations beyond the percentile.
FigureVerdict test_percentile(Figure figure, const EndpointSide& first, const EndpointSide& second,
                              const Settings& settings);
/// Newcombe's interval against the failure margin.
FigureVerdict test_failures(const EndpointSide& first, const EndpointSide& second, const Settings& settings);
/// The logarithm of the ratio of two counts, whose variance is 1/n each times the design effect. Named only, unless
/// both loads were closed, of equally many users, and all endpoints are meant: an open model's rate is its schedule's,
/// and an endpoint's alone follows the scenario's dice.
FigureVerdict test_rate(const EndpointSide& first, const EndpointSide& second, const Settings& settings);

}  // namespace thresher::comparison
