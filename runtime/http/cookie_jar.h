#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "http/url.h"

namespace thresher::http {

/// One user's cookies (RFC 6265: domain, path, Secure, Max-Age, Expires; no public suffix list, so a cookie for a bare
/// top-level domain is refused by the one-dot rule only). An empty jar holds no memory.
class CookieJar {
 public:
  /// Takes the value of one Set-Cookie header of an answer from `url`.
  void store(const Url& url, std::string_view set_cookie, WallTime now);
  /// The value of the Cookie header for a request to `url`; empty when none applies.
  std::string header_for(const Url& url, WallTime now) const;
  void set(const Url& url, std::string_view name, std::string_view value);
  void clear() { cookies_.clear(); }
  bool empty() const { return cookies_.empty(); }

 private:
  struct Cookie {
    std::string name, value, domain, path;
    WallTime expires;
    bool host_only, secure;
  };
  std::vector<Cookie> cookies_;
};

}  // namespace thresher::http
