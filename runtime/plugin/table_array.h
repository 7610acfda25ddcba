#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace thresher::plugin {

/// The elements of a plugin's array, which may be larger than ours: a later minor version appends members, so the step
/// is the struct_size they were compiled with. `type` and `plural` name them in errors ("thresher_option", "options");
/// `since` is the first ABI that had them.
template <class T>
Result<std::vector<const T*>> read_array(const T* first, std::size_t count, std::string_view type,
                                         std::string_view plural, std::string_view since) {
  std::vector<const T*> all;
  if (count == 0) return all;
  if (!first) return fail(ErrorCode::plugin, fmt::format("declares {} {}, but its table is NULL", count, plural));
  const std::uint32_t size = first->struct_size;
  if (size < sizeof(T))
    return fail(ErrorCode::plugin, fmt::format("has a {} of {} bytes; ABI {} has {}", type, size, since, sizeof(T)));
  for (std::size_t i = 0; i < count; ++i) {
    const auto* element = reinterpret_cast<const T*>(reinterpret_cast<const unsigned char*>(first) + i * size);
    if (element->struct_size != size)
      return fail(ErrorCode::plugin, fmt::format("has {} of different struct_size, from number {} on", plural, i + 1));
    all.push_back(element);
  }
  return all;
}

}  // namespace thresher::plugin
