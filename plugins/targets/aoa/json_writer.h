#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aoa {

/// Writes JSON to the end of a string, commas by itself. Members of one object are written in the order of the calls;
/// the caller sees to it that begin and end match.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object(std::string_view key = {}) { return open(key, '{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array(std::string_view key = {}) { return open(key, '['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& member(std::string_view key, std::string_view value);
  JsonWriter& member(std::string_view key, const char* value) { return member(key, std::string_view(value)); }
  JsonWriter& member(std::string_view key, std::uint64_t value);
  JsonWriter& member(std::string_view key, double value);  ///< the shortest text that reads back the same; finite
  JsonWriter& member(std::string_view key, bool value);
  JsonWriter& null(std::string_view key);
  /// `json` as it is.
  JsonWriter& raw(std::string_view key, std::string_view json);

 private:
  void name(std::string_view key);
  void quote(std::string_view text);
  JsonWriter& open(std::string_view key, char bracket);
  JsonWriter& close(char bracket);

  std::string& out_;
  bool first_ = true;
};

}  // namespace aoa
