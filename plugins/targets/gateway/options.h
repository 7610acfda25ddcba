#pragma once

#include <cstdint>
#include <vector>

#include "conduct.h"
#include "thresher/plugin.hpp"

namespace gateway {

std::vector<thresher::Option> declared_options();

/// Throws std::invalid_argument for a value that no schema can describe.
Conduct read_conduct(const thresher::Options& options, std::uint64_t seed);

}  // namespace gateway
