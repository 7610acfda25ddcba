#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace thresher::store {

inline constexpr std::size_t kRunIdSize = 12;

/// An id that sorts as text in the order of time: nine characters of milliseconds since 1970, three of `random`'s
/// lowest 15 bits, in Crockford's base 32 (digits and lower-case letters without i, l, o and u).
std::string make_run_id(WallTime at, std::uint32_t random);

}  // namespace thresher::store
