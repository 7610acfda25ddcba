#pragma once

#include <memory>

#include "plugin/library.h"
#include "plugin/validator.h"

namespace thresher::plugin {

/// As adapt_target().
Result<std::unique_ptr<ValidatorType>> adapt_validator(const Library& library, const thresher_validator* validator);

}  // namespace thresher::plugin
