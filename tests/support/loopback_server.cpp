#include "support/loopback_server.h"

#include <algorithm>
#include <stdexcept>

#include "event/timer.h"
#include "http/headers.h"
#include "http/tls_stream.h"

namespace thresher::test {

Reply& Reply::send(std::string bytes) {
  steps_.push_back({Step::Kind::send, std::move(bytes), {}, 0});
  return *this;
}
Reply& Reply::wait(Nanoseconds duration) {
  steps_.push_back({Step::Kind::wait, {}, duration, 0});
  return *this;
}
Reply& Reply::await(std::size_t body_bytes) {
  steps_.push_back({Step::Kind::await, {}, {}, body_bytes});
  return *this;
}
Reply& Reply::finish() {
  steps_.push_back({Step::Kind::finish, {}, {}, 0});
  return *this;
}
Reply& Reply::cut() {
  steps_.push_back({Step::Kind::cut, {}, {}, 0});
  return *this;
}
Reply& Reply::reset() {
  steps_.push_back({Step::Kind::reset, {}, {}, 0});
  return *this;
}

Reply Reply::whole(int status, std::string_view body, std::string_view headers) {
  return Reply().send("HTTP/1.1 " + std::to_string(status) + " X\r\n" + std::string(headers) +
                      "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}
Reply Reply::chunked(std::initializer_list<std::string_view> chunks) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string_view chunk : chunks) {
    std::string size;
    for (std::size_t left = chunk.size(); left > 0; left /= 16) size.insert(size.begin(), kDigits[left % 16]);
    bytes += size + "\r\n" + std::string(chunk) + "\r\n";
  }
  return Reply().send(bytes + "0\r\n\r\n");
}
Reply Reply::close_delimited(std::string_view body) {
  return Reply().send("HTTP/1.1 200 OK\r\n\r\n" + std::string(body)).finish();
}
Reply Reply::stall() { return {}; }
Reply Reply::stall_mid_body() { return Reply().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234"); }
Reply Reply::close_without_answer() { return Reply().finish(); }
Reply Reply::truncate_head() { return Reply().send("HTTP/1.1 200 OK\r\nContent-").finish(); }
Reply Reply::truncate_body() { return stall_mid_body().finish(); }
Reply Reply::reset_mid_head() {
  return Reply().send("HTTP/1.1 200 OK\r\nContent-").wait(std::chrono::milliseconds(1)).reset();
}
Reply Reply::reset_mid_body() { return stall_mid_body().wait(std::chrono::milliseconds(1)).reset(); }
Reply Reply::garbage() { return Reply().send("220 mail.example ESMTP ready\r\n"); }
Reply Reply::huge_head(std::size_t bytes) {
  return Reply().send("HTTP/1.1 200 OK\r\nX-Huge: " + std::string(bytes, 'x') + "\r\nContent-Length: 0\r\n\r\n");
}
Reply Reply::endless_head() {
  Reply reply;
  reply.send("HTTP/1.1 200 OK\r\n");
  for (int i = 0; i < 1000; ++i) reply.send("X-Line: " + std::string(1000, 'x') + "\r\n");
  return reply;
}
Reply Reply::chunk_size_overflow() {
  return Reply().send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n");
}
Reply Reply::bad_chunk_size() {
  return Reply().send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n");
}
Reply Reply::body_too_long() { return Reply().send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhello"); }
Reply Reply::endless_body(std::size_t bytes) {
  Reply reply;
  reply.send("HTTP/1.1 200 OK\r\n\r\n");
  for (std::size_t sent = 0; sent < bytes; sent += 16384) reply.send(std::string(16384, 'x'));
  return reply;
}

class LoopbackServer::Connection final : public event::StreamEvents {
 public:
  Connection(LoopbackServer& server, std::unique_ptr<event::ByteStream> stream)
      : server_(server), stream_(std::move(stream)), timer_(server.loop_.timers(), [this](TimePoint) { carry_on(); }) {
    if (server_.tls_ != nullptr) {
      event::ByteStream* plain = stream_.get();
      stream_ = server_.tls_->wrap(std::move(stream_), "", *this);
      below_ = plain;
    } else {
      stream_->set_events(*this);
    }
    if (server_.on_accept_) {
      answering_ = true;
      reply_ = *server_.on_accept_;
      carry_on();
    }
  }

  event::ByteStream& stream() { return *stream_; }

 private:
  void on_connected(TimePoint) override {}
  void on_bytes(std::string_view bytes, TimePoint) override {
    server_.received_ += bytes;
    pending_ += bytes;
    look();
  }
  void on_end(Outcome, TimePoint) override {
    server_.connections_.remove_if([this](const auto& each) { return each.get() == this; });
  }

  /// Starts the next request whose head is there.
  void look() {
    if (answering_) {
      if (awaiting_) carry_on();
      return;
    }
    const std::size_t end = pending_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const std::string head = pending_.substr(0, end + 2);
    pending_.erase(0, end + 4);
    const auto length = http::find_header(head, "Content-Length");
    body_size_ = length.present ? std::stoul(std::string(length.value)) : 0;
    ++server_.requests_;
    reply_ = server_.take_reply();
    const bool awaits = std::any_of(reply_.steps_.begin(), reply_.steps_.end(),
                                    [](const Reply::Step& step) { return step.kind == Reply::Step::Kind::await; });
    if (!awaits) reply_.steps_.insert(reply_.steps_.begin(), {Reply::Step::Kind::await, {}, {}, body_size_});
    answering_ = true;
    step_ = 0;
    carry_on();
  }

  void carry_on() {
    awaiting_ = false;
    while (step_ < reply_.steps_.size()) {
      const Reply::Step& step = reply_.steps_[step_];
      if (step.kind == Reply::Step::Kind::await && pending_.size() < step.count) {
        awaiting_ = true;
        return;
      }
      ++step_;
      if (step.kind == Reply::Step::Kind::send) stream_->write(step.bytes);
      if (step.kind == Reply::Step::Kind::finish) stream_->finish();
      if (step.kind == Reply::Step::Kind::cut) (below_ != nullptr ? below_ : stream_.get())->finish();
      if (step.kind == Reply::Step::Kind::reset) stream_->reset();
      if (step.kind == Reply::Step::Kind::wait) {
        timer_.start_at(server_.loop_.now() + step.duration);
        return;
      }
    }
    if (reply_.steps_.size() <= 1 && server_.requests_ > 0 && reply_.steps_.front().kind == Reply::Step::Kind::await) {
      return;  // stalls: this connection never hears anything again
    }
    answering_ = false;
    pending_.erase(0, std::min(pending_.size(), body_size_));
    body_size_ = 0;
    step_ = 0;
    look();
  }

  LoopbackServer& server_;
  std::unique_ptr<event::ByteStream> stream_;
  event::ByteStream* below_ = nullptr;  ///< of a TLS stream, the plain one
  event::Timer timer_;
  Reply reply_;
  std::string pending_;
  std::size_t body_size_ = 0;
  std::size_t step_ = 0;
  bool answering_ = false;
  bool awaiting_ = false;
};

LoopbackServer::LoopbackServer(event::Loop& loop, event::Address at, http::TlsContext* tls) : loop_(loop), tls_(tls) {
  auto acceptor = loop.listen(at, [this](std::unique_ptr<event::ByteStream> stream) {
    ++accepted_;
    connections_.push_back(std::make_unique<Connection>(*this, std::move(stream)));
  });
  if (!acceptor) throw std::runtime_error(acceptor.error().message);
  acceptor_ = std::move(*acceptor);
}

LoopbackServer::~LoopbackServer() = default;

Reply LoopbackServer::take_reply() {
  if (next_.empty()) return always_;
  Reply reply = std::move(next_.front());
  next_.pop_front();
  return reply;
}

void LoopbackServer::finish_all() {
  for (const auto& connection : connections_) connection->stream().finish();
}

void LoopbackServer::send_all(std::string_view bytes) {
  for (const auto& connection : connections_) connection->stream().write(bytes);
}

}  // namespace thresher::test
