#include "comparison/distributions.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace thresher::comparison;

namespace {

/// I_x(a, b) of whole a and b is a binomial tail: P(B(a + b - 1, x) >= a).
double binomial_tail(double x, int a, int b) {
  double sum = 0;
  const int n = a + b - 1;
  for (int k = a; k <= n; ++k)
    sum += std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) + k * std::log(x) +
                    (n - k) * std::log1p(-x));
  return sum;
}

}  // namespace

TEST_CASE("the normal distribution has its table's values, and its inverse leads back", "[unit][comparison]") {
  CHECK(normal_above(0) == 0.5);
  CHECK(normal_above(1.959963984540054) == Approx(0.025));
  CHECK(normal_above(10) == Approx(7.61985302416e-24));
  CHECK(normal_quantile(0.975) == Approx(1.959963984540054));
  for (const double p : {1e-12, 0.001, 0.5, 0.8, 0.9999}) CHECK(normal_above(-normal_quantile(p)) == Approx(p));
}

TEST_CASE("the beta distribution is the binomial's tail", "[unit][comparison]") {
  CHECK(beta_below(0, 2, 3) == 0);
  CHECK(beta_below(1, 2, 3) == 1);
  CHECK(beta_below(0.2, 1, 3) == Approx(1 - 0.8 * 0.8 * 0.8));
  for (const double x : {0.001, 0.3, 0.5, 0.95})
    for (const int a : {1, 3, 40, 950})
      for (const int b : {1, 5, 50}) CHECK(beta_below(x, a, b) == Approx(binomial_tail(x, a, b)).margin(1e-12));
}

TEST_CASE("beyond a million observations the approximation takes over without a step", "[unit][comparison]") {
  // The sum of the parameters is just below and just above the bound.
  const double below = beta_below(0.9505, 950'000 - 1, 50'000 - 1);
  const double above = beta_below(0.9505, 950'000 + 1, 50'000 + 1);
  CHECK(below == Approx(above).margin(2e-3));
  CHECK(beta_below(0.5, 5e8, 5e8) == Approx(0.5));
}
