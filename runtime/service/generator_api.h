#pragma once

#include "base/result.h"
#include "service/products.h"
#include "service/router.h"

namespace thresher::service {

/// GET /api/agents/profile, fleet, team ... : each is a product of the generator, its query the product's parameters.
/// `products` outlives the router. The error: the generator lacks a product.
Result<void> add_generator_api(Router& router, Products& products);

}  // namespace thresher::service
