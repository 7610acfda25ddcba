#pragma once

#include <string>
#include <string_view>

#include "thresher/plugin.h"

namespace thresher::plugin {

inline std::string_view view_of(thresher_text text) {
  return text.size == 0 ? std::string_view{} : std::string_view{text.data, text.size};
}
inline std::string string_of(thresher_text text) { return std::string(view_of(text)); }
inline thresher_text text_of(std::string_view view) { return {view.data(), view.size()}; }

/// Names of plugins, targets, endpoints and options: lower case letters, digits, '_' and '-', beginning with a letter
/// or digit. Whatever passes may be printed, typed and used in a file name.
inline bool is_name(thresher_text text) {
  if (text.size == 0 || text.data == nullptr) return false;
  const std::string_view name = view_of(text);
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos && name[0] != '_' &&
         name[0] != '-';
}

}  // namespace thresher::plugin
