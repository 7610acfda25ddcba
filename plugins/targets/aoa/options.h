#pragma once

#include <vector>

#include "conduct.h"
#include "thresher/plugin.hpp"

namespace aoa {

/// The options that `aoa` declares.
std::vector<thresher::Option> declared_options();

/// What a person chose of them.
Conduct read_conduct(const thresher::Options& options, std::uint64_t seed);

}  // namespace aoa
