#pragma once

#include <cstdint>
#include <vector>

#include "conduct.h"
#include "thresher/plugin.hpp"

namespace recovery {

std::vector<thresher::Option> declared_options();
Conduct read_conduct(const thresher::Options& options, std::uint64_t seed);

}  // namespace recovery
