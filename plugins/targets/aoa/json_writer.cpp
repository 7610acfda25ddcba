#include "json_writer.h"

#include <charconv>

namespace aoa {

void JsonWriter::quote(std::string_view text) {
  out_ += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      out_.append("\\u00").append(1, c < 16 ? '0' : '1').append(1, kDigits[static_cast<std::size_t>(c & 15)]);
    } else {
      out_ += c;
    }
  }
  out_ += '"';
}

void JsonWriter::name(std::string_view key) {
  if (!first_) out_ += ',';
  first_ = false;
  if (key.empty()) return;
  quote(key);
  out_ += ':';
}

JsonWriter& JsonWriter::open(std::string_view key, char bracket) {
  name(key);
  out_ += bracket;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::member(std::string_view key, std::string_view value) {
  name(key);
  quote(value);
  return *this;
}

JsonWriter& JsonWriter::member(std::string_view key, std::uint64_t value) {
  name(key);
  out_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::member(std::string_view key, double value) {
  name(key);
  char digits[32];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  return *this;
}

JsonWriter& JsonWriter::member(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }

JsonWriter& JsonWriter::null(std::string_view key) { return raw(key, "null"); }

JsonWriter& JsonWriter::raw(std::string_view key, std::string_view json) {
  name(key);
  out_ += json;
  return *this;
}

}  // namespace aoa
