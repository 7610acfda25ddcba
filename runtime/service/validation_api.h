#pragma once

#include "plugin/validator.h"
#include "service/router.h"

namespace thresher::service {

/// POST /api/agents/validate-aoa: {expected, actual} judged by the validator `farm` as one event `validate`; its
/// document `checks` is the answer. `type` may be null (503); it outlives the router.
void add_validation_api(Router& router, const plugin::ValidatorType* type, std::uint64_t seed);

}  // namespace thresher::service
