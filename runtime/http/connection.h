#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "event/byte_stream.h"
#include "event/loop.h"
#include "http/exchange.h"
#include "http/intrusive_list.h"
#include "http/resolver_cache.h"

namespace thresher::http {

class ClientCore;
class OriginPool;
class TlsStream;

/// One connection of a pool and the exchange it carries, if any. Idle it is a stream and a few words: parser, buffers
/// and deadlines belong to the exchange.
///
// clang-format off
/// | state       | event                     | next        | why                                                       |
/// |-------------|---------------------------|-------------|-----------------------------------------------------------|
/// | (new)       | open, addresses known     | connecting  |                                                           |
/// | (new)       | open, a name              | resolving   |                                                           |
/// | resolving   | addresses                 | connecting  | the first of them                                         |
/// | resolving   | none                      | gone: dns   |                                                           |
/// | connecting  | connected, plain          | carrying    | the request is sent                                       |
/// | connecting  | connected, https          | handshaking | TLS is wrapped around the stream                          |
/// | connecting  | refused, unreachable      | connecting  | the next address; gone when there is none                 |
/// | handshaking | connected                 | carrying    | the request is sent                                       |
/// | handshaking | end                       | gone        | tls...                                                    |
/// | carrying    | whole answer, keep-alive  | idle        | or carrying at once, when an exchange waits for the pool  |
/// | carrying    | whole answer otherwise    | gone: ok    | Connection: close, until-close body, request not yet sent |
/// | carrying    | answer is broken          | gone        | protocol, header_too_large, body_too_large                |
/// | carrying    | end                       | gone        | ok for a body until close; else closed, reset ...         |
/// | idle        | carry                     | carrying    | the request is sent                                       |
/// | idle        | bytes, end                | gone        | nobody asked; the peer is through with us                 |
/// | any busy    | deadline                  | gone        | timeout; connect_timeout before carrying                  |
/// | any         | cancel, session destroyed | gone        | the receiver is not called                                |
// clang-format on
class Connection final : public ListHook<Connection>, private event::StreamEvents, private ResolverWaiter {
 public:
  Connection(ClientCore& core, OriginPool& pool);
  ~Connection();

  Exchange* exchange() const { return exchange_; }
  /// Connects, then sends what the exchange has kept.
  void open(Exchange& exchange);
  /// Sends a request on an idle connection.
  void carry(Exchange& exchange, const Outgoing& outgoing, TimePoint now);
  /// A deadline of the exchange has passed: of the whole, or of the phase it is in.
  void on_deadline(bool whole, TimePoint now);

 private:
  enum class State : std::uint8_t { resolving, connecting, handshaking, carrying, idle };
  struct Addresses {
    std::vector<event::Address> all;
    std::size_t next = 0;
  };

  void on_resolved(const std::vector<event::Address>& addresses, TimePoint now) override;
  void on_connected(TimePoint now) override;
  void on_bytes(std::string_view bytes, TimePoint now) override;
  void on_drained(TimePoint now) override;
  void on_end(Outcome why, TimePoint now) override;

  void connect_to_next();
  void begin_tls(TimePoint now);
  void send(const Outgoing& outgoing);
  void write_out(std::string_view head, const Outgoing& outgoing);
  void send_body();
  void note_sent(bool taken, std::size_t size);
  /// Gives a stream what has come of its answer. False: the receiver has ended the exchange, and `this` is gone.
  bool tell_stream(Exchange& exchange, TimePoint now);
  void answered(TimePoint now);
  void answer_failed(TimePoint now);
  /// Ends the exchange and this connection, then calls the receiver. `this` is gone afterwards.
  void fail(Outcome outcome, std::string_view detail, TimePoint now);
  std::string_view what_it_was_doing() const;

  ClientCore& core_;
  OriginPool& pool_;
  Exchange* exchange_ = nullptr;
  std::unique_ptr<event::ByteStream> stream_;
  TlsStream* tls_ = nullptr;              ///< stream_, when it is one
  std::unique_ptr<Addresses> addresses_;  ///< while connecting
  event::Address remote_;
  State state_ = State::connecting;
  bool reused_ = false;                   ///< has carried an exchange before
  std::shared_ptr<const bool> presence_;  ///< made for streams: who holds another owner sees when `this` is gone
};

}  // namespace thresher::http
