#pragma once

#include <vector>

namespace thresher::comparison {

/// Holm's step-down correction (Scandinavian Journal of Statistics 6, 1979) of p-values for their number: calling those
/// whose result is below a level errs about any of them with at most that probability, however they depend on one
/// another. Results stand where their p-values stood, in 0..1.
std::vector<double> holm_adjusted(const std::vector<double>& p_values);

}  // namespace thresher::comparison
