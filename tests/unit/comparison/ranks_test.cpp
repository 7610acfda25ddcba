#include "comparison/ranks.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "unit/comparison/runs.h"

using namespace thresher;
using namespace thresher::comparison;

namespace {

Sample sample_of(const std::vector<std::int64_t>& values, std::uint64_t count = 1) {
  return Sample(histogram_of(values, count));
}

}  // namespace

TEST_CASE("the statistic is Mann and Whitney's, ties counting half", "[unit][comparison]") {
  // By hand: of the pairs (1,2) (1,4) (3,2) (3,4) three are won by the second.
  CHECK(rank_test(sample_of({1, 3}, 20), sample_of({2, 4}, 20)).slower_probability == Approx(0.75));
  CHECK(rank_test(sample_of({1, 3}, 20), sample_of({3, 5}, 20)).slower_probability == Approx(0.875));
  CHECK(rank_test(sample_of({1, 3}), sample_of({3, 5})).cliffs_delta() == Approx(0.75));
}

TEST_CASE("z has the correction for ties", "[unit][comparison]") {
  // z of U = n m p over sqrt(n m / 12 (N + 1 - sum(t^3 - t) / (N (N - 1)))), for two values 12/12 and 6/20.
  metrics::Histogram first, second;
  first.record(1, 12);
  first.record(2, 12);
  second.record(1, 6);
  second.record(2, 20);
  const double u = 12.0 * 20 + 0.5 * (12 * 6 + 12 * 20), mean = 24 * 26 / 2.0;
  const double ties = (18.0 * 18 * 18 - 18) + (32.0 * 32 * 32 - 32);
  const double sigma = std::sqrt(24.0 * 26 / 12 * (51 - ties / (50.0 * 49)));
  CHECK(rank_test(Sample(first), Sample(second)).z == Approx((u - mean) / sigma));
}

TEST_CASE("where shapes differ the placements' variance takes over", "[unit][comparison]") {
  // All of the first lie between the halves of the second: p = 1/2, the placements of the second are 0 and 1.
  const Sample first = sample_of({10, 11, 12, 13}, 25), second = sample_of({1, 2, 30, 40}, 25);
  const RankTest test = rank_test(first, second);
  CHECK(test.slower_probability == Approx(0.5));
  const double variance_of_second = 0.25 * 100 / 99;  // of 0 and 1, half each
  CHECK(test.standard_error == Approx(std::sqrt(variance_of_second / 100)));
}

TEST_CASE("exchanging the samples turns the sign", "[unit][comparison]") {
  const Sample first = sample_of({10, 12, 17, 40}, 9), second = sample_of({11, 12, 29, 31, 50}, 7);
  const RankTest there = rank_test(first, second), back = rank_test(second, first);
  CHECK(there.z == Approx(-back.z));
  CHECK(there.slower_probability == Approx(1 - back.slower_probability));
}

TEST_CASE("a factor asks about a first that took longer", "[unit][comparison]") {
  const Sample first = sample_of({1000, 1100, 1200}, 100), second = sample_of({1100, 1210, 1320}, 100);
  CHECK(rank_test(first, second).z > 4);
  CHECK(rank_test(first, second, 1.2).z < -4);
}

TEST_CASE("dependent requests count for fewer", "[unit][comparison]") {
  const Sample first = sample_of({10, 20, 30, 40}, 100), second = sample_of({12, 24, 33, 44}, 100);
  const RankTest alone = rank_test(first, second), together = rank_test(first, second, 1, {4, 4});
  CHECK(together.slower_probability == alone.slower_probability);
  CHECK(together.z == Approx(alone.z / 2).epsilon(0.01));
}

TEST_CASE("without any spread nothing is divided by zero", "[unit][comparison]") {
  CHECK(rank_test(sample_of({5}, 20), sample_of({5}, 20)).z == 0);
  CHECK(rank_test(sample_of({5}, 20), sample_of({6}, 20)).z > 4);
  CHECK(std::isfinite(rank_test(sample_of({5}), sample_of({6})).z));
}
