#include "comparison/holm.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace thresher::comparison {

std::vector<double> holm_adjusted(const std::vector<double>& p_values) {
  std::vector<std::size_t> ascending(p_values.size());
  std::iota(ascending.begin(), ascending.end(), std::size_t{0});
  std::stable_sort(ascending.begin(), ascending.end(),
                   [&](std::size_t one, std::size_t other) { return p_values[one] < p_values[other]; });
  std::vector<double> adjusted(p_values.size());
  double least = 0;
  for (std::size_t rank = 0; rank < ascending.size(); ++rank) {
    const auto remaining = static_cast<double>(ascending.size() - rank);
    least = std::max(least, std::min(1.0, remaining * p_values[ascending[rank]]));
    adjusted[ascending[rank]] = least;
  }
  return adjusted;
}

}  // namespace thresher::comparison
