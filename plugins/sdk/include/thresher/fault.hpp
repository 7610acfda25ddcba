#pragma once

#include <cstdint>
#include <string_view>

#include "thresher/random.hpp"

namespace thresher {
inline namespace sdk_1 {

/// Whether an injected fault fires at this attempt of a task: a pure function, so that whoever knows the seed knows
/// which faults fired. Generators say so in their ground truth, stand-ins act on it, validators hold platforms to it.
///
/// The draw is Random(seed, key, attempt).uniform(), with key = FNV-1a (64 bit, offset 14695981039346656037, prime
/// 1099511628211) over the workflow's id, a zero byte and the task's id. attempt counts from 1; probability is in [0,
/// 1].
inline bool fault_fires(std::uint64_t seed, std::string_view workflow, std::string_view task, std::uint64_t attempt,
                        double probability) noexcept {
  std::uint64_t key = 14695981039346656037U;
  const auto mix = [&key](unsigned char byte) { key = (key ^ byte) * 1099511628211U; };
  for (const char c : workflow) mix(static_cast<unsigned char>(c));
  mix(0);
  for (const char c : task) mix(static_cast<unsigned char>(c));
  return Random(seed, key, attempt).uniform() < probability;
}

}  // namespace sdk_1
}  // namespace thresher
