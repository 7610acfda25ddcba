#include "store/distribution_shift.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/random.h"

using namespace thresher;
using namespace thresher::store;
using metrics::Histogram;
using Word = DistributionShift::Word;

namespace {

Histogram of(const std::vector<std::int64_t>& values, std::uint64_t times = 1) {
  Histogram histogram;
  for (const std::int64_t value : values) histogram.record(value, times);
  return histogram;
}

Histogram normal(std::uint64_t number, double mean, int samples) {
  RandomStream random(7, StreamPurpose::run, number);
  Histogram histogram;
  for (int i = 0; i < samples; ++i) histogram.record(static_cast<std::int64_t>(random.normal(mean, 100)));
  return histogram;
}

}  // namespace

TEST_CASE("the statistic is Mann and Whitney's, ties counting half", "[unit][store]") {
  // By hand, each value 20 times over: of the pairs (1,2) (1,4) (3,2) (3,4) three are won by the second.
  CHECK(shift_between(of({1, 3}, 20), of({2, 4}, 20)).slower_probability == Approx(0.75));
  CHECK(shift_between(of({1, 3}, 20), of({3, 5}, 20)).slower_probability == Approx(0.875));
  // z of U = 24*26/2 + d over sqrt(n m / 12 (N + 1 - sum(t^3 - t) / (N (N - 1)))), for two values 12/12 and 6/20.
  Histogram first, second;
  first.record(1, 12);
  first.record(2, 12);
  second.record(1, 6);
  second.record(2, 20);
  const double u = 12.0 * 20 + 0.5 * (12 * 6 + 12 * 20), mean = 24 * 26 / 2.0;
  const double ties = (18.0 * 18 * 18 - 18) + (32.0 * 32 * 32 - 32);
  const double sigma = std::sqrt(24.0 * 26 / 12 * (51 - ties / (50.0 * 49)));
  CHECK(shift_between(first, second).z == Approx((u - mean) / sigma));
}

TEST_CASE("the same distribution drawn twice is the same, a shifted one is not", "[unit][store]") {
  CHECK(shift_between(normal(1, 1000, 5000), normal(2, 1000, 5000)).word == Word::same);
  CHECK(shift_between(normal(1, 1000, 5000), normal(2, 1050, 5000)).word == Word::slower);
  CHECK(shift_between(normal(1, 1000, 5000), normal(2, 950, 5000)).word == Word::faster);
}

TEST_CASE("a significant trifle is still a trifle, and a large shift of few is not proven", "[unit][store]") {
  const DistributionShift trifle = shift_between(normal(1, 1000, 200'000), normal(2, 1008, 200'000));
  CHECK(trifle.z > 10);
  CHECK(trifle.word == Word::same);
  CHECK(shift_between(normal(1, 1000, 20), normal(2, 1040, 20)).word == Word::same);
}

TEST_CASE("a few requests, or none, are too few", "[unit][store]") {
  CHECK(shift_between(of({1, 2}, 10), of({100}, 19)).word == Word::too_few);
  CHECK(shift_between(Histogram{}, of({100}, 1000)).word == Word::too_few);
  CHECK(shift_between(of({5}, 20), of({5}, 20)).word == Word::same);  // no spread at all: no division by zero
  CHECK(shift_between(of({5}, 20), of({6}, 20)).word == Word::slower);
}
