#pragma once

#include <string>
#include <utility>
#include <vector>

namespace thresher::cli {

/// What this binary is built on: name and version, those of shared libraries as found at run time.
std::vector<std::pair<std::string, std::string>> dependency_versions();

}  // namespace thresher::cli
