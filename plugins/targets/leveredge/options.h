#pragma once

#include <map>
#include <string>
#include <vector>

#include "conduct.h"
#include "reliability.h"
#include "thresher/plugin.hpp"

namespace leveredge {

std::vector<thresher::Option> declared_options();

/// What a person chose. Both throw std::invalid_argument, naming the option.
Conduct read_conduct(const thresher::Options& options, std::uint64_t seed);

/// The reliability of every agent, by name.
std::map<std::string, Reliability> read_reliabilities(const thresher::Options& options);

}  // namespace leveredge
