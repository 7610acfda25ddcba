#pragma once

#include <vector>

#include "conduct.h"
#include "thresher/plugin.hpp"

namespace nwtn {

std::vector<thresher::Option> declared_options();

/// What a person chose. Throws std::invalid_argument, naming the option.
Conduct read_conduct(const thresher::Options& options, std::uint64_t seed);

}  // namespace nwtn
