#include "plugin/option_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "plugin/text.h"

namespace thresher::plugin {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
bool parse_whole(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

/// The value that `text` spells for this type; empty when it spells none.
OptionValue parse_value(std::int32_t type, std::string_view text) {
  switch (type) {
    case THRESHER_OPTION_NUMBER:
      if (double number = 0; parse_whole(text, number) && std::isfinite(number)) return number;
      return {};
    case THRESHER_OPTION_INTEGER:
      if (std::int64_t integer = 0; parse_whole(text, integer)) return integer;
      return {};
    case THRESHER_OPTION_BOOLEAN:
      if (text == "true") return true;
      if (text == "false") return false;
      return {};
    default:
      return std::string(text);
  }
}

/// The value of a JSON scalar for this type; empty when it is of another kind.
OptionValue value_of(std::int32_t type, const Json& json) {
  if (json.is_string()) return parse_value(type, json.get_ref<const std::string&>());
  switch (type) {
    case THRESHER_OPTION_NUMBER:
      if (json.is_number()) return json.get<double>();
      return {};
    case THRESHER_OPTION_INTEGER:
      // nlohmann wraps an unsigned value beyond int64 around, and 3.0 is a whole number people may well have written.
      if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) return {};
      if (json.is_number_integer()) return json.get<std::int64_t>();
      if (json.is_number_float() && std::trunc(json.get<double>()) == json.get<double>() &&
          std::abs(json.get<double>()) < 0x1p53)
        return static_cast<std::int64_t>(json.get<double>());
      return {};
    case THRESHER_OPTION_BOOLEAN:
      if (json.is_boolean()) return json.get<bool>();
      return {};
    default:
      return {};
  }
}

std::string range_of(const OptionSpec& spec) {
  if (spec.has_minimum && spec.has_maximum) return fmt::format("between {} and {}", spec.minimum, spec.maximum);
  return spec.has_minimum ? fmt::format("at least {}", spec.minimum) : fmt::format("at most {}", spec.maximum);
}

/// What is wrong with `value`, as the end of a sentence; empty when nothing is.
std::string objection(const OptionSpec& spec, const OptionValue& value, std::string_view written) {
  if (std::holds_alternative<std::monostate>(value))
    return fmt::format("must be {}, not {}", type_name(spec.type), written);
  if (const auto* text = std::get_if<std::string>(&value); text && !spec.choices.empty()) {
    for (const std::string& choice : spec.choices)
      if (choice == *text) return {};
    const std::string_view near = closest(*text, spec.choices);
    return fmt::format("must be one of {}, not {}{}", fmt::join(spec.choices, ", "), written,
                       near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near));
  }
  double number = 0;
  if (const auto* real = std::get_if<double>(&value))
    number = *real;
  else if (const auto* integer = std::get_if<std::int64_t>(&value))
    number = static_cast<double>(*integer);
  else
    return {};
  if ((spec.has_minimum && number < spec.minimum) || (spec.has_maximum && number > spec.maximum))
    return fmt::format("must be {}, not {}", range_of(spec), written);
  return {};
}

/// Steps through a plugin's array by the size its elements were compiled with.
const thresher_option& option_at(const thresher_option* first, std::size_t index) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(first) + index * first->struct_size;
  return *reinterpret_cast<const thresher_option*>(bytes);
}

Result<OptionSpec> read_spec(const thresher_option& option) {
  if (!is_name(option.name) || view_of(option.name).find('-') != std::string_view::npos)
    return fail(ErrorCode::plugin,
                fmt::format("declares an option with the name \"{}\"; names are lower case letters, digits and '_'",
                            view_of(option.name)));
  OptionSpec spec;
  spec.name = string_of(option.name);
  spec.summary = string_of(option.summary);
  spec.type = option.type;
  if (option.type < THRESHER_OPTION_TEXT || option.type > THRESHER_OPTION_BOOLEAN)
    return fail(ErrorCode::plugin,
                fmt::format("declares the option \"{}\" with the unknown type {}", spec.name, option.type));
  if (option.type == THRESHER_OPTION_TEXT) spec.choices = split(view_of(option.choices), "|");
  spec.has_minimum = (option.flags & THRESHER_OPTION_HAS_MINIMUM) != 0;
  spec.has_maximum = (option.flags & THRESHER_OPTION_HAS_MAXIMUM) != 0;
  spec.minimum = option.minimum;
  spec.maximum = option.maximum;
  if (option.default_value.size == 0) return spec;
  spec.default_value = parse_value(spec.type, view_of(option.default_value));
  if (auto problem = objection(spec, spec.default_value, fmt::format("\"{}\"", view_of(option.default_value)));
      !problem.empty())
    return fail(ErrorCode::plugin, fmt::format("declares a default for the option \"{}\" that {}", spec.name, problem));
  return spec;
}

}  // namespace

