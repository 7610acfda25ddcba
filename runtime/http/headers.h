#pragma once

#include <string>
#include <string_view>

namespace thresher::http {

/// The value of the first header called `name` (case ignored) in a head as received; empty and false when absent.
struct HeaderValue {
  std::string_view value;
  bool present = false;
};
HeaderValue find_header(std::string_view head, std::string_view name);

/// Walks the header lines of a head, its first line left out: `while (next(name, value)) ...`. Leading and trailing
/// blanks are off the values.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view head);
  bool next(std::string_view& name, std::string_view& value);

 private:
  std::string_view rest_;
};

bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace thresher::http
