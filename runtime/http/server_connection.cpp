#include "http/server_connection.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "base/text.h"
#include "http/headers.h"
#include "http/tls_context.h"
#include "http/tls_stream.h"

namespace thresher::http {
namespace {

/// Head and body up to this go out in one write.
constexpr std::size_t kOneWrite = std::size_t{64} << 10;
/// Requests sent ahead are kept up to this; then the connection is not read until they are answered.
constexpr std::size_t kReadAhead = std::size_t{64} << 10;
/// How long a closing connection is read, so that the client sees the last answer and not a reset.
constexpr Nanoseconds kLinger = std::chrono::seconds(1);

void append_number(std::string& out, std::size_t number, int base = 10) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number, base).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

int status_for(Outcome outcome) {
  if (outcome == Outcome::header_too_large) return 431;
  return outcome == Outcome::body_too_large ? 413 : 400;
}

}  // namespace

ConnectionResponder::~ConnectionResponder() {
  if (connection_ != nullptr) connection_->drop();
}
void ConnectionResponder::respond(int status, std::string_view headers, std::string_view body) {
  if (connection_ != nullptr) connection_->respond(status, headers, body);
}
void ConnectionResponder::respond_raw(std::string_view bytes, bool close_after) {
  if (connection_ != nullptr) connection_->respond_raw(bytes, close_after);
}
void ConnectionResponder::reset() {
  if (connection_ != nullptr) connection_->reset();
}
void ConnectionResponder::begin_stream(int status, std::string_view headers) {
  if (connection_ != nullptr) connection_->begin_stream(status, headers);
}
bool ConnectionResponder::write_chunk(std::string_view bytes) {
  return connection_ == nullptr || connection_->write_chunk(bytes);
}
void ConnectionResponder::finish_stream() {
  if (connection_ != nullptr) connection_->finish_stream();
}
void ConnectionResponder::tell_writable() {
  if (!on_writable_) return;
  const auto callback = on_writable_;  // called more than once, and it may destroy this
  callback();
}
void ConnectionResponder::tell_gone() {
  if (const auto callback = take_on_gone()) callback();
}

ServerConnection::ServerConnection(ServerCore& core, std::unique_ptr<event::ByteStream> stream,
                                   const event::Address& local, std::uint64_t number, TlsContext* tls)
    : core_(core), stream_(std::move(stream)), local_(local), number_(number) {
  if (tls != nullptr) {
    stream_ = tls->wrap(std::move(stream_), "", *this);
  } else {
    stream_->set_events(*this);
  }
  core_.sweep.arm(deadline_, core_.loop.now(), core_.limits.idle_timeout);
}

ServerConnection::~ServerConnection() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  if (responder_ != nullptr) responder_->detach();
}

void ServerConnection::on_bytes(std::string_view bytes, TimePoint) {
  switch (state_) {
    case State::idle:
    case State::reading:
      consume(bytes);
      break;
    case State::answering:
    case State::draining:
      unread_ += bytes;
      if (unread_.size() > kReadAhead && !paused_) {
        paused_ = true;
        stream_->pause_reading();
      }
      break;
    case State::closing:
      break;
  }
}

/// Serves the requests in `bytes`, up to one whose answer is not complete when its handler returns.
void ServerConnection::consume(std::string_view bytes) {
  bool destroyed = false;
  destroyed_ = &destroyed;
  consuming_ = true;
  while (!bytes.empty()) {
    if (state_ == State::idle) {
      parser_.begin({.max_head = core_.limits.max_head, .max_body = core_.limits.max_body});
      continue_sent_ = false;
    }
    const MessageParser::Progress progress = parser_.feed(bytes);
    if (progress == MessageParser::Progress::more) {
      wait_for_rest();
      break;
    }
    if (progress == MessageParser::Progress::failed) {
      const int status = status_for(parser_.outcome());
      refuse(status, refusal_text(status));
      if (destroyed) return;
      break;
    }
    bytes.remove_prefix(parser_.consumed());
    serve();
    if (destroyed) return;
    if (state_ == State::idle) continue;
    if (state_ != State::closing) unread_.assign(bytes);
    break;
  }
  consuming_ = false;
  destroyed_ = nullptr;
  if (peer_finished_ && state_ == State::idle) close_after_answer();
  if (peer_finished_ && state_ == State::reading) drop();  // the rest of this request will never come
}

