#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "event/loop.h"

namespace thresher::http {

class TlsContext;

/// A request as a server sees it; views live until the handler returns.
struct ServerRequest {
  std::string_view method;
  std::string_view target;  ///< as sent, query included
  std::string_view head;    ///< request line and headers; read with HeaderReader
  std::string_view body;
  event::Address local;          ///< the listener it came to
  std::uint64_t connection = 0;  ///< number of the connection, from 1
};

/// How one request is answered. Owned by the handler from then on; answering late is fine, and destroying it without an
/// answer closes the connection. If the client goes away first, what is sent is dropped silently and on_gone is called.
class Responder {
 public:
  virtual ~Responder() = default;
  /// A whole answer with Content-Length. `headers` is "Name: value\r\n" lines or empty.
  virtual void respond(int status, std::string_view headers, std::string_view body) = 0;
  /// These bytes instead of an answer: for stand-ins that talk garbage or half an answer. `close_after` ends the
  /// connection.
  virtual void respond_raw(std::string_view bytes, bool close_after) = 0;
  /// Aborts the connection (the client sees a reset).
  virtual void reset() = 0;
  /// A chunked answer, for streams: begin, then write until finish. write() returns false while the client reads too
  /// slowly; on_writable is called once it caught up.
  virtual void begin_stream(int status, std::string_view headers) = 0;
  virtual bool write_chunk(std::string_view bytes) = 0;
  virtual void finish_stream() = 0;
  virtual void on_writable(std::function<void()> callback) = 0;
  virtual void on_gone(std::function<void()> callback) = 0;
};

struct ServerLimits {
  std::size_t max_head = 64 << 10;
  std::size_t max_body = std::size_t{64} << 20;
  std::size_t max_connections = 100'000;
  Nanoseconds idle_timeout = std::chrono::seconds(75);     ///< a kept connection without a request
  Nanoseconds request_timeout = std::chrono::seconds(30);  ///< from a request's first byte to its last
};

/// HTTP/1.1 server on one loop: keep-alive, chunked requests, Expect: 100-continue, HEAD, pipelined requests answered
/// in order. Bad requests get 400, 408, 413, 431 with {"detail": why} and a close. The handler runs on the loop's
/// thread and must not throw.
class Server {
 public:
  using Handler = std::function<void(const ServerRequest&, std::unique_ptr<Responder>)>;

  /// With `tls` (TlsContext::for_server), which outlives the server, it speaks TLS.
  static std::unique_ptr<Server> create(event::Loop& loop, Handler handler, ServerLimits limits = {},
                                        TlsContext* tls = nullptr);
  virtual ~Server() = default;
  /// May be called for several addresses. Returns the address bound (with the port chosen for 0).
  virtual Result<event::Address> listen(const event::Address& at, event::ListenOptions options = {}) = 0;
  /// Stops accepting, answers what is in progress, closes idle connections; `on_done` once all are closed, which may be
  /// before this returns. It may destroy the server.
  virtual void drain(std::function<void()> on_done) = 0;
  virtual std::size_t open_connections() const = 0;
};

std::string_view reason_phrase(int status);

}  // namespace thresher::http
