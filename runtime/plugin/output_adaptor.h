#pragma once

#include <memory>

#include "plugin/library.h"
#include "plugin/output.h"

namespace thresher::plugin {

/// As adapt_target().
Result<std::unique_ptr<OutputType>> adapt_output(const Library& library, const thresher_output* output);

}  // namespace thresher::plugin
