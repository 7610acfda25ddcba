#pragma once

#include "http/message_parser.h"

namespace thresher::http {

/// One answer, 1xx answers before it skipped. Knows which answers have no body (to HEAD, 204, 304), and takes a body
/// without length until the connection's end. Bytes that follow the answer in the same read are an error: nobody asked
/// for them, so they are the rest of a body longer than announced.
class ResponseParser final : public MessageParser {
 public:
  ResponseParser() : MessageParser(HTTP_RESPONSE, {}) {}

  /// Starts over. `is_head`: the request's method was HEAD. `piecewise`: see MessageParser::drop_body().
  void begin(bool is_head, const MessageLimits& limits, bool piecewise = false);
  /// As MessageParser::feed, but everything fed must belong to the answer.
  Progress feed(std::string_view bytes);

  std::uint16_t status() const { return status_; }
  bool continue_seen() const { return continue_seen_; }  ///< "100 Continue" has come

 private:
  HeadVerdict judge_head(const llhttp_t& head) override;

  std::uint16_t status_ = 0;
  bool is_head_ = false;
  bool continue_seen_ = false;
};

}  // namespace thresher::http
