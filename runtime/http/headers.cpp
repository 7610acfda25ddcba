#include "http/headers.h"

#include <algorithm>

namespace thresher::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes the next line off `rest`, its end not included.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return line;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return x == y || lower(x) == lower(y); });
}

HeaderReader::HeaderReader(std::string_view head) : rest_(head) { take_line(rest_); }

bool HeaderReader::next(std::string_view& name, std::string_view& value) {
  while (!rest_.empty()) {
    const std::string_view line = take_line(rest_);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;  // the empty line, or one the codec let through
    name = line.substr(0, colon);
    value = without_blanks(line.substr(colon + 1));
    return true;
  }
  return false;
}

HeaderValue find_header(std::string_view head, std::string_view name) {
  HeaderReader reader(head);
  std::string_view found_name;
  std::string_view value;
  while (reader.next(found_name, value)) {
    if (equals_ignoring_case(found_name, name)) return {value, true};
  }
  return {};
}

}  // namespace thresher::http
