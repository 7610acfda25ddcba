#include "shape.h"

#include <regex>
#include <sstream>
#include <vector>

namespace suites {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

bool is_uuid(const std::string& text) {
  static const std::regex kForm("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  return std::regex_match(text, kForm) && text.rfind("00000000-", 0) != 0;
}

bool is_time(const std::string& text) {
  static const std::regex kForm(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)");
  return std::regex_match(text, kForm);
}

bool is_one_of(const std::string& text, const std::string& choices) {
  for (const std::string& choice : split(choices, '|'))
    if (choice == text) return true;
  return false;
}

/// Whether the value is what the word of a shape says.
bool is(const json& value, const std::string& word, const json& words) {
  if (words.contains(word)) return is(value, words[word].get<std::string>(), words);
  if (word.rfind("integer ", 0) == 0) {
    const std::size_t dots = word.find("..");
    const long low = std::stol(word.substr(8, dots - 8)), high = std::stol(word.substr(dots + 2));
    return value.is_number_integer() && value.get<long>() >= low && value.get<long>() <= high;
  }
  if (!value.is_string()) return false;
  const std::string text = value.get<std::string>();
  if (word == "text") return !text.empty();
  if (word == "uuid") return is_uuid(text);
  if (word == "time") return is_time(text);
  if (word.rfind("one of ", 0) == 0) return is_one_of(text, word.substr(7));
  return text == word;
}

std::string object_mismatch(const json& value, const json& shape, const json& words, const std::string& place) {
  if (!value.is_object()) return place + ": " + value.dump() + " is no object";
  std::size_t known = 0;
  for (const auto& [key, inner] : shape.items()) {
    const bool optional = key.back() == '?';
    const std::string name = optional ? key.substr(0, key.size() - 1) : key;
    if (!value.contains(name)) {
      if (!optional) return place + "/" + name + " is missing";
      continue;
    }
    ++known;
    if (auto wrong = mismatch(value[name], inner, words, place + "/" + name); !wrong.empty()) return wrong;
  }
  if (known == value.size()) return {};
  for (const auto& [name, unused] : value.items())
    if (!shape.contains(name) && !shape.contains(name + "?")) return place + "/" + name + " is not in the contract";
  return {};
}

}  // namespace

std::string mismatch(const json& value, const json& shape, const json& words, const std::string& place) {
  if (shape.is_object()) return object_mismatch(value, shape, words, place);
  if (shape.is_array()) {
    if (!value.is_array() || value.empty()) return place + ": " + value.dump() + " is no list with elements";
    for (std::size_t i = 0; i < value.size(); ++i)
      if (auto wrong = mismatch(value[i], shape[0], words, place + "/" + std::to_string(i)); !wrong.empty())
        return wrong;
    return {};
  }
  const bool fits = shape.is_string() ? is(value, shape.get<std::string>(), words) : value == shape;
  return fits ? std::string() : place + ": " + value.dump() + " is not " + shape.dump();
}

bool path_fits(const std::string& path, const std::string& pattern, const json& words) {
  const auto segments = split(path, '/'), wanted = split(pattern, '/');
  if (segments.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string& shape = wanted[i];
    const bool braces = shape.size() > 2 && shape.front() == '{' && shape.back() == '}';
    if (braces ? !is(segments[i], shape.substr(1, shape.size() - 2), words) : segments[i] != shape) return false;
  }
  return true;
}

}  // namespace suites
