#pragma once

#include <llhttp.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/outcome.h"

namespace thresher::http {

struct MessageLimits {
  std::size_t max_head = 256 << 10;              ///< bytes, interim answers included
  std::size_t max_body = std::size_t{64} << 20;  ///< bytes, transfer coding removed
};

/// One HTTP/1 message out of a stream of bytes: llhttp in strict mode, in place. What requests and answers have in
/// common; see ResponseParser and RequestParser.
///
/// A message that arrives in one read and is not split by chunks is never copied: head() and body() are views into that
/// read. Otherwise its parts are gathered in two buffers, which are reused from message to message.
class MessageParser {
 public:
  enum class Progress : std::uint8_t { more, complete, failed };

  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  /// Feeds bytes of the connection, up to the end of the message; `more` means that all were taken. When `complete`,
  /// consumed() says how many belong to it. Not to be called again after `complete` or `failed`.
  Progress feed(std::string_view bytes);
  /// The peer will send nothing more.
  Progress finish();

  bool started() const { return started_; }      ///< a byte of the message has been seen
  bool head_done() const { return head_done_; }  ///< head() is whole
  /// First line and header lines as received, without the empty line. Valid until the bytes last fed are gone (copied
  /// when feed() returned `more`) or begin() is called.
  std::string_view head() const { return head_view_; }
  std::string_view body() const { return body_view_; }
  std::size_t consumed() const { return consumed_; }  ///< of the bytes last fed
  bool keep_alive() const { return keep_alive_; }     ///< the connection may carry another message
  bool has_length() const { return has_length_; }     ///< the body was framed by Content-Length
  std::uint8_t minor_version() const { return llhttp_.http_minor; }

  /// With `failed`: protocol, header_too_large, body_too_large or closed, and what a person should read.
  Outcome outcome() const { return outcome_; }
  std::string detail() const { return (llhttp_refused_ ? "llhttp: " : "") + std::string(detail_); }

  /// For who takes the body piece by piece, between two calls of feed(): forgets what body() shows.
  void drop_body();

  /// Gives back buffers that one large message has grown, so that a pool of parsers stays small.
  void trim_buffers(std::size_t keep);

 protected:
  MessageParser(llhttp_type_t type, const MessageLimits& limits);
  ~MessageParser() = default;
  /// `piecewise`: body() will be taken and dropped after every feed(), so what it shows need not outlive the bytes fed.
  void begin(const MessageLimits& limits, bool piecewise = false);

  /// What the head means for what follows it.
  enum class HeadVerdict : std::uint8_t { body_follows, no_body, interim, refused };
  virtual HeadVerdict judge_head(const llhttp_t& head) = 0;

  Progress fail(Outcome outcome, const char* detail);

 private:
  static const llhttp_settings_t& settings();
  static MessageParser& self(llhttp_t* parser) { return *static_cast<MessageParser*>(parser->data); }
  int on_headers_complete();
  int on_body(const char* at, std::size_t size);
  int on_chunk_header();
  int on_message_complete();

  void end_head(const char* from, const char* to);
  void keep_what_was_read(const char* from, const char* to);
  int refuse(Outcome outcome, const char* detail);

  llhttp_t llhttp_{};
  MessageLimits limits_;
  std::string_view head_view_;
  std::string_view body_view_;
  std::string head_buffer_;
  std::string body_buffer_;
  std::size_t interim_bytes_ = 0;  ///< of 1xx heads skipped so far: they count towards max_head
  std::size_t consumed_ = 0;
  const char* detail_ = "";  ///< static text
  Outcome outcome_ = Outcome::ok;
  HeadVerdict verdict_ = HeadVerdict::body_follows;
  bool started_ = false;
  bool head_done_ = false;
  bool complete_ = false;
  bool keep_alive_ = false;
  bool has_length_ = false;
  bool piecewise_ = false;
  bool llhttp_refused_ = false;  ///< detail_ is llhttp's reason
  bool body_gathered_ = false;   ///< body_view_ is of body_buffer_, not of what is being read
};

}  // namespace thresher::http
