#pragma once

#include <memory>

#include "plugin/library.h"
#include "plugin/target.h"

namespace thresher::plugin {

/// Reads one target out of a library's table and checks what can be checked without making an instance. The error says
/// what is wrong with the declaration, without the library's name.
Result<std::unique_ptr<TargetType>> adapt_target(const Library& library, const thresher_target* target);

}  // namespace thresher::plugin
