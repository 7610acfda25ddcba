#include "comparison/percentile_change.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "unit/comparison/runs.h"

using namespace thresher;
using namespace thresher::comparison;

namespace {

std::vector<double> drawn(std::uint64_t number, int count, double mean) {
  RandomStream random(5, StreamPurpose::run, number);
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(std::floor(random.normal(mean, mean / 10)));
  return values;
}

Sample sample_of(const std::vector<double>& values) {
  metrics::Histogram histogram;
  for (const double value : values) histogram.record(static_cast<std::int64_t>(value));
  return Sample(histogram);
}

double percentile_of(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size()))) - 1];
}

/// The bootstrap as everybody does it: resample, look, repeat.
std::vector<double> resampled_ratios(const std::vector<double>& first, const std::vector<double>& second, double share,
                                     int times) {
  RandomStream random(6, StreamPurpose::run, 1);
  const auto resample = [&](const std::vector<double>& from) {
    std::vector<double> values;
    for (std::size_t i = 0; i < from.size(); ++i) values.push_back(from[random.below(from.size())]);
    return percentile_of(std::move(values), share);
  };
  std::vector<double> ratios;
  for (int i = 0; i < times; ++i) ratios.push_back(resample(second) / resample(first));
  std::sort(ratios.begin(), ratios.end());
  return ratios;
}

}  // namespace

TEST_CASE("the interval is what endless resampling tends to", "[unit][comparison]") {
  const std::vector<double> first = drawn(1, 400, 1000), second = drawn(2, 300, 1100);
  for (const double percentile : {50.0, 95.0}) {
    const std::vector<double> ratios = resampled_ratios(first, second, percentile / 100, 4000);
    const PercentileChange change(sample_of(first), sample_of(second), percentile);
    const Estimate interval = change.interval(0.95);
    CHECK(interval.value ==
          Approx(percentile_of(second, percentile / 100) / percentile_of(first, percentile / 100)).epsilon(1e-3));
    CHECK(interval.low == Approx(ratios[100]).epsilon(0.005));
    CHECK(interval.high == Approx(ratios[3900]).epsilon(0.005));
    const double middle = ratios[2000];
    CHECK(change.at_most(middle) == Approx(0.5).margin(0.05));
  }
}

TEST_CASE("probabilities of both sides make a whole, but for the ratio itself", "[unit][comparison]") {
  const Sample first = sample_of(drawn(1, 500, 1000)), second = sample_of(drawn(2, 500, 1050));
  const PercentileChange change(first, second, 50);
  CHECK(change.at_most(1.0512345) + change.at_least(1.0512345) == Approx(1));
  CHECK(change.at_most(0.5) == Approx(0).margin(1e-12));
  CHECK(change.at_least(0.5) == Approx(1));
  CHECK(change.at_most(5) == Approx(1));
}

TEST_CASE("more observations narrow the interval as their root, dependence widens it", "[unit][comparison]") {
  const auto width = [](const Sample& first, const Sample& second, DesignEffects effects) {
    const Estimate interval = PercentileChange(first, second, 50, effects).interval(0.95);
    return interval.high - interval.low;
  };
  const Sample few_1(made_up({.number = 1}).endpoints[0].durations.value()),
      few_2(made_up({.number = 2}).endpoints[0].durations.value()),
      many_1(made_up({.number = 3, .per_second = 1600}).endpoints[0].durations.value()),
      many_2(made_up({.number = 4, .per_second = 1600}).endpoints[0].durations.value());
  CHECK(width(many_1, many_2, {}) == Approx(width(few_1, few_2, {}) / 4).epsilon(0.15));
  CHECK(width(many_1, many_2, {16, 16}) == Approx(width(few_1, few_2, {})).epsilon(0.15));
}

TEST_CASE("a sample of one value has an interval without width, and zero divides nothing", "[unit][comparison]") {
  const Sample five(histogram_of({5}, 100)), six(histogram_of({6}, 100)), zero(histogram_of({0}, 100));
  const Estimate interval = PercentileChange(five, six, 95).interval(0.95);
  CHECK(interval.low == Approx(1.2));
  CHECK(interval.high == Approx(1.2));
  CHECK(std::isfinite(PercentileChange(zero, five, 50).interval(0.95).high));
  CHECK(PercentileChange(zero, zero, 50).ratio() == 1);
}
