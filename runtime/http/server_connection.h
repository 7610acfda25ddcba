#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "event/byte_stream.h"
#include "http/deadline_sweep.h"
#include "http/intrusive_list.h"
#include "http/request_parser.h"
#include "http/server.h"

namespace thresher::http {

class ServerConnection;
class TlsContext;

/// What the connections of one server share.
struct ServerCore {
  ServerCore(event::Loop& on, Server::Handler with, ServerLimits within)
      : loop(on), handler(std::move(with)), limits(within), sweep(on.timers()) {}

  event::Loop& loop;
  Server::Handler handler;
  ServerLimits limits;
  DeadlineSweep sweep;
  IntrusiveList<ServerConnection, ServerConnection> connections;  ///< owned
  std::size_t open_connections = 0;
  std::string scratch;  ///< one answer on its way into one write
  bool draining = false;
  std::function<void()> on_drained;

  /// Destroys the connection; the last one of a draining server tells so.
  void remove(ServerConnection& connection);
};

/// How one request is answered; the handler's hold on the connection. Either may go first.
class ConnectionResponder final : public Responder {
 public:
  explicit ConnectionResponder(ServerConnection& connection) : connection_(&connection) {}
  ~ConnectionResponder() override;

  void respond(int status, std::string_view headers, std::string_view body) override;
  void respond_raw(std::string_view bytes, bool close_after) override;
  void reset() override;
  void begin_stream(int status, std::string_view headers) override;
  bool write_chunk(std::string_view bytes) override;
  void finish_stream() override;
  void on_writable(std::function<void()> callback) override { on_writable_ = std::move(callback); }
  void on_gone(std::function<void()> callback) override { on_gone_ = std::move(callback); }

  /// The connection is gone: from now on everything is dropped.
  void detach() { connection_ = nullptr; }
  /// These call the handler back, which may destroy the responder.
  void tell_writable();
  void tell_gone();
  std::function<void()> take_on_gone() { return std::exchange(on_gone_, nullptr); }

 private:
  ServerConnection* connection_;
  std::function<void()> on_writable_;
  std::function<void()> on_gone_;
};

/// One client's connection. One request at a time: what a client sends ahead waits, so answers are in order by
/// themselves.
///
// clang-format off
/// | state     | event                          | next      | why                                                         |
/// |-----------|--------------------------------|-----------|-------------------------------------------------------------|
/// | idle      | bytes                          | reading   |                                                             |
/// | idle      | end, idle_timeout, drain       | gone      |                                                             |
/// | reading   | whole request                  | answering | the handler is called                                       |
/// | reading   | not HTTP, too large            | closing   | 400, 413, 431                                               |
/// | reading   | request_timeout                | closing   | 408                                                         |
/// | reading   | end                            | gone      | nobody waits for an answer                                  |
/// | answering | answer complete and taken      | idle      | or reading at once, when more requests are there            |
/// | answering | answer complete, not taken     | draining  | the client reads slowly: its next request has to wait       |
/// | answering | answer complete, no keep-alive | closing   |                                                             |
/// | answering | responder destroyed, reset     | gone      |                                                             |
/// | answering | peer finished                  | answering | it may still read; on_gone is called, the answer still sent |
/// | draining  | taken by the system            | idle      |                                                             |
/// | draining  | idle_timeout                   | gone      | the client does not read                                    |
/// | closing   | peer finished, a second        | gone      | reading on meanwhile: a close with bytes unread is a reset  |
/// | any       | failure                        | gone      | on_gone is called                                           |
// clang-format on
class ServerConnection final : public ListHook<ServerConnection>, private event::StreamEvents, private DeadlineEvents {
 public:
  /// `tls` may be null; it outlives the connection.
  ServerConnection(ServerCore& core, std::unique_ptr<event::ByteStream> stream, const event::Address& local,
                   std::uint64_t number, TlsContext* tls);
  ~ServerConnection();

  bool idle() const { return state_ == State::idle; }

  // For its responder.
  void respond(int status, std::string_view headers, std::string_view body);
  void respond_raw(std::string_view bytes, bool close_after);
  void reset();
  void begin_stream(int status, std::string_view headers);
  bool write_chunk(std::string_view bytes);
  void finish_stream();
  void drop();  ///< the responder is gone without an answer

 private:
  enum class State : std::uint8_t { idle, reading, answering, draining, closing };

  void on_connected(TimePoint) override {}
  void on_bytes(std::string_view bytes, TimePoint now) override;
  void on_drained(TimePoint now) override;
  void on_end(Outcome why, TimePoint now) override;
  void on_deadline(Deadline& deadline, TimePoint now) override;

  void consume(std::string_view bytes);
  void wait_for_rest();
  void serve();
  void refuse(int status, std::string_view why);
  std::string refusal_text(int status) const;
  std::string& compose_head(int status, std::string_view headers);
  bool has_no_body(int status) const;
  void finish_answer();
  void become_ready();
  void close_after_answer();

  ServerCore& core_;
  std::unique_ptr<event::ByteStream> stream_;
  RequestParser parser_;
  Deadline deadline_{*this};
  ConnectionResponder* responder_ = nullptr;
  std::string unread_;         ///< requests sent ahead, or their beginning
  bool* destroyed_ = nullptr;  ///< where to say that a handler destroyed this connection
  event::Address local_;
  std::uint64_t number_;
  State state_ = State::idle;
  bool keep_alive_ = true;
  bool is_head_ = false;
  bool chunked_ = false;   ///< the stream in progress; false for a client of HTTP/1.0
  bool bodiless_ = false;  ///< the stream in progress may show its head only
  bool continue_sent_ = false;
  bool paused_ = false;
  bool consuming_ = false;
  bool peer_finished_ = false;
};

}  // namespace thresher::http
