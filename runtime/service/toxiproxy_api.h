#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.h"
#include "event/loop.h"
#include "http/server.h"
#include "proxy/proxy_set.h"

namespace thresher::service {

/// The version of Toxiproxy whose API this is; clients ask for it.
inline constexpr std::string_view kToxiproxyVersion = "2.12.0";

/// Toxiproxy's HTTP API over a set of proxies, as its clients in any language speak it:
///
/// | method            | path                              | answers                                                  |
/// |-------------------|-----------------------------------|----------------------------------------------------------|
/// | GET               | /proxies                          | 200, an object of proxies by name                        |
/// | POST              | /proxies                          | 201, the proxy                                           |
/// | POST              | /populate                         | 201, {"proxies": [...]}                                  |
/// | POST              | /reset                            | 204: all enabled, no toxics                              |
/// | GET, POST, PATCH  | /proxies/{proxy}                  | 200, the proxy, changed as the body says                 |
/// | DELETE            | /proxies/{proxy}                  | 204                                                      |
/// | GET, POST         | /proxies/{proxy}/toxics           | 200, a list; or the toxic that was made                  |
/// | GET, POST, PATCH  | /proxies/{proxy}/toxics/{toxic}   | 200, the toxic, changed as the body says                 |
/// | DELETE            | /proxies/{proxy}/toxics/{toxic}   | 204                                                      |
/// | GET               | /version, /metrics                | 200; {"version"}, Prometheus text                        |
///
/// Errors are {"error": "proxy not found", "status": 404}, with the words of Toxiproxy and perhaps a "detail" of ours.
/// Browsers (a User-Agent of Mozilla/..., as in Toxiproxy; or an Origin) get 403: the API opens ports for whoever asks.
/// One loop, one thread; the proxies are on the same loop and outlive this.
class ToxiproxyApi {
 public:
  /// The error: the address cannot be had.
  static Result<std::unique_ptr<ToxiproxyApi>> start(event::Loop& loop, const event::Address& at,
                                                     proxy::ProxySet& proxies);

  const event::Address& address() const { return address_; }
  std::uint64_t requests() const { return requests_; }
  /// No new requests; `on_done` when the answers in progress are given.
  void drain(std::function<void()> on_done) { server_->drain(std::move(on_done)); }

 private:
  explicit ToxiproxyApi(proxy::ProxySet& proxies) : proxies_(proxies) {}
  void answer(const http::ServerRequest& request, http::Responder& responder);

  proxy::ProxySet& proxies_;
  std::unique_ptr<http::Server> server_;
  event::Address address_;
  std::uint64_t requests_ = 0;
};

}  // namespace thresher::service
