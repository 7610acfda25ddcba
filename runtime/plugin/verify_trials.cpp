#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "plugin/verify_suite.h"

namespace thresher::plugin::suite {
namespace {

using Json = nlohmann::ordered_json;

bool is_integer(const Json& option) { return option.at("type") == "integer"; }
bool is_number(const Json& option) { return is_integer(option) || option.at("type") == "number"; }

/// A bound as a value of the option's own type; nothing when no integer lies there.
std::optional<Json> bound_of(const Json& option, const char* which) {
  if (!is_number(option) || !option.contains(which)) return std::nullopt;
  const double bound = option.at(which).get<double>();
  if (!is_integer(option)) return Json(bound);
  const double whole = std::string_view(which) == "minimum" ? std::ceil(bound) : std::floor(bound);
  if (std::abs(whole) >= 0x1p63) return std::nullopt;
  return Json(static_cast<std::int64_t>(whole));
}

/// The first value beyond a bound; nothing when the type has none.
std::optional<Json> beyond(const Json& option, const char* which, double step) {
  const auto bound = bound_of(option, which);
  if (!bound) return std::nullopt;
  if (!is_integer(option)) return Json(std::nextafter(bound->get<double>(), bound->get<double>() + step * 1e300));
  const auto whole = bound->get<std::int64_t>();
  const auto last = step < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  if (whole == last) return std::nullopt;
  return Json(whole + static_cast<std::int64_t>(step));
}

template <class ValuesOf>
std::vector<Trial> trials(const std::string& options_json, ValuesOf&& values_of) {
  std::vector<Trial> all;
  const Json options = Json::parse(options_json);
  for (const auto& [name, option] : options.items())
    for (const Json& value : values_of(option)) all.push_back({name, value.dump()});
  return all;
}

}  // namespace

std::string with_member(const std::string& object, const std::string& name, const std::string& value_json) {
  Json whole = object.empty() ? Json::object() : Json::parse(object);
  whole[name] = Json::parse(value_json);
  return whole.dump();
}

std::vector<Trial> sound_trials(const std::string& options_json) {
  return trials(options_json, [](const Json& option) {
    std::vector<Json> values;
    if (option.contains("default")) values.push_back(option.at("default"));
    for (const char* which : {"minimum", "maximum"})
      if (auto bound = bound_of(option, which)) values.push_back(*bound);
    if (option.contains("enum"))
      for (const Json& choice : option.at("enum")) values.push_back(choice);
    if (option.at("type") == "boolean") values.insert(values.end(), {true, false});
    return values;
  });
}

std::vector<Trial> extreme_trials(const std::string& options_json) {
  return trials(options_json, [](const Json& option) {
    std::vector<Json> values;
    if (is_integer(option)) {
      if (!option.contains("minimum")) values.emplace_back(std::numeric_limits<std::int64_t>::min());
      if (!option.contains("maximum")) values.emplace_back(std::numeric_limits<std::int64_t>::max());
    } else if (is_number(option)) {
      if (!option.contains("minimum")) values.emplace_back(std::numeric_limits<double>::lowest());
      if (!option.contains("maximum")) values.emplace_back(std::numeric_limits<double>::max());
    } else if (option.at("type") == "string" && !option.contains("enum")) {
      values.insert(values.end(), {"", "\"\\\n\t\u0001", "\u00e4\u4e2d\U0001f600", std::string(65536, 'x')});
    }
    return values;
  });
}

std::vector<Trial> wrong_trials(const std::string& options_json) {
  std::vector<Trial> all = trials(options_json, [](const Json& option) {
    std::vector<Json> values{nullptr, Json::array({1})};
    if (auto below = beyond(option, "minimum", -1)) values.push_back(*below);
    if (auto above = beyond(option, "maximum", 1)) values.push_back(*above);
    if (option.at("type") != "string") values.emplace_back("neither here nor there");
    if (option.contains("enum")) values.emplace_back("none of the choices");
    return values;
  });
  all.push_back({"no_such_option", "1"});
  return all;
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t kShown = 100;
  std::string line = Json(text.substr(0, kShown)).dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kShown) line += fmt::format(" ... of {} bytes", text.size());
  return line;
}

}  // namespace thresher::plugin::suite
