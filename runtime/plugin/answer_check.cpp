#include "plugin/answer_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "plugin/text.h"

namespace thresher::plugin {
namespace {

/// RFC 9110, section 5.6.2: a header's name is a token.
bool is_token(std::string_view name) {
  const auto is_token_character = [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_character);
}

bool same_name(std::string_view name, std::string_view lower) {
  return std::equal(name.begin(), name.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

std::string header_breach(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    const std::size_t colon = line.find(':');
    if (end == std::string_view::npos || colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
        line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
      return fmt::format("its header line \"{}\" is not \"Name: value\\r\\n\"", line);
    for (const std::string_view ours : {"content-length", "transfer-encoding"})
      if (same_name(line.substr(0, colon), ours))
        return fmt::format("it sets the header {}, which is the host's to set", line.substr(0, colon));
    lines.remove_prefix(end + 2);
  }
  return {};
}

}  // namespace

std::string answer_breach(const thresher_answer* answer) {
  if (!answer) return "it answered with NULL";
  if (answer->struct_size < sizeof(thresher_answer))
    return fmt::format("it answered with a thresher_answer of {} bytes; ABI 1.0 has {}", answer->struct_size,
                       sizeof(thresher_answer));
  if (answer->kind < THRESHER_ANSWER_WHOLE || answer->kind > THRESHER_ANSWER_GARBAGE)
    return fmt::format("it answered with the unknown kind {}", answer->kind);
  if (answer->after_ns < 0) return fmt::format("it answered {} ns before the request came", -answer->after_ns);
  if (answer->kind != THRESHER_ANSWER_WHOLE && answer->kind != THRESHER_ANSWER_TRUNCATE) return {};
  if (answer->status < 200 || answer->status > 599) return fmt::format("it answered with status {}", answer->status);
  return header_breach(view_of(answer->headers));
}

}  // namespace thresher::plugin
