#include "plugin/option_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "plugin/table_array.h"
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

/// Of an option that has bounds.
std::string range_of(const OptionSpec& spec) {
  if (spec.has_minimum && spec.has_maximum) return fmt::format("between {} and {}", spec.minimum, spec.maximum);
  return spec.has_minimum ? fmt::format("at least {}", spec.minimum) : fmt::format("at most {}", spec.maximum);
}

/// Whether a value is of the right kind, among the choices and within the bounds. Builds no text.
bool fits(const OptionSpec& spec, const OptionValue& value) {
  double number = 0;
  if (const auto* text = std::get_if<std::string>(&value))
    return spec.choices.empty() || std::find(spec.choices.begin(), spec.choices.end(), *text) != spec.choices.end();
  if (const auto* real = std::get_if<double>(&value))
    number = *real;
  else if (const auto* integer = std::get_if<std::int64_t>(&value))
    number = static_cast<double>(*integer);
  else
    return std::holds_alternative<bool>(value);
  return !(spec.has_minimum && number < spec.minimum) && !(spec.has_maximum && number > spec.maximum);
}

/// Why a value does not fit, as the end of a sentence.
std::string objection(const OptionSpec& spec, const OptionValue& value, std::string_view written) {
  if (std::holds_alternative<std::monostate>(value)) {
    const std::string_view joint = !spec.has_minimum && !spec.has_maximum ? ""
                                   : spec.has_minimum && spec.has_maximum ? " "
                                                                          : " of ";
    return fmt::format("must be {}{}{}, not {}", type_name(spec.type), joint, joint.empty() ? "" : range_of(spec),
                       written);
  }
  const auto* text = std::get_if<std::string>(&value);
  if (!text) return fmt::format("must be {}, not {}", range_of(spec), written);
  const std::string_view near = closest(*text, spec.choices);
  return fmt::format("must be one of {}, not {}{}", fmt::join(spec.choices, ", "), written,
                     near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near));
}

std::string quoted(std::string_view text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

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
  if (!fits(spec, spec.default_value))
    return fail(ErrorCode::plugin,
                fmt::format("declares a default for the option \"{}\" that {}", spec.name,
                            objection(spec, spec.default_value, quoted(view_of(option.default_value)))));
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

Result<OptionSchema> OptionSchema::read(const thresher_option* options, std::size_t count, std::string_view noun) {
  OptionSchema schema;
  schema.noun_ = noun;
  const auto declared = read_array(options, count, "thresher_option", "options", "1.0");
  if (!declared) return fail(declared.error());
  for (const thresher_option* option : *declared) {
    auto spec = read_spec(*option);
    if (!spec) return fail(std::move(spec.error()));
    for (const OptionSpec& earlier : schema.options_)
      if (earlier.name == spec->name)
        return fail(ErrorCode::plugin, fmt::format("declares the option \"{}\" twice", spec->name));
    schema.options_.push_back(std::move(*spec));
  }
  return schema;
}

std::size_t OptionSchema::index_of(std::string_view name) const {
  const auto at = std::find_if(options_.begin(), options_.end(), [&](const auto& spec) { return spec.name == name; });
  return static_cast<std::size_t>(at - options_.begin());
}

Error OptionSchema::unknown(std::string_view name) const {
  std::vector<std::string> names;
  for (const OptionSpec& spec : options_) names.push_back(spec.name);
  const std::string_view near = closest(name, names);
  const std::string known = names.empty() ? "there are none" : fmt::format("there are {}", fmt::join(names, ", "));
  return {ErrorCode::invalid_argument,
          fmt::format("unknown {} {}; {}", noun_, quoted(name),
                      near.empty() ? known : fmt::format("did you mean \"{}\"?", near)),
          {}};
}

Error OptionSchema::wrong(const OptionSpec& spec, const OptionValue& value, std::string_view written) const {
  return {
      ErrorCode::invalid_argument, fmt::format("{} \"{}\" {}", noun_, spec.name, objection(spec, value, written)), {}};
}

void OptionSchema::set_defaults(thresher_config& config) const {
  if (config.entries.empty())
    for (const OptionSpec& spec : options_) config.entries.push_back({spec.name, spec.type, spec.default_value, false});
  for (std::size_t i = 0; i < options_.size(); ++i) {
    if (!std::exchange(config.entries[i].given, false)) continue;
    config.entries[i].value = options_[i].default_value;
  }
  config.forget_misuse();
}

Result<thresher_config> OptionSchema::resolve(std::string_view json) const {
  const Json given = trim(json).empty() ? Json::object() : Json::parse(json, nullptr, false);
  if (!given.is_object())
    return fail(ErrorCode::invalid_argument, fmt::format("{}s must be a JSON object, not {}", noun_, json));
  thresher_config config;
  set_defaults(config);
  for (const auto& [name, value] : given.items()) {
    const std::size_t index = index_of(name);
    if (index == options_.size()) return fail(unknown(name));
    OptionValue read = value_of(options_[index].type, value);
    if (!fits(options_[index], read))
      return fail(wrong(options_[index], read, value.dump(-1, ' ', false, Json::error_handler_t::replace)));
    config.entries[index].value = std::move(read);
    config.entries[index].given = true;
  }
  return config;
}

Result<void> OptionSchema::resolve(std::span<const std::pair<std::string_view, std::string_view>> given,
                                   thresher_config& config) const {
  set_defaults(config);
  for (const auto& [name, text] : given) {
    const std::size_t index = index_of(name);
    if (index == options_.size()) return fail(unknown(name));
    const OptionSpec& spec = options_[index];
    thresher_config::Entry& entry = config.entries[index];
    entry.given = true;  // also when it does not fit, so that the next call restores the default
    entry.value = parse_value(spec.type, text);
    const bool number =
        std::holds_alternative<double>(entry.value) || std::holds_alternative<std::int64_t>(entry.value);
    if (!fits(spec, entry.value)) return fail(wrong(spec, entry.value, number ? std::string(text) : quoted(text)));
  }
  return {};
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
