#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/client.h"
#include "http/deadline_sweep.h"
#include "http/exchange.h"
#include "http/resolver_cache.h"
#include "http/tls_context.h"

namespace thresher::http {

/// What the sessions, connections and exchanges of one client share.
class ClientCore {
 public:
  ClientCore(event::Loop& on, ClientOptions with)
      : loop(on), options(std::move(with)), sweep(on.timers()), resolver(on, options.dns_lifetime) {}

  /// A blank exchange; it goes back through report() or abandon().
  Exchange& take_exchange();
  /// Tells the receiver, which may start exchanges and destroy sessions; the exchange itself is recycled afterwards.
  void report(Exchange& exchange);
  /// Ends without a call.
  void abandon(Exchange& exchange);

  /// Made when the first https connection asks for it: reading the system's authorities takes milliseconds and
  /// megabytes.
  Result<TlsContext*> tls();

  event::Loop& loop;
  const ClientOptions options;
  DeadlineSweep sweep;
  ResolverCache resolver;
  std::string scratch;  ///< head and body of one request on their way into one write
  std::size_t open_connections = 0;
  std::size_t exchanges_in_flight = 0;

 private:
  void recycle(Exchange& exchange);

  std::unique_ptr<TlsContext> tls_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;  ///< all there are
  IntrusiveList<Exchange, Exchange> free_;            ///< the last used first: it is still in the cache
};

}  // namespace thresher::http
