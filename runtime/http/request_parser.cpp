#include "http/request_parser.h"

namespace thresher::http {

std::string_view RequestParser::method() const { return head().substr(0, head().find(' ')); }

std::string_view RequestParser::target() const {
  const std::string_view line = head().substr(0, head().find_first_of("\r\n"));
  const std::size_t start = line.find(' ');
  if (start == std::string_view::npos) return {};
  const std::size_t end = line.rfind(' ');
  return end == start ? line.substr(start + 1) : line.substr(start + 1, end - start - 1);
}

MessageParser::HeadVerdict RequestParser::judge_head(const llhttp_t& head) {
  if (head.http_major != 1) {
    fail(Outcome::protocol, "the request is not HTTP/1");
    return HeadVerdict::refused;
  }
  expects_body_ = (head.flags & F_CHUNKED) != 0 || head.content_length > 0;
  return HeadVerdict::body_follows;
}

}  // namespace thresher::http
