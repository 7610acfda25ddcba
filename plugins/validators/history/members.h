#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "history/json.h"

namespace history {

/// The members of an event, each looked up by name whatever their order. A member that is absent reads as one of the
/// wrong type does: as nothing.
inline std::string_view text_of(json::object& members, std::string_view key) {
  json::value value;
  return members.find_field_unordered(key).get(value) ? std::string_view() : json::text(value);
}
inline std::optional<std::int64_t> integer_of(json::object& members, std::string_view key) {
  json::value value;
  if (members.find_field_unordered(key).get(value)) return {};
  return json::integer(value);
}
inline std::optional<double> number_of(json::object& members, std::string_view key) {
  json::value value;
  if (members.find_field_unordered(key).get(value)) return {};
  return json::number(value);
}
inline bool boolean_of(json::object& members, std::string_view key, bool missing = false) {
  json::value value;
  return members.find_field_unordered(key).get(value) ? missing : json::boolean(value).value_or(missing);
}

inline std::string_view item_of(json::object& members, std::string_view key = "item") {
  const std::string_view item = text_of(members, key);
  if (item.empty()) throw BadEvent(fmt::format("has no \"{}\"", key));
  return item;
}

inline json::value member_of(json::object& members, std::string_view key) {
  json::value value;
  const auto error = members.find_field_unordered(key).get(value);
  if (error == simdjson::NO_SUCH_FIELD) throw BadEvent(fmt::format("has no \"{}\"", key));
  if (error) throw BadEvent(simdjson::error_message(error));
  return value;
}

}  // namespace history
