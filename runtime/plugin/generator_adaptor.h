#pragma once

#include <memory>

#include "plugin/generator.h"
#include "plugin/library.h"

namespace thresher::plugin {

/// As adapt_target().
Result<std::unique_ptr<GeneratorType>> adapt_generator(const Library& library, const thresher_generator* generator);

}  // namespace thresher::plugin
