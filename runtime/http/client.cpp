#include "http/client.h"

#include "http/client_core.h"
#include "http/connection.h"
#include "http/session.h"

namespace thresher::http {
namespace {

class LoopClient final : public Client {
 public:
  LoopClient(event::Loop& loop, ClientOptions options) : core_(loop, std::move(options)) {}

  /// With a bundle of the user's own, a bad path is an error before anything starts.
  Result<void> check() {
    if (core_.options.ca_file.empty() || !core_.options.verify_tls) return {};
    auto context = core_.tls();
    if (!context) return fail(std::move(context.error()));
    return {};
  }

  std::unique_ptr<Session> open_session() override { return std::make_unique<PooledSession>(core_); }

  Exchange* start(Session& session, const Request& request, ResponseReceiver& receiver) override {
    const TimePoint now = core_.loop.read_clock();
    OriginPool& pool = static_cast<PooledSession&>(session).pool_for(*request.origin);
    Exchange& exchange = core_.take_exchange();
    exchange.begin(pool, request, receiver, now);
    core_.sweep.arm(exchange.whole, now, request.timeout);
    pool.assign(exchange, request);
    return &exchange;
  }

  void cancel(Exchange* exchange) override {
    Connection* connection = exchange->connection;
    OriginPool& pool = *exchange->pool;
    core_.abandon(*exchange);
    if (connection != nullptr) pool.close(*connection);
  }

  std::size_t open_connections() const override { return core_.open_connections; }
  std::size_t exchanges_in_flight() const override { return core_.exchanges_in_flight; }

 private:
  ClientCore core_;
};

}  // namespace

Result<std::unique_ptr<Client>> Client::create(event::Loop& loop, ClientOptions options) {
  auto client = std::make_unique<LoopClient>(loop, std::move(options));
  if (auto checked = client->check(); !checked) return fail(std::move(checked.error()));
  return client;
}

Exchange& ClientCore::take_exchange() {
  if (free_.empty()) {
    exchanges_.push_back(std::make_unique<Exchange>());
    free_.push_front(*exchanges_.back());
  }
  ++exchanges_in_flight;
  return free_.pop_front();
}

void ClientCore::report(Exchange& exchange) {
  --exchanges_in_flight;
  exchange.receiver->on_response(exchange.response);
  recycle(exchange);
}

void ClientCore::abandon(Exchange& exchange) {
  --exchanges_in_flight;
  recycle(exchange);
}

void ClientCore::recycle(Exchange& exchange) {
  exchange.whole.disarm();
  exchange.phase.disarm();
  exchange.ListHook<Exchange>::unhook();
  exchange.trim();
  free_.push_front(exchange);
}

Result<TlsContext*> ClientCore::tls() {
  if (!tls_) {
    auto made = TlsContext::for_client(loop, {.verify = options.verify_tls, .ca_file = options.ca_file});
    if (!made) return fail(std::move(made.error()));
    tls_ = std::move(*made);
  }
  return tls_.get();
}

}  // namespace thresher::http
