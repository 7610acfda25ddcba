#pragma once

#include <span>
#include <string_view>

#include "plugin/option_schema.h"
#include "plugin/text.h"

namespace thresher::service {

/// Parameters and body members that the service declares itself, in the form that plugins declare theirs: one schema
/// judges them all and writes them into the OpenAPI document. `initial` is as a person would type it; empty: none.
constexpr thresher_option declared(std::int32_t type, std::string_view name, std::string_view initial,
                                   std::string_view summary, std::string_view choices = {}) {
  thresher_option option{};
  option.struct_size = sizeof(thresher_option);
  option.type = type;
  option.name = {name.data(), name.size()};
  option.summary = {summary.data(), summary.size()};
  option.default_value = {initial.data(), initial.size()};
  option.choices = {choices.data(), choices.size()};
  return option;
}

constexpr thresher_option declared_within(thresher_option option, double minimum, double maximum) {
  option.flags = THRESHER_OPTION_HAS_MINIMUM | THRESHER_OPTION_HAS_MAXIMUM;
  option.minimum = minimum;
  option.maximum = maximum;
  return option;
}

constexpr thresher_option declared_text(std::string_view name, std::string_view initial, std::string_view summary) {
  return declared(THRESHER_OPTION_TEXT, name, initial, summary);
}
constexpr thresher_option declared_choice(std::string_view name, std::string_view choices, std::string_view initial,
                                          std::string_view summary) {
  return declared(THRESHER_OPTION_TEXT, name, initial, summary, choices);
}
constexpr thresher_option declared_integer(std::string_view name, std::string_view initial, double minimum,
                                           double maximum, std::string_view summary) {
  return declared_within(declared(THRESHER_OPTION_INTEGER, name, initial, summary), minimum, maximum);
}
constexpr thresher_option declared_integer(std::string_view name, std::string_view initial, std::string_view summary) {
  return declared(THRESHER_OPTION_INTEGER, name, initial, summary);
}
constexpr thresher_option declared_number(std::string_view name, std::string_view initial, double minimum,
                                          double maximum, std::string_view summary) {
  return declared_within(declared(THRESHER_OPTION_NUMBER, name, initial, summary), minimum, maximum);
}
constexpr thresher_option declared_boolean(std::string_view name, std::string_view initial, std::string_view summary) {
  return declared(THRESHER_OPTION_BOOLEAN, name, initial, summary);
}

/// The error is our own mistake: a declaration that makes no sense.
inline Result<plugin::OptionSchema> schema_of(std::span<const thresher_option> declarations, std::string_view noun) {
  return plugin::OptionSchema::read(declarations.data(), declarations.size(), noun);
}

}  // namespace thresher::service
