#include "json_fields.h"

#include <fmt/format.h>

namespace aoa {

std::string Place::text() const {
  std::string before = parent == nullptr ? std::string() : parent->text();
  if (index >= 0) return before + "[" + std::to_string(index) + "]";
  if (key.empty()) return before;
  if (!before.empty()) before += '.';
  return before.append(key);
}

void Problems::say(const Place& place, std::string_view what) {
  if (!first_.empty()) return;
  const std::string where = place.text();
  first_ = where.empty() ? std::string(what) : fmt::format("{}: {}", where, what);
}

bool Fields::find(std::initializer_list<std::string_view> names, dom::element& value, std::string_view* found) const {
  for (const std::string_view name : names) {
    if (object_.at_key(name).get(value) != simdjson::SUCCESS || value.is_null()) continue;
    if (found != nullptr) *found = name;
    return true;
  }
  return false;
}

bool Fields::has(std::string_view name) const {
  dom::element value;
  return find({name}, value);
}

std::string Fields::required_text(std::string_view name) const {
  if (!has(name)) problems_.say(place_, fmt::format("{} is required", name));
  std::string value = text(name);
  if (value.empty()) problems_.say(place_, fmt::format("{} must not be empty", name));
  return value;
}

std::string Fields::text(std::string_view name, std::string_view fallback) const {
  dom::element value;
  if (!find({name}, value)) return std::string(fallback);
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  problems_.say(place_, fmt::format("{} must be a string", name));
  return std::string(fallback);
}

bool Fields::boolean(std::string_view name, bool fallback) const {
  dom::element value;
  if (!find({name}, value)) return fallback;
  bool truth = fallback;
  if (value.get(truth) != simdjson::SUCCESS) problems_.say(place_, fmt::format("{} must be true or false", name));
  return truth;
}

double Fields::number(std::initializer_list<std::string_view> names, double fallback, double low, double high) const {
  dom::element value;
  std::string_view name;
  if (!find(names, value, &name)) return fallback;
  double number = 0;
  if (value.get(number) != simdjson::SUCCESS) {
    problems_.say(place_, fmt::format("{} must be a number", name));
    return fallback;
  }
  if (number >= low && number <= high) return number;
  problems_.say(place_, fmt::format("{} must be from {} to {}, not {}", name, low, high, number));
  return fallback;
}

std::vector<std::string> Fields::texts(std::string_view name) const {
  std::vector<std::string> all;
  dom::element value;
  if (!find({name}, value)) return all;
  dom::array array;
  if (value.get(array) != simdjson::SUCCESS) {
    problems_.say(place_, fmt::format("{} must be an array", name));
    return all;
  }
  for (const dom::element element : array) {
    std::string_view text;
    if (element.get(text) == simdjson::SUCCESS)
      all.emplace_back(text);
    else
      problems_.say(place_, fmt::format("{} must hold strings", name));
  }
  return all;
}

}  // namespace aoa
