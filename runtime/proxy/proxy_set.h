#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/proxy.h"

namespace thresher::proxy {

/// Proxies by name, on one loop.
class ProxySet {
 public:
  /// `seed` is that of every proxy made here.
  ProxySet(event::Loop& loop, std::uint64_t seed) : loop_(loop), seed_(seed) {}

  using Map = std::map<std::string, std::unique_ptr<Proxy>, std::less<>>;
  const Map& all() const { return proxies_; }
  Proxy* find(std::string_view name);

  /// Errors as of Proxy::create(); a name that is taken (invalid_argument).
  Result<Proxy*> add(ProxyOptions options);
  /// Leaves a proxy alone that listens at and leads to the same; replaces it otherwise.
  Result<Proxy*> add_or_replace(ProxyOptions options);
  bool remove(std::string_view name);
  /// Enables every proxy and takes all toxics away.
  Result<void> reset();

 private:
  Result<Proxy*> put(ProxyOptions options);

  event::Loop& loop_;
  std::uint64_t seed_;
  Map proxies_;
};

}  // namespace thresher::proxy
