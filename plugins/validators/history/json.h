#pragma once

#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "history/instant.h"
#include "history/reader.h"

/// What the readers of this folder need of simdjson's on-demand parser. A member of the wrong type reads as absent
/// where a platform wrote it, since a platform may write what it likes; a document that cannot be walked throws
/// BadEvent.
namespace history::json {

using simdjson::ondemand::array;
using simdjson::ondemand::json_type;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

/// What a simdjson call gave, or BadEvent with its reason.
template <class T>
T need(simdjson::simdjson_result<T> result) {
  T out;
  if (const auto error = std::move(result).get(out)) throw BadEvent(simdjson::error_message(error));
  return out;
}

inline json_type type_of(value& of) { return need(of.type()); }
/// Empty unless it is a text.
inline std::string_view text(value of) {
  return type_of(of) == json_type::string ? need(of.get_string()) : std::string_view();
}
inline std::optional<double> number(value of) {
  double out = 0;
  if (type_of(of) != json_type::number || of.get_double().get(out)) return {};
  return out;
}
inline std::optional<std::int64_t> integer(value of) {
  if (type_of(of) != json_type::number) return {};
  std::int64_t out = 0;
  if (!of.get_int64().get(out)) return out;
  double rounded = 0;  // 5.0, as Python writes a whole float
  if (of.get_double().get(rounded) || !(rounded > -9e15 && rounded < 9e15)) return {};
  return static_cast<std::int64_t>(rounded);
}
/// A seed: 64 bits, of either sign.
inline std::optional<std::uint64_t> seed(value of) {
  if (type_of(of) != json_type::number) return {};
  std::int64_t number = 0;
  if (!of.get_int64().get(number)) return static_cast<std::uint64_t>(number);
  std::uint64_t large = 0;
  if (of.get_uint64().get(large)) return {};
  return large;
}
inline std::optional<bool> boolean(value of) {
  if (type_of(of) != json_type::boolean) return {};
  return need(of.get_bool());
}
inline Instant instant(value of) {
  switch (type_of(of)) {
    case json_type::string:
      return Instant::of_text(need(of.get_string()));
    case json_type::number:
      return Instant::of_number(number(of).value_or(0));
    default:
      return {};
  }
}

/// Calls visit(key, value) for each member, in their order; nothing when it is no object. Keys come as written:
/// one with an escape sequence equals none of ours, and is passed over like any other that we do not know.
template <class Visit>
void each_member(value of, Visit&& visit) {
  if (type_of(of) != json_type::object) return;
  for (auto field : need(of.get_object())) {
    simdjson::ondemand::field member = need(std::move(field));
    const char* const key = member.key().raw();
    visit(std::string_view(key, static_cast<std::size_t>(std::strchr(key, '"') - key)), member.value());
  }
}
/// Calls visit(value) for each element; nothing when it is no array.
template <class Visit>
void each_element(value of, Visit&& visit) {
  if (type_of(of) != json_type::array) return;
  for (auto element : need(of.get_array())) visit(need(std::move(element)));
}

}  // namespace history::json
