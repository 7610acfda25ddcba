#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace thresher::test {

/// What is wrong with a value under the part of JSON Schema that our OpenAPI document uses; empty when nothing is. A
/// keyword it does not know is an objection, so that no schema is passed over in silence.
inline std::string objection_to(const nlohmann::json& value, const nlohmann::json& schema,
                                const std::string& at = "$") {
  using Json = nlohmann::json;
  const auto is_type = [&value](const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    return type == "null" && value.is_null();
  };
  for (const auto& [keyword, argument] : schema.items()) {
    if (keyword == "type") {
      bool fits = false;
      for (const Json& type : argument.is_array() ? argument : Json::array({argument})) fits = fits || is_type(type);
      if (!fits) return at + " is not of type " + argument.dump();
    } else if (keyword == "required") {
      for (const Json& name : argument)
        if (!value.is_object() || !value.contains(name.get<std::string>())) return at + " lacks " + name.dump();
    } else if (keyword == "properties") {
      for (const auto& [name, inner] : argument.items()) {
        if (!value.is_object() || !value.contains(name)) continue;
        if (auto found = objection_to(value.at(name), inner, at + "." + name); !found.empty()) return found;
      }
    } else if (keyword == "items") {
      if (!value.is_array()) continue;
      for (std::size_t i = 0; i < value.size(); ++i)
        if (auto found = objection_to(value[i], argument, at + "[" + std::to_string(i) + "]"); !found.empty())
          return found;
    } else if (keyword == "const") {
      if (value != argument) return at + " is not " + argument.dump();
    } else if (keyword == "enum") {
      if (std::find(argument.begin(), argument.end(), value) == argument.end()) return at + " is not in the enum";
    } else if (keyword == "minimum") {
      if (value.is_number() && value < argument) return at + " is below " + argument.dump();
    } else if (keyword == "maximum") {
      if (value.is_number() && value > argument) return at + " is above " + argument.dump();
    } else if (keyword == "maxItems") {
      if (value.is_array() && value.size() > argument.get<std::size_t>()) return at + " has too many items";
    } else if (keyword != "default" && keyword != "description") {
      return at + ": the keyword " + keyword + " is unknown to this check";
    }
  }
  return {};
}

}  // namespace thresher::test
