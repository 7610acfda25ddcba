#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/outcome.h"
#include "base/result.h"
#include "event/loop.h"
#include "http/url.h"

namespace thresher::http {

/// k6's stretches of one exchange. duration() = sending + waiting + receiving.
struct Timings {
  Nanoseconds blocked{};          ///< waiting for a connection of the pool, DNS included
  Nanoseconds connecting{};       ///< TCP; zero when the connection was reused
  Nanoseconds tls_handshaking{};  ///< zero when reused or plain
  Nanoseconds sending{};          ///< first byte handed to the system until the last
  Nanoseconds waiting{};          ///< last byte sent until the first byte of the answer
  Nanoseconds receiving{};        ///< first byte of the answer until its last

  Nanoseconds duration() const { return sending + waiting + receiving; }
};

class StreamReceiver;

/// One request, ready to send. Everything is borrowed until start() returns, which copies what it cannot send at once;
/// only of a body that lasts it copies nothing large.
struct Request {
  const Origin* origin = nullptr;
  std::string_view head;                           ///< request line and headers, the empty line included
  std::string_view body;                           ///< already framed (Content-Length is in the head)
  std::span<const std::string_view> more_body{};   ///< what follows `body`, sent piece by piece, never joined
  bool body_lasts = false;                         ///< body's bytes stay until on_response() or cancel()
  bool is_head = false;                            ///< method HEAD: the answer has no body
  bool expect_continue = false;                    ///< hold the body until "100 Continue", or one second
  Nanoseconds timeout = std::chrono::seconds(60);  ///< of the whole exchange, connecting included
  Nanoseconds connect_timeout = std::chrono::seconds(10);
  std::size_t max_body = std::size_t{64} << 20;  ///< bytes, as received; of a stream: of one piece
  /// The receiver again, when it wants the answer as it comes; nullptr: gathered.
  StreamReceiver* stream = nullptr;
  /// Of a stream: once its head has come, `timeout` no longer counts but the silence between two pieces.
  Nanoseconds silence_timeout = std::chrono::seconds(60);
};

/// The whole answer, or why there is none. Views live until on_response() returns.
struct Response {
  Outcome outcome = Outcome::ok;
  std::uint16_t status = 0;        ///< 0 unless outcome is ok
  std::uint8_t minor_version = 1;  ///< HTTP/1.x
  std::string_view head;           ///< status line and header lines as received, without the final empty line
  std::string_view body;           ///< transfer coding removed, content coding still on
  std::string_view tls_version;    ///< "tls1.3", "" when plain
  std::string_view detail;  ///< what a person should read with a failure: "llhttp: Invalid header token"; may be empty
  Timings timings;
  TimePoint started{};   ///< when start() was called
  TimePoint finished{};  ///< when the last byte arrived
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  bool reused = false;  ///< on a connection that had carried an exchange before
  event::Address remote;
};

/// Hears of one exchange's end, exactly once unless it was cancelled. May start the next exchange or destroy the
/// session.
class ResponseReceiver {
 public:
  virtual void on_response(const Response& response) = 0;

 protected:
  ~ResponseReceiver() = default;
};

/// Takes an answer as it comes instead of gathering it. The calls, in order: on_head() when there is one, on_body() for
/// each piece of the body (transfer coding removed), and on_response() at the end with an empty body. A call may cancel
/// the exchange, start others or destroy the session. Views live until the call returns.
class StreamReceiver : public ResponseReceiver {
 public:
  /// `so_far`: status, head, minor_version and started are filled in.
  virtual void on_head(const Response& so_far, TimePoint now) = 0;
  /// `now` is when the system handed the bytes over.
  virtual void on_body(std::string_view bytes, TimePoint now) = 0;

 protected:
  ~StreamReceiver() = default;
};

struct ClientOptions {
  bool reuse_connections = true;
  bool verify_tls = true;
  std::string ca_file = {};            ///< PEM bundle; empty: the system's
  std::size_t max_header = 256 << 10;  ///< bytes of an answer's head, beyond it header_too_large
  Nanoseconds dns_lifetime = std::chrono::seconds(300);
  std::size_t connections_per_origin = 0;  ///< cap of a shared pool; 0: none
};

class Exchange;  // one request on its way

/// Whose connections an exchange may use. A user has one of its own (keep-alive per user), or all users of a worker
/// share one. Destroying it closes its connections and cancels its exchanges without a call.
class Session;

/// HTTP/1.1 on one loop: pool, DNS cache, TLS, deadlines. No timer per request: one sweep serves all deadlines, to
/// within a hundredth of the limit. No pipelining, no retries: what fails is reported, since a retry would hide it. (A
/// kept connection that the peer had closed before anything was sent is replaced first; that is not a retry.)
class Client {
 public:
  static Result<std::unique_ptr<Client>> create(event::Loop& loop, ClientOptions options);
  virtual ~Client() = default;

  virtual std::unique_ptr<Session> open_session() = 0;
  /// Never calls the receiver before it returns. The exchange belongs to the client; the handle is valid until
  /// on_response() is called or cancel() returns.
  virtual Exchange* start(Session& session, const Request& request, ResponseReceiver& receiver) = 0;
  /// Ends an exchange without calling its receiver; its connection is closed.
  virtual void cancel(Exchange* exchange) = 0;

  virtual std::size_t open_connections() const = 0;
  virtual std::size_t exchanges_in_flight() const = 0;
};

class Session {
 public:
  virtual ~Session() = default;
  /// Idle connections held now.
  virtual std::size_t idle_connections() const = 0;
};

}  // namespace thresher::http
