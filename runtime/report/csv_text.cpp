#include "report/csv_text.h"

#include <fmt/format.h>

#include <utility>

namespace thresher::report {

bool CsvRow::must_quote(std::string_view text) const {
  if (text.find_first_of(",\"\r\n") != std::string_view::npos) return true;
  if (dialect_ == Dialect::python || text.empty()) return false;
  return text == "\\." || text.front() == ' ' || text.front() == '\t';
}

CsvRow& CsvRow::field(std::string_view text) {
  if (std::exchange(has_fields_, true)) text_ += ',';
  if (!must_quote(text)) {
    text_ += text;
    return *this;
  }
  text_ += '"';
  for (const char c : text) {
    if (c == '"') text_ += '"';
    text_ += c;
  }
  text_ += '"';
  return *this;
}

std::string CsvRow::end() {
  text_ += dialect_ == Dialect::python ? "\r\n" : "\n";
  has_fields_ = false;
  return std::exchange(text_, {});
}

std::string python_float(double value) {
  std::string text = fmt::format("{}", value);  // shortest, with an exponent from 1e16 on, as in Python
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

}  // namespace thresher::report