void ServerConnection::wait_for_rest() {
  if (state_ == State::idle) {
    state_ = State::reading;
    core_.sweep.arm(deadline_, core_.loop.now(), core_.limits.request_timeout);
  }
  if (continue_sent_ || !parser_.head_done()) return;
  continue_sent_ = true;  // asked once per request
  if (parser_.expects_body() && parser_.body().empty() && parser_.minor_version() >= 1 &&
      equals_ignoring_case(find_header(parser_.head(), "Expect").value, "100-continue")) {
    stream_->write("HTTP/1.1 100 Continue\r\n\r\n");
  }
}

void ServerConnection::serve() {
  deadline_.disarm();
  state_ = State::answering;
  keep_alive_ = parser_.keep_alive() && !core_.draining;
  is_head_ = parser_.is_head();
  auto responder = std::make_unique<ConnectionResponder>(*this);
  responder_ = responder.get();
  const ServerRequest request{.method = parser_.method(),
                              .target = parser_.target(),
                              .head = parser_.head(),
                              .body = parser_.body(),
                              .local = local_,
                              .connection = number_};
  core_.handler(request, std::move(responder));
}

/// Says why in JSON, as services do: what asks is a program.
void ServerConnection::refuse(int status, std::string_view why) {
  keep_alive_ = false;
  is_head_ = false;
  state_ = State::answering;
  respond(status, "Content-Type: application/json\r\n", fmt::format("{{\"detail\":\"{}\"}}", why));
}

/// Texts of our own: nothing that the client sent, so nothing that JSON would want escaped.
std::string ServerConnection::refusal_text(int status) const {
  const ServerLimits& limits = core_.limits;
  if (status == 431) return fmt::format("the request's head is larger than {} bytes", limits.max_head);
  if (status == 413) return fmt::format("the request's body is larger than {} bytes", limits.max_body);
  return fmt::format("this is not HTTP/1.1: {}", parser_.detail());
}

bool ServerConnection::has_no_body(int status) const { return status == 204 || status == 304 || status < 200; }