std::string_view type_name(std::int32_t type) {
  switch (type) {
    case THRESHER_OPTION_NUMBER:
      return "a number";
    case THRESHER_OPTION_INTEGER:
      return "an integer";
    case THRESHER_OPTION_BOOLEAN:
      return "true or false";
    default:
      return "a text";
  }
}

Result<OptionSchema> OptionSchema::read(const thresher_option* options, std::size_t count) {
  OptionSchema schema;
  if (count == 0) return schema;
  if (!options) return fail(ErrorCode::plugin, fmt::format("declares {} options, but its table is NULL", count));
  if (options->struct_size < sizeof(thresher_option))
    return fail(ErrorCode::plugin, fmt::format("has a thresher_option of {} bytes; ABI 1.0 has {}",
                                               options->struct_size, sizeof(thresher_option)));
  for (std::size_t i = 0; i < count; ++i) {
    if (option_at(options, i).struct_size != options->struct_size)
      return fail(ErrorCode::plugin, fmt::format("has options of different struct_size, from number {} on", i + 1));
    auto spec = read_spec(option_at(options, i));
    if (!spec) return fail(std::move(spec.error()));
    for (const OptionSpec& earlier : schema.options_)
      if (earlier.name == spec->name)
        return fail(ErrorCode::plugin, fmt::format("declares the option \"{}\" twice", spec->name));
    schema.options_.push_back(std::move(*spec));
  }
  return schema;
}

Result<thresher_config> OptionSchema::resolve(std::string_view json) const {
  const Json given = trim(json).empty() ? Json::object() : Json::parse(json, nullptr, false);
  if (!given.is_object())
    return fail(ErrorCode::invalid_argument, fmt::format("options must be a JSON object, not {}", json));

  std::vector<std::string> names;
  for (const OptionSpec& spec : options_) names.push_back(spec.name);
  thresher_config config;
  for (const OptionSpec& spec : options_) config.entries.push_back({spec.name, spec.type, spec.default_value, false});

  for (const auto& [name, value] : given.items()) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
      const std::string_view near = closest(name, names);
      const std::string known = names.empty() ? "there are none" : fmt::format("there are {}", fmt::join(names, ", "));
      return fail(ErrorCode::invalid_argument,
                  near.empty() ? fmt::format("unknown option \"{}\"; {}", name, known)
                               : fmt::format("unknown option \"{}\"; did you mean \"{}\"?", name, near));
    }
    const auto index = static_cast<std::size_t>(at - names.begin());
    OptionValue read = value_of(options_[index].type, value);
    if (auto problem = objection(options_[index], read, value.dump()); !problem.empty())
      return fail(ErrorCode::invalid_argument, fmt::format("option \"{}\" {}", name, problem));
    config.entries[index].value = std::move(read);
    config.entries[index].given = true;
  }
  return config;
}

std::string OptionSchema::json() const {
  static constexpr const char* kJsonTypes[] = {"string", "number", "integer", "boolean"};
  Json all = Json::object();
  for (const OptionSpec& spec : options_) {
    Json& one = all[spec.name];
    one["type"] = kJsonTypes[spec.type];
    std::visit(
        [&](const auto& value) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) one["default"] = value;
        },
        spec.default_value);
    one["description"] = spec.summary;
    if (spec.has_minimum) one["minimum"] = spec.minimum;
    if (spec.has_maximum) one["maximum"] = spec.maximum;
    if (!spec.choices.empty()) one["enum"] = spec.choices;
  }
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace thresher::plugin
