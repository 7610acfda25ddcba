#pragma once

#include "http/message_parser.h"

namespace thresher::http {

/// One request of a connection that may carry several: feed() stops at its end, and what is left belongs to the next.
class RequestParser final : public MessageParser {
 public:
  RequestParser() : MessageParser(HTTP_REQUEST, {}) {}

  void begin(const MessageLimits& limits) { MessageParser::begin(limits); }

  std::string_view method() const;  ///< as sent; valid as head() is
  std::string_view target() const;
  bool is_head() const { return method() == "HEAD"; }
  bool expects_body() const { return expects_body_; }  ///< its head announces a body

 private:
  HeadVerdict judge_head(const llhttp_t& head) override;

  bool expects_body_ = false;
};

}  // namespace thresher::http
