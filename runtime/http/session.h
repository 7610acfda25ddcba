#pragma once

#include <forward_list>

#include "http/client.h"
#include "http/exchange.h"
#include "http/intrusive_list.h"

namespace thresher::http {

class ClientCore;
class Connection;

/// The connections of one session to one origin, and the exchanges that wait for one of them.
class OriginPool {
 public:
  OriginPool(ClientCore& core, const Origin& origin) : core_(core), origin_(origin) {}
  ~OriginPool();  ///< closes its connections and abandons its exchanges
  OriginPool(const OriginPool&) = delete;
  OriginPool& operator=(const OriginPool&) = delete;

  const Origin& origin() const { return origin_; }
  std::size_t idle_connections() const;

  /// Sends at once on an idle connection (the last used: the others may time out), opens one, or queues the exchange.
  void assign(Exchange& exchange, const Request& request);
  /// The connection may carry another exchange: the one that has waited longest, if any.
  void release(Connection& connection, TimePoint now);
  /// Destroys the connection; its place may go to an exchange that waits.
  void close(Connection& connection);
  /// The exchange's time ran out before it got a connection.
  void give_up_waiting(Exchange& exchange, TimePoint now);

 private:
  void open(Exchange& exchange);
  bool full() const;

  ClientCore& core_;
  Origin origin_;
  IntrusiveList<Connection, Connection> idle_;
  IntrusiveList<Connection, Connection> busy_;
  IntrusiveList<Exchange, Exchange> waiting_;
  std::size_t connections_ = 0;
};

/// A session is its pools: one origin for most users, a few when a scenario talks to a fleet.
class PooledSession final : public Session {
 public:
  explicit PooledSession(ClientCore& core) : core_(core) {}

  OriginPool& pool_for(const Origin& origin);
  std::size_t idle_connections() const override;

 private:
  ClientCore& core_;
  std::forward_list<OriginPool> pools_;
};

}  // namespace thresher::http
