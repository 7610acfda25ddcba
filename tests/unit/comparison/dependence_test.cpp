#include "comparison/dependence.h"

#include <catch2/catch.hpp>

#include "unit/comparison/runs.h"

using namespace thresher;
using namespace thresher::comparison;

namespace {

Dependence dependence_of(const MeasuredRun& run) {
  return {run.seconds, Sample(run.endpoints.back().durations.value())};
}

/// The mean over twenty runs: one estimate has some thirty degrees of freedom.
double mean_effect(MadeUp how, double percentile) {
  double sum = 0;
  for (std::uint64_t number = 1; number <= 20; ++number) {
    how.number = number;
    sum += dependence_of(made_up(how)).of_times(percentile, how.seconds * how.per_second);
  }
  return sum / 20;
}

}  // namespace

TEST_CASE("independent requests are worth nearly what they are", "[unit][comparison]") {
  for (const int per_second : {3, 20, 200})
    for (const double percentile : {50.0, 95.0, 99.0})
      CHECK(mean_effect({.seconds = 60, .per_second = per_second}, percentile) < 1.5);
}

TEST_CASE("seconds with a weather of their own are told", "[unit][comparison]") {
  // A second's median moves by a fifth; among 100 requests of deviation 0.5 it would by itself move by 6 %.
  // Kish: the variance grows by (0.2 / 0.0627)^2, some tenfold.
  const double effect = mean_effect({.seconds = 60, .per_second = 100, .weather = 0.2}, 50);
  CHECK(effect > 6);
  CHECK(effect < 18);
}

TEST_CASE("a part of the requests shares less of their fate", "[unit][comparison]") {
  const Dependence dependence = dependence_of(made_up({.seconds = 60, .per_second = 100, .weather = 0.2}));
  CHECK(dependence.of_times(50, 600) < dependence.of_times(50, 6000) / 3);
  CHECK(dependence.of_times(50, 1) == 1);
}

TEST_CASE("a steady slope is no dependence", "[unit][comparison]") {
  MeasuredRun run = made_up({.seconds = 60, .per_second = 100});
  metrics::Histogram all;
  RandomStream random(3, StreamPurpose::run, 1);
  for (std::size_t second = 0; second < 60; ++second) {
    metrics::Histogram here;
    for (int i = 0; i < 100; ++i)
      here.record(static_cast<std::int64_t>(random.normal(1000, 100) + 5 * static_cast<double>(second)));
    run.seconds.p50[second] = static_cast<double>(here.value_at_percentile(50));
    all.merge(here);
  }
  CHECK(Dependence(run.seconds, Sample(all)).of_times(50, 6000) < 2.5);
}

TEST_CASE("failures that come together count as fewer", "[unit][comparison]") {
  MeasuredRun run = made_up({.seconds = 60, .per_second = 100});
  for (std::size_t second = 0; second < 60; ++second) run.seconds.failures[second] = second % 20 == 7 ? 100 : 0;
  CHECK(dependence_of(run).of_failures(6000) > 50);
  CHECK(dependence_of(made_up({.seconds = 60, .per_second = 100, .failure_ratio = 0.05})).of_failures(6000) < 2);
}

TEST_CASE("too few seconds tell nothing, and something is assumed", "[unit][comparison]") {
  const Dependence dependence = dependence_of(made_up({.seconds = 9}));
  CHECK_FALSE(dependence.measured());
  CHECK(dependence.of_times(50, 1000) == Dependence::kAssumed);
  CHECK(dependence.of_failures(1000) == Dependence::kAssumed);
  CHECK(Dependence().of_rate() == Dependence::kAssumed);
}
