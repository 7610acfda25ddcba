#include "comparison/proportions.h"

#include <catch2/catch.hpp>

#include "comparison/distributions.h"

using namespace thresher::comparison;

namespace {
constexpr double kZ = 1.959963984540054;
}

TEST_CASE("Wilson's interval is that of the literature", "[unit][comparison]") {
  // Newcombe, Statistics in Medicine 17 (1998), 857-872, table I.
  const Estimate some = wilson_interval({81, 263}, kZ);
  CHECK(some.low == Approx(0.2553).margin(5e-5));
  CHECK(some.high == Approx(0.3662).margin(5e-5));
  const Estimate none = wilson_interval({0, 20}, kZ);
  CHECK(none.low == 0);
  CHECK(none.high == Approx(0.1611).margin(5e-5));
}

TEST_CASE("Newcombe's interval is that of his paper", "[unit][comparison]") {
  // Statistics in Medicine 17 (1998), 873-890, table II, method 10; first and second exchanged.
  const Estimate large = newcombe_interval({48, 80}, {56, 70}, kZ);
  CHECK(large.value == Approx(0.2));
  CHECK(large.low == Approx(0.0524).margin(5e-5));
  CHECK(large.high == Approx(0.3339).margin(5e-5));
  const Estimate small = newcombe_interval({3, 10}, {9, 10}, kZ);
  CHECK(small.low == Approx(0.1705).margin(5e-5));
  CHECK(small.high == Approx(0.8090).margin(5e-5));
  const Estimate extreme = newcombe_interval({0, 10}, {10, 10}, kZ);
  CHECK(extreme.low == Approx(0.6075).margin(5e-5));
  CHECK(extreme.high == Approx(1.0));
}

TEST_CASE("a p-value is the tail at which the interval meets the margin", "[unit][comparison]") {
  const Proportion first{48, 80}, second{56, 70};
  const double p = p_of_more_than(first, second, 0);
  CHECK(newcombe_interval(first, second, normal_quantile(1 - p)).low == Approx(0).margin(1e-6));
  CHECK(p < 0.025);  // because the interval at 95 % does not hold 0
  CHECK(p_of_more_than(first, second, 0.0524) == Approx(0.025).margin(2e-4));
  CHECK(p_of_less_than(first, second, 0) == Approx(1 - p));
  CHECK(p_of_less_than(second, first, 0) == Approx(p));
  CHECK(p_of_more_than(first, first, 0) == 0.5);
  CHECK(p_of_more_than({0, 1000}, {0, 1000}, 0.05) > 0.999);
}
