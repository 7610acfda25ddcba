#include "http/message_parser.h"

#include <algorithm>
#include <limits>

namespace thresher::http {
namespace {

/// A Content-Length is the peer's word: so much is reserved on it, the rest only as it arrives.
constexpr std::uint64_t kReserveMax = std::uint64_t{1} << 20;

std::string_view without_empty_lines(std::string_view head) {
  while (!head.empty() && (head.front() == '\r' || head.front() == '\n')) head.remove_prefix(1);
  if (head.ends_with("\r\n")) {
    head.remove_suffix(2);
  } else if (head.ends_with('\n')) {
    head.remove_suffix(1);
  }
  return head;
}

}  // namespace

MessageParser::MessageParser(llhttp_type_t type, const MessageLimits& limits) : limits_(limits) {
  llhttp_init(&llhttp_, type, &settings());
  llhttp_.data = this;
}

const llhttp_settings_t& MessageParser::settings() {
  static const llhttp_settings_t shared = [] {
    llhttp_settings_t made;
    llhttp_settings_init(&made);
    made.on_headers_complete = [](llhttp_t* parser) { return self(parser).on_headers_complete(); };
    made.on_body = [](llhttp_t* parser, const char* at, std::size_t size) { return self(parser).on_body(at, size); };
    made.on_chunk_header = [](llhttp_t* parser) { return self(parser).on_chunk_header(); };
    made.on_message_complete = [](llhttp_t* parser) { return self(parser).on_message_complete(); };
    return made;
  }();
  return shared;
}

void MessageParser::begin(const MessageLimits& limits, bool piecewise) {
  llhttp_reset(&llhttp_);
  limits_ = limits;
  piecewise_ = piecewise;
  head_view_ = {};
  body_view_ = {};
  head_buffer_.clear();
  body_buffer_.clear();
  interim_bytes_ = 0;
  consumed_ = 0;
  detail_ = "";
  outcome_ = Outcome::ok;
  started_ = head_done_ = complete_ = keep_alive_ = has_length_ = llhttp_refused_ = body_gathered_ = false;
}

void MessageParser::drop_body() {
  body_view_ = {};
  body_buffer_.clear();
  body_gathered_ = false;
}

void MessageParser::trim_buffers(std::size_t keep) {
  for (std::string* buffer : {&head_buffer_, &body_buffer_}) {
    if (buffer->capacity() > keep) std::string().swap(*buffer);
  }
}

MessageParser::Progress MessageParser::feed(std::string_view bytes) {
  const char* from = bytes.data();
  const char* const end = from + bytes.size();
  const char* head_start = from;
  started_ = started_ || !bytes.empty();
  while (true) {
    const llhttp_errno_t problem = llhttp_execute(&llhttp_, from, static_cast<std::size_t>(end - from));
    if (problem == HPE_OK) {
      keep_what_was_read(head_start, end);
      consumed_ = bytes.size();
      return outcome_ == Outcome::ok ? Progress::more : Progress::failed;
    }
    from = llhttp_get_error_pos(&llhttp_);
    if (problem != HPE_PAUSED) {
      if (outcome_ != Outcome::ok) return Progress::failed;  // one of our callbacks said why
      llhttp_refused_ = true;
      return fail(Outcome::protocol, llhttp_get_error_reason(&llhttp_));
    }
    llhttp_resume(&llhttp_);
    if (complete_ && verdict_ == HeadVerdict::interim) {
      complete_ = false;
      head_start = from;  // a further head follows the 1xx
    } else if (complete_) {
      consumed_ = static_cast<std::size_t>(from - bytes.data());
      return Progress::complete;
    } else {
      end_head(head_start, from);
      if (outcome_ != Outcome::ok) return Progress::failed;
    }
  }
}

/// The head ended just before `to`; its first bytes may have come in earlier reads.
void MessageParser::end_head(const char* from, const char* to) {
  std::string_view head(from, static_cast<std::size_t>(to - from));
  if (!head_buffer_.empty()) {
    head_buffer_.append(head);
    head = head_buffer_;
  }
  if (head.size() + interim_bytes_ > limits_.max_head) {
    fail(Outcome::header_too_large, "the head is larger than allowed");
    return;
  }
  if (verdict_ == HeadVerdict::interim) {
    interim_bytes_ += head.size();
    head_buffer_.clear();
    return;
  }
  head_view_ = without_empty_lines(head);
  head_done_ = true;
}

/// The read is over and the message is not: what its views show has to be copied.
void MessageParser::keep_what_was_read(const char* from, const char* to) {
  if (!head_done_) {
    head_buffer_.append(from, to);
    if (head_buffer_.size() + interim_bytes_ > limits_.max_head) {
      fail(Outcome::header_too_large, "the head is larger than allowed");
    }
    return;
  }
  if (head_buffer_.empty()) {
    head_buffer_.assign(head_view_);
    head_view_ = head_buffer_;
  }
  if (!body_view_.empty() && !body_gathered_ && !piecewise_) {
    if (has_length_) {  // llhttp counts content_length down
      const std::uint64_t whole = llhttp_.content_length + body_view_.size();
      body_buffer_.reserve(static_cast<std::size_t>(std::min(whole, kReserveMax)));
    }
    body_buffer_.assign(body_view_);
    body_view_ = body_buffer_;
    body_gathered_ = true;
  }
}

MessageParser::Progress MessageParser::finish() {
  if (outcome_ != Outcome::ok) return Progress::failed;
  const llhttp_errno_t problem = llhttp_finish(&llhttp_);
  if (complete_) {
    consumed_ = 0;
    keep_alive_ = false;
    return Progress::complete;
  }
  if (problem != HPE_OK || started_) {
    return fail(Outcome::closed,
                head_done_ ? "the peer closed in the middle of the body" : "the peer closed in the middle of the head");
  }
  return fail(Outcome::closed, "the peer closed before sending anything");
}

MessageParser::Progress MessageParser::fail(Outcome outcome, const char* detail) {
  refuse(outcome, detail);
  return Progress::failed;
}

int MessageParser::refuse(Outcome outcome, const char* detail) {
  outcome_ = outcome;
  detail_ = detail != nullptr ? detail : "";
  keep_alive_ = false;
  return -1;
}

int MessageParser::on_headers_complete() {
  verdict_ = judge_head(llhttp_);
  if (verdict_ == HeadVerdict::refused) return -1;
  llhttp_.upgrade = 0;  // we never switch protocols: what follows is HTTP
  if (verdict_ == HeadVerdict::body_follows) {
    has_length_ = (llhttp_.flags & F_CONTENT_LENGTH) != 0;
    if (has_length_ && llhttp_.content_length > limits_.max_body) {
      return refuse(Outcome::body_too_large, "Content-Length is larger than allowed");
    }
  } else {
    llhttp_.flags |= F_SKIPBODY;  // what returning 1 from here does; but pausing is wanted too
  }
  return HPE_PAUSED;  // only a pause tells where the head ends
}

int MessageParser::on_chunk_header() {
  // llhttp keeps the size of the coming chunk here. Refused before it is read, so that nothing of it is kept.
  if (llhttp_.content_length > limits_.max_body - std::min(limits_.max_body, body_view_.size())) {
    return refuse(Outcome::body_too_large, "the chunks are larger than allowed");
  }
  return 0;
}

int MessageParser::on_body(const char* at, std::size_t size) {
  if (size > limits_.max_body - std::min(limits_.max_body, body_view_.size())) {
    refuse(Outcome::body_too_large, "the body is larger than allowed");
    return HPE_USER;
  }
  if (body_view_.empty()) {
    body_view_ = {at, size};
  } else if (!body_gathered_ && body_view_.data() + body_view_.size() == at) {
    body_view_ = {body_view_.data(), body_view_.size() + size};
  } else {
    if (!body_gathered_) body_buffer_.assign(body_view_);
    body_gathered_ = true;
    body_buffer_.append(at, size);
    body_view_ = body_buffer_;
  }
  return 0;
}

int MessageParser::on_message_complete() {
  complete_ = true;
  keep_alive_ = llhttp_should_keep_alive(&llhttp_) != 0;
  return HPE_PAUSED;
}

}  // namespace thresher::http
