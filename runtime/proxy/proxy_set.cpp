#include "proxy/proxy_set.h"

#include <fmt/format.h>

#include <utility>

namespace thresher::proxy {

Proxy* ProxySet::find(std::string_view name) {
  const auto found = proxies_.find(name);
  return found == proxies_.end() ? nullptr : found->second.get();
}

Result<Proxy*> ProxySet::put(ProxyOptions options) {
  options.seed = seed_;
  auto proxy = Proxy::create(loop_, std::move(options));
  if (!proxy) return fail(std::move(proxy.error()));
  const std::string name = (*proxy)->name();
  return (proxies_[name] = std::move(*proxy)).get();
}

Result<Proxy*> ProxySet::add(ProxyOptions options) {
  if (find(options.name) != nullptr)
    return fail(ErrorCode::invalid_argument, fmt::format("there is a proxy '{}' already", options.name));
  return put(std::move(options));
}

Result<Proxy*> ProxySet::add_or_replace(ProxyOptions options) {
  if (Proxy* const there = find(options.name)) {
    const auto wanted = parse_listen(options.listen), has = parse_listen(there->listen());
    if (wanted && has && *wanted == *has && options.upstream == there->upstream()) return there;
    proxies_.erase(proxies_.find(options.name));  // first, as the new one may want its port
  }
  return put(std::move(options));
}

bool ProxySet::remove(std::string_view name) {
  const auto found = proxies_.find(name);
  if (found == proxies_.end()) return false;
  proxies_.erase(found);
  return true;
}

Result<void> ProxySet::reset() {
  for (const auto& [name, proxy] : proxies_) {
    if (auto enabled = proxy->set_enabled(true); !enabled) return enabled;
    proxy->remove_all();
  }
  return {};
}

}  // namespace thresher::proxy
