#include "plugin/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "plugin/option_schema.h"
#include "plugin/text.h"

using thresher::plugin::type_name;

const thresher_config::Entry* thresher_config::find(std::string_view name) const {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name; });
  if (found != entries.end()) return &*found;
  if (misuse_.empty()) misuse_ = fmt::format("reads the option \"{}\", which it does not declare", name);
  return nullptr;
}

template <class T>
const T* thresher_config::read(std::string_view name, std::int32_t type) const {
  const Entry* entry = find(name);
  if (!entry) return nullptr;
  if (entry->type != type && misuse_.empty())
    misuse_ = fmt::format("reads the option \"{}\" as {}, but declares it as {}", name, type_name(type),
                          type_name(entry->type));
  return std::get_if<T>(&entry->value);
}

thresher_text thresher_config::text(std::string_view name) const noexcept {
  const auto* value = read<std::string>(name, THRESHER_OPTION_TEXT);
  return value ? thresher::plugin::text_of(*value) : thresher_text{};
}

double thresher_config::number(std::string_view name) const noexcept {
  const auto* value = read<double>(name, THRESHER_OPTION_NUMBER);
  return value ? *value : 0.0;
}

std::int64_t thresher_config::integer(std::string_view name) const noexcept {
  const auto* value = read<std::int64_t>(name, THRESHER_OPTION_INTEGER);
  return value ? *value : 0;
}

std::int32_t thresher_config::boolean(std::string_view name) const noexcept {
  const auto* value = read<bool>(name, THRESHER_OPTION_BOOLEAN);
  return value && *value ? 1 : 0;
}

std::int32_t thresher_config::given(std::string_view name) const noexcept {
  const Entry* entry = find(name);
  return entry && entry->given ? 1 : 0;
}
