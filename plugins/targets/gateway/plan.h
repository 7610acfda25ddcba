#pragma once

#include <cstdint>

#include "conduct.h"
#include "execution.h"

namespace gateway {

/// The key of the nth call of an execution (or of the nth call of a client, with the instance's seed for `parent`). It
/// depends on nothing that happens meanwhile, so the same call meets the same fate however busy the gateway is.
std::uint64_t child_key(std::uint64_t parent, std::uint64_t index);

/// Draws the fate of the execution of this key.
Plan plan(const Conduct& conduct, std::uint64_t key, const Call& call);

}  // namespace gateway
