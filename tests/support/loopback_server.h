#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/loop.h"
#include "http/tls_context.h"

namespace thresher::test {

/// What a LoopbackServer does on one request, step by step. Without await() it first waits for the whole body.
class Reply {
 public:
  Reply& send(std::string bytes);
  Reply& wait(Nanoseconds duration);
  Reply& await(std::size_t body_bytes);  ///< until so many bytes of the request's body have come in all
  Reply& finish();                       ///< an orderly end
  Reply& cut();                          ///< under TLS: an end without close_notify
  Reply& reset();

  // What servers do.
  static Reply whole(int status, std::string_view body, std::string_view headers = {});
  static Reply chunked(std::initializer_list<std::string_view> chunks);
  static Reply close_delimited(std::string_view body);
  // What bad servers do. Each is a way for an exchange to fail.
  static Reply stall();           ///< never answers
  static Reply stall_mid_body();  ///< announces ten bytes, sends five
  static Reply close_without_answer();
  static Reply truncate_head();
  static Reply truncate_body();
  static Reply reset_mid_head();
  static Reply reset_mid_body();
  static Reply garbage();
  static Reply huge_head(std::size_t bytes);
  static Reply endless_head();  ///< more header lines than anybody wants, and never an empty line
  static Reply chunk_size_overflow();
  static Reply bad_chunk_size();
  static Reply body_too_long();  ///< longer than its Content-Length
  static Reply endless_body(std::size_t bytes);

 private:
  friend class LoopbackServer;
  struct Step {
    enum class Kind { send, wait, await, finish, cut, reset } kind;
    std::string bytes;
    Nanoseconds duration{};
    std::size_t count = 0;
  };
  std::vector<Step> steps_;
};

/// A server that does byte for byte what a test tells it, on any loop. It understands as much HTTP as it takes to see
/// where a request ends.
class LoopbackServer {
 public:
  /// Port 0: the loop chooses. With `tls`, which outlives the server, it speaks TLS.
  explicit LoopbackServer(event::Loop& loop, event::Address at = event::Address::loopback(0),
                          http::TlsContext* tls = nullptr);
  ~LoopbackServer();

  event::Address address() const { return acceptor_->local(); }

  /// The replies to the next requests, on whatever connection; when none is left, the one for always: 200 "ok".
  void next(Reply reply) { next_.push_back(std::move(reply)); }
  void always(Reply reply) { always_ = std::move(reply); }
  /// What a new connection hears before it has asked anything.
  void on_accept(Reply reply) { on_accept_ = std::move(reply); }

  std::size_t accepted() const { return accepted_; }  ///< connections so far
  std::size_t open() const { return connections_.size(); }
  std::size_t requests() const { return requests_; }
  const std::string& received() const { return received_; }  ///< everything clients sent

  /// Ends or sends bytes on every open connection, outside of any request.
  void finish_all();
  void send_all(std::string_view bytes);

 private:
  class Connection;
  Reply take_reply();

  event::Loop& loop_;
  http::TlsContext* tls_;
  std::list<std::unique_ptr<Connection>> connections_;
  std::deque<Reply> next_;
  Reply always_ = Reply::whole(200, "ok");
  std::optional<Reply> on_accept_;
  std::size_t accepted_ = 0;
  std::size_t requests_ = 0;
  std::string received_;
  std::unique_ptr<event::Acceptor> acceptor_;
};

}  // namespace thresher::test