/// Status line and headers in the scratch buffer, framing and the empty line still to come.
std::string& ServerConnection::compose_head(int status, std::string_view headers) {
  std::string& out = core_.scratch;
  out.assign("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(status));
  out.append(" ").append(reason_phrase(status)).append("\r\n").append(headers);
  if (!headers.empty() && !headers.ends_with("\r\n")) out += "\r\n";
  if (!keep_alive_ || core_.draining) {
    keep_alive_ = false;
    out += "Connection: close\r\n";
  } else if (parser_.minor_version() == 0) {
    out += "Connection: keep-alive\r\n";
  }
  return out;
}

void ServerConnection::respond(int status, std::string_view headers, std::string_view body) {
  std::string& out = compose_head(status, headers);
  if (!has_no_body(status)) {
    out += "Content-Length: ";
    append_number(out, body.size());
    out += "\r\n";
  }
  out += "\r\n";
  const bool show_body = !is_head_ && !has_no_body(status);
  if (show_body && out.size() + body.size() <= kOneWrite) {
    out += body;
    stream_->write(out);
  } else {
    stream_->write(out);
    if (show_body) stream_->write(body);
  }
  finish_answer();
}

void ServerConnection::respond_raw(std::string_view bytes, bool close_after) {
  stream_->write(bytes);
  keep_alive_ = keep_alive_ && !close_after;
  finish_answer();
}

void ServerConnection::begin_stream(int status, std::string_view headers) {
  chunked_ = parser_.minor_version() >= 1;
  bodiless_ = is_head_ || has_no_body(status);
  if (!chunked_) keep_alive_ = false;
  std::string& out = compose_head(status, headers);
  if (chunked_ && !has_no_body(status)) out += "Transfer-Encoding: chunked\r\n";
  out += "\r\n";
  stream_->write(out);
}

bool ServerConnection::write_chunk(std::string_view bytes) {
  if (bodiless_ || bytes.empty()) return true;  // an empty chunk would end the answer
  if (!chunked_) return stream_->write(bytes);
  std::string& out = core_.scratch;
  out.clear();
  append_number(out, bytes.size(), 16);
  out.append("\r\n").append(bytes).append("\r\n");
  return stream_->write(out);
}

void ServerConnection::finish_stream() {
  if (chunked_ && !bodiless_) stream_->write("0\r\n\r\n");
  finish_answer();
}

void ServerConnection::reset() {
  stream_->reset();
  drop();
}

void ServerConnection::drop() { core_.remove(*this); }

/// The answer is written. A responder that lives on has nothing more to say.
void ServerConnection::finish_answer() {
  if (responder_ != nullptr) std::exchange(responder_, nullptr)->detach();
  if (!keep_alive_) {
    close_after_answer();
  } else if (stream_->queued_bytes() > 0) {
    state_ = State::draining;
    core_.sweep.arm(deadline_, core_.loop.now(), core_.limits.idle_timeout);
  } else {
    become_ready();
  }
}

void ServerConnection::become_ready() {
  state_ = State::idle;
  core_.sweep.arm(deadline_, core_.loop.now(), core_.limits.idle_timeout);
  if (consuming_) return;  // consume() goes on with what it has
  if (peer_finished_ && unread_.empty()) {
    close_after_answer();
    return;
  }
  if (std::exchange(paused_, false)) stream_->resume_reading();
  if (unread_.empty()) return;
  const std::string requests = std::exchange(unread_, {});
  consume(requests);
}

void ServerConnection::close_after_answer() {
  stream_->finish();
  if (peer_finished_ && stream_->queued_bytes() == 0) {
    drop();
    return;
  }
  state_ = State::closing;
  unread_.clear();
  if (std::exchange(paused_, false)) stream_->resume_reading();
  const bool reads_slowly = stream_->queued_bytes() > 0;
  core_.sweep.arm(deadline_, core_.loop.now(), reads_slowly ? core_.limits.idle_timeout : kLinger);
}

void ServerConnection::on_drained(TimePoint now) {
  switch (state_) {
    case State::answering:
      if (responder_ != nullptr) responder_->tell_writable();
      break;
    case State::draining:
      become_ready();
      break;
    case State::closing:
      if (peer_finished_) {
        drop();
      } else {
        core_.sweep.arm(deadline_, now, kLinger);
      }
      break;
    case State::idle:
    case State::reading:
      break;  // an interim answer
  }
}

void ServerConnection::on_end(Outcome why, TimePoint) {
  if (why == Outcome::closed && (state_ == State::answering || state_ == State::draining)) {
    peer_finished_ = true;
    if (responder_ != nullptr) responder_->tell_gone();
    return;
  }
  if (why == Outcome::closed && state_ == State::closing && stream_->queued_bytes() > 0) {
    peer_finished_ = true;  // the last answer is still on its way
    return;
  }
  std::function<void()> gone;
  if (responder_ != nullptr) gone = responder_->take_on_gone();
  drop();
  if (gone) gone();
}

void ServerConnection::on_deadline(Deadline&, TimePoint) {
  if (state_ == State::reading) {
    refuse(408, fmt::format("the request was not complete after {}", format_duration(core_.limits.request_timeout)));
    return;
  }
  if (state_ == State::idle) stream_->finish();
  drop();
}

}  // namespace thresher::http
