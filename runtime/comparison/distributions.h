#pragma once

namespace thresher::comparison {

/// P(Z > z) of the standard normal distribution; keeps its relative precision far out in the tail.
double normal_above(double z);
/// The z with P(Z <= z) = probability, which lies in (0, 1). Inverts normal_above() by bisection: a table's four digits
/// would do, but then so does the simplest method.
double normal_quantile(double probability);
/// P(X <= x) of the beta distribution, a and b > 0: the regularized incomplete beta function, by the continued fraction
/// of DLMF 8.17.22 (Lentz's evaluation); beyond a + b = 1e6 by the normal approximation, whose error is below 1e-3
/// there as long as neither parameter is below 1e3.
double beta_below(double x, double a, double b);

}  // namespace thresher::comparison
