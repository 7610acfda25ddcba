#include "http/session.h"

#include "http/client_core.h"
#include "http/connection.h"

namespace thresher::http {

OriginPool::~OriginPool() {
  while (!waiting_.empty()) core_.abandon(waiting_.front());
  for (auto* connections : {&idle_, &busy_}) {
    while (!connections->empty()) {
      Connection& connection = connections->front();
      if (connection.exchange() != nullptr) core_.abandon(*connection.exchange());
      delete &connection;
    }
  }
}

std::size_t OriginPool::idle_connections() const { return idle_.size(); }

bool OriginPool::full() const {
  const std::size_t cap = core_.options.connections_per_origin;
  return cap != 0 && connections_ >= cap;
}

namespace {

Outgoing outgoing_of(const Request& request) {
  return {.head = request.head, .body = request.body, .more_body = request.more_body, .body_lasts = request.body_lasts};
}

}  // namespace

void OriginPool::assign(Exchange& exchange, const Request& request) {
  if (!idle_.empty()) {
    Connection& connection = idle_.pop_front();
    busy_.push_front(connection);
    connection.carry(exchange, outgoing_of(request), exchange.started());
    return;
  }
  exchange.keep(outgoing_of(request));
  if (full()) {
    waiting_.push_back(exchange);
  } else {
    open(exchange);
  }
}

void OriginPool::open(Exchange& exchange) {
  auto* connection = new Connection(core_, *this);  // busy_ and idle_ own their members; close() deletes
  busy_.push_front(*connection);
  ++connections_;
  connection->open(exchange);
}

void OriginPool::release(Connection& connection, TimePoint now) {
  if (!waiting_.empty()) {
    Exchange& exchange = waiting_.pop_front();
    connection.carry(exchange, exchange.kept(), now);
    return;
  }
  connection.ListHook<Connection>::unhook();
  idle_.push_front(connection);
}

void OriginPool::close(Connection& connection) {
  delete &connection;
  --connections_;
  while (!waiting_.empty() && !full()) open(waiting_.pop_front());
}

void OriginPool::give_up_waiting(Exchange& exchange, TimePoint now) {
  exchange.ListHook<Exchange>::unhook();
  exchange.conclude(Outcome::timeout, "while waiting for a connection of the pool", now);
  core_.report(exchange);
}

OriginPool& PooledSession::pool_for(const Origin& origin) {
  for (OriginPool& pool : pools_) {
    if (pool.origin() == origin) return pool;
  }
  return pools_.emplace_front(core_, origin);
}

std::size_t PooledSession::idle_connections() const {
  std::size_t count = 0;
  for (const OriginPool& pool : pools_) count += pool.idle_connections();
  return count;
}

}  // namespace thresher::http
