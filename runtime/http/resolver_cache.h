#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "event/loop.h"
#include "http/intrusive_list.h"

namespace thresher::http {

/// Who waits for a name. Forgets its question on destruction.
class ResolverWaiter : public ListHook<ResolverWaiter> {
 public:
  /// No addresses: the name does not resolve. The vector lives until this returns.
  virtual void on_resolved(const std::vector<event::Address>& addresses, TimePoint now) = 0;

 protected:
  ~ResolverWaiter() = default;
};

/// Host names and their addresses, kept for a while: a thousand users that start at once ask once. Failures are not
/// kept, since the next attempt is to see whether the name is back.
class ResolverCache {
 public:
  ResolverCache(event::Loop& loop, Nanoseconds lifetime) : loop_(loop), lifetime_(lifetime) {}

  /// The addresses when they are known now (cached, or `host` is an address itself); valid until the next call.
  /// Otherwise null, and the waiter will hear, not before this returns.
  const std::vector<event::Address>* resolve(const std::string& host, std::uint16_t port, ResolverWaiter& waiter);

 private:
  struct Entry {
    std::vector<event::Address> addresses;
    TimePoint expires = TimePoint::min();
    std::unique_ptr<event::Resolution> question;  ///< while it is being asked
    IntrusiveList<ResolverWaiter, ResolverWaiter> waiters;
  };
  void on_done(Entry& entry, std::vector<event::Address> addresses);

  event::Loop& loop_;
  Nanoseconds lifetime_;
  std::map<std::pair<std::string, std::uint16_t>, Entry> entries_;
  std::unique_ptr<event::Resolution> answered_;  ///< kept past its own callback, which may still be running in it
};

}  // namespace thresher::http
