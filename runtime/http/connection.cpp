#include "http/connection.h"

#include <fmt/format.h>

#include "http/client_core.h"
#include "http/session.h"
#include "http/tls_stream.h"

namespace thresher::http {
namespace {

/// Head and pieces of the body up to this go out in one write; copying them together is cheaper than a second system
/// call.
constexpr std::size_t kOneWrite = std::size_t{16} << 10;
/// RFC 9110, 10.1.1: a client does not wait for "100 Continue" indefinitely. curl's second.
constexpr Nanoseconds kContinueWait = std::chrono::seconds(1);

bool another_address_may_help(Outcome why) {
  return why == Outcome::connect_refused || why == Outcome::unreachable || why == Outcome::reset;
}

}  // namespace

Connection::Connection(ClientCore& core, OriginPool& pool) : core_(core), pool_(pool) { ++core_.open_connections; }

Connection::~Connection() { --core_.open_connections; }

void Connection::open(Exchange& exchange) {
  exchange_ = &exchange;
  exchange.connection = this;
  core_.sweep.arm(exchange.phase, core_.loop.read_clock(), exchange.connect_timeout);
  const Origin& origin = pool_.origin();
  if (const auto* known = core_.resolver.resolve(origin.host, origin.port, *this)) {
    on_resolved(*known, exchange.started());
  } else {
    state_ = State::resolving;
  }
}

void Connection::on_resolved(const std::vector<event::Address>& addresses, TimePoint now) {
  if (addresses.empty()) {
    fail(Outcome::dns, fmt::format("host '{}' does not resolve", pool_.origin().host), now);
    return;
  }
  exchange_->reach(Moment::acquired, now);
  addresses_ = std::make_unique<Addresses>(Addresses{addresses, 0});
  connect_to_next();
}

void Connection::connect_to_next() {
  state_ = State::connecting;
  remote_ = addresses_->all[addresses_->next++];
  stream_ = core_.loop.connect(remote_, *this);
}

void Connection::on_connected(TimePoint now) {
  exchange_->reach(state_ == State::handshaking ? Moment::secured : Moment::connected, now);
  if (state_ == State::connecting && pool_.origin().secure) {
    begin_tls(now);
    return;
  }
  addresses_.reset();
  exchange_->phase.disarm();
  carry(*exchange_, exchange_->kept(), now);
}

void Connection::begin_tls(TimePoint now) {
  auto context = core_.tls();
  if (!context) {
    fail(Outcome::tls, context.error().message, now);
    return;
  }
  state_ = State::handshaking;
  auto tls = (*context)->wrap(std::move(stream_), pool_.origin().host, *this);
  tls_ = tls.get();
  stream_ = std::move(tls);
}

void Connection::carry(Exchange& exchange, const Outgoing& outgoing, TimePoint now) {
  state_ = State::carrying;
  exchange_ = &exchange;
  exchange.connection = this;
  exchange.reach(Moment::secured, now);
  exchange.response.reused = reused_;
  exchange.response.remote = remote_;
  if (tls_ != nullptr) exchange.response.tls_version = tls_->version();
  exchange.parser.begin(exchange.is_head, {.max_head = core_.options.max_header, .max_body = exchange.max_body},
                        exchange.stream != nullptr);
  send(outgoing);
}

void Connection::send(const Outgoing& outgoing) {
  if (!exchange_->expect_continue) {
    write_out(outgoing.head, outgoing);
    return;
  }
  exchange_->keep(outgoing);
  exchange_->holds_body = true;
  stream_->write(outgoing.head);
  exchange_->response.bytes_sent += outgoing.head.size();
  core_.sweep.arm(exchange_->phase, core_.loop.now(), kContinueWait);
}

void Connection::send_body() {
  exchange_->holds_body = false;
  exchange_->phase.disarm();
  write_out({}, exchange_->kept());
}

void Connection::write_out(std::string_view head, const Outgoing& outgoing) {
  const std::size_t size = head.size() + outgoing.body_size();
  if (size == head.size()) {
    note_sent(stream_->write(head), size);
    return;
  }
  bool taken = true;
  std::string& together = core_.scratch;
  together.assign(head);
  const auto add = [&](std::string_view piece) {
    if (together.size() + piece.size() <= kOneWrite) {
      together.append(piece);
      return;
    }
    taken = stream_->write(together) && taken;
    together.clear();
    taken = (outgoing.body_lasts ? stream_->write_lasting(piece) : stream_->write(piece)) && taken;
  };
  add(outgoing.body);
  for (const std::string_view piece : outgoing.more_body) add(piece);
  if (!together.empty()) taken = stream_->write(together) && taken;
  note_sent(taken, size);
}

void Connection::note_sent(bool taken, std::size_t size) {
  exchange_->response.bytes_sent += size;
  if (taken) exchange_->reach(Moment::sent, core_.loop.read_clock());  // otherwise on_drained() will tell
}

void Connection::on_drained(TimePoint now) {
  if (state_ == State::carrying && !exchange_->holds_body) exchange_->reach(Moment::sent, now);
}

void Connection::on_bytes(std::string_view bytes, TimePoint now) {
  if (state_ != State::carrying) {
    pool_.close(*this);  // idle: nobody asked for anything
    return;
  }
  Exchange& exchange = *exchange_;
  exchange.response.bytes_received += bytes.size();
  const bool was_held = exchange.holds_body;
  switch (exchange.parser.feed(bytes)) {
    case MessageParser::Progress::more:
      if (was_held && exchange.parser.continue_seen()) {
        send_body();  // the interim answer is not the answer's first byte
      } else if (!was_held || exchange.parser.head_done()) {
        exchange.reach(Moment::first_byte, now);
      }
      if (exchange.stream != nullptr) tell_stream(exchange, now);
      break;
    case MessageParser::Progress::complete:
      exchange.reach(Moment::first_byte, now);
      if (exchange.stream == nullptr || tell_stream(exchange, now)) answered(now);
      break;
    case MessageParser::Progress::failed:
      exchange.reach(Moment::first_byte, now);
      answer_failed(now);
      break;
  }
}

void Connection::on_end(Outcome why, TimePoint now) {
  switch (state_) {
    case State::idle:
      pool_.close(*this);
      return;
    case State::connecting:
      if (another_address_may_help(why) && addresses_->next < addresses_->all.size()) {
        connect_to_next();
        return;
      }
      fail(why, remote_.text(), now);
      return;
    case State::resolving:
    case State::handshaking:
      fail(why, tls_ != nullptr && !tls_->problem().empty() ? std::string_view(tls_->problem()) : what_it_was_doing(),
           now);
      return;
    case State::carrying:
      break;
  }
  if (tls_ != nullptr && why == Outcome::tls) {
    fail(tls_->truncated() ? Outcome::closed : why, tls_->problem(), now);
  } else if (why != Outcome::closed) {
    fail(why, what_it_was_doing(), now);
  } else if (exchange_->parser.finish() == MessageParser::Progress::complete) {
    if (exchange_->stream == nullptr || tell_stream(*exchange_, now)) answered(now);
  } else {
    answer_failed(now);
  }
}

bool Connection::tell_stream(Exchange& exchange, TimePoint now) {
  if (!exchange.parser.head_done()) return true;
  if (!presence_) presence_ = std::make_shared<const bool>(true);
  const std::shared_ptr<const bool> presence = presence_;
  const auto is_gone = [&presence] { return presence.use_count() == 1; };
  core_.sweep.arm(exchange.whole, now, exchange.silence_timeout);
  if (!exchange.head_told) {
    exchange.head_told = true;
    exchange.response.status = exchange.parser.status();
    exchange.response.minor_version = exchange.parser.minor_version();
    exchange.response.head = exchange.parser.head();
    exchange.stream->on_head(exchange.response, now);
    if (is_gone()) return false;
  }
  if (exchange.parser.body().empty()) return true;
  exchange.stream->on_body(exchange.parser.body(), now);
  if (is_gone()) return false;
  exchange.parser.drop_body();
  return true;
}

void Connection::answered(TimePoint now) {
  Exchange& exchange = *exchange_;
  // An answer that came before the request was out leaves the rest of the request on the line.
  const bool reusable = core_.options.reuse_connections && exchange.parser.keep_alive() && !exchange.holds_body &&
                        stream_->queued_bytes() == 0;
  exchange.conclude(Outcome::ok, {}, now);
  exchange.connection = nullptr;
  exchange_ = nullptr;
  ClientCore& core = core_;
  if (reusable) {
    reused_ = true;
    state_ = State::idle;
    pool_.release(*this, now);
  } else {
    pool_.close(*this);
  }
  core.report(exchange);
}

void Connection::answer_failed(TimePoint now) { fail(exchange_->parser.outcome(), exchange_->parser.detail(), now); }

void Connection::fail(Outcome outcome, std::string_view detail, TimePoint now) {
  Exchange& exchange = *exchange_;
  ClientCore& core = core_;
  exchange.conclude(outcome, detail, now);
  exchange.response.remote = remote_;
  exchange.connection = nullptr;
  exchange_ = nullptr;
  pool_.close(*this);
  core.report(exchange);
}

void Connection::on_deadline(bool whole, TimePoint now) {
  if (whole) {
    fail(Outcome::timeout, what_it_was_doing(), now);
  } else if (exchange_->holds_body) {
    send_body();  // the server has not heard of Expect
  } else {
    fail(Outcome::connect_timeout, what_it_was_doing(), now);
  }
}

std::string_view Connection::what_it_was_doing() const {
  switch (state_) {
    case State::resolving:
      return "while resolving the host name";
    case State::connecting:
      return "while connecting";
    case State::handshaking:
      return "in the TLS handshake";
    case State::carrying:
      if (!exchange_->reached(Moment::sent)) return "while sending the request";
      if (!exchange_->parser.started()) return "while waiting for the answer";
      return exchange_->parser.head_done() ? "in the middle of the answer's body"
                                           : "in the middle of the answer's head";
    case State::idle:
      break;
  }
  return "while idle";
}

}  // namespace thresher::http
