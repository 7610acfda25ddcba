#include "http/response_parser.h"

namespace thresher::http {

void ResponseParser::begin(bool is_head, const MessageLimits& limits, bool piecewise) {
  MessageParser::begin(limits, piecewise);
  status_ = 0;
  is_head_ = is_head;
  continue_seen_ = false;
}

MessageParser::Progress ResponseParser::feed(std::string_view bytes) {
  const Progress progress = MessageParser::feed(bytes);
  if (progress != Progress::complete || consumed() == bytes.size()) return progress;
  return fail(Outcome::protocol,
              has_length() ? "the answer is longer than its Content-Length" : "bytes follow the end of the answer");
}

MessageParser::HeadVerdict ResponseParser::judge_head(const llhttp_t& head) {
  status_ = head.status_code;
  if (head.http_major != 1) {
    fail(Outcome::protocol, "the answer is not HTTP/1");
    return HeadVerdict::refused;
  }
  if (status_ == 101) {
    fail(Outcome::protocol, "101 Switching Protocols, which nobody asked for");
    return HeadVerdict::refused;
  }
  if (status_ < 200) {
    continue_seen_ = continue_seen_ || status_ == 100;
    return HeadVerdict::interim;
  }
  return is_head_ || status_ == 204 || status_ == 304 ? HeadVerdict::no_body : HeadVerdict::body_follows;
}

}  // namespace thresher::http
