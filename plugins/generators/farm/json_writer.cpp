#include "json_writer.h"

#include <charconv>
#include <cmath>

namespace farm {

void JsonWriter::integer(std::int64_t value) {
  comma();
  char digits[24];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  fresh_ = false;
}

void JsonWriter::real(double value) {
  comma();
  append_python_float(value, out_);
  fresh_ = false;
}

void JsonWriter::escaped(std::string_view value) {
  comma();
  out_.push_back('"');
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_.push_back('\\');
      out_.push_back(c);
    } else if (c == '\n') {
      out_.append("\\n");
    } else if (byte < 0x20) {
      out_.append("\\u00");
      out_.push_back("0123456789abcdef"[byte >> 4]);
      out_.push_back("0123456789abcdef"[byte & 15]);
    } else {
      out_.push_back(c);
    }
  }
  out_.push_back('"');
  fresh_ = false;
}

void append_python_float(double value, std::string& out) {
  // repr() is the shortest text that reads back, like to_chars, but turns to exponents elsewhere: below 1e-4, from
  // 1e16.
  const double size = std::fabs(value);
  const bool fixed = size == 0 || (size >= 1e-4 && size < 1e16);
  char text[40];
  const auto format = fixed ? std::chars_format::fixed : std::chars_format::scientific;
  const char* const end = std::to_chars(text, text + sizeof text, value, format).ptr;
  const std::string_view written(text, static_cast<std::size_t>(end - text));
  out.append(written);
  if (fixed && written.find('.') == std::string_view::npos) out.append(".0");
}

}  // namespace farm
