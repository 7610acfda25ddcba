#pragma once

#include <cstddef>

namespace thresher::cli {

/// Columns of the terminal that standard output is; `otherwise` when it is none.
std::size_t output_width(std::size_t otherwise);

}  // namespace thresher::cli
