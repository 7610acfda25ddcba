#pragma once

#include <fmt/format.h>

#include <string>

#include "thresher/random.hpp"

namespace leveredge {

/// A random UUID of version 4.
inline std::string uuid(thresher::Random& random) {
  const std::uint64_t high = (random.next() & 0xffff'ffff'ffff'0fffU) | 0x4000U;
  const std::uint64_t low = (random.next() & 0x3fff'ffff'ffff'ffffU) | 0x8000'0000'0000'0000U;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU, high & 0xffffU,
                     low >> 48U, low & 0xffffffffffffU);
}

/// "batch-1f2e3d4c": a prefix and eight random digits.
inline std::string short_id(const char* prefix, thresher::Random& random) {
  return fmt::format("{}-{:08x}", prefix, random.next() >> 32U);
}

}  // namespace leveredge
