#pragma once

#include <string>

#include "comparison/comparison.h"

namespace thresher::cli {

/// What `thresher compare --json` and `thresher runs compare --json` print, schema thresher.comparison/1, line end
/// included. `exit_code` is the one the command ends with. Pure.
std::string comparison_json(const comparison::MeasuredRun& first, const comparison::MeasuredRun& second,
                            const comparison::Comparison& comparison, int exit_code);

}  // namespace thresher::cli
