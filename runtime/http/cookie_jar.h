#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "http/url.h"

namespace thresher::http {

/// One user's cookies (RFC 6265: domain, path, Secure, Max-Age, Expires; no public suffix list, so a cookie for a bare
/// top-level domain is refused by the one-dot rule only). An empty jar holds no memory; a full one (kMaxCookies, each
/// up to kMaxCookieSize) lets its oldest cookie go.
class CookieJar {
 public:
  static constexpr std::size_t kMaxCookies = 300;
  static constexpr std::size_t kMaxCookieSize = 4096;  ///< name and value together; a larger cookie is ignored

  /// Takes the value of one Set-Cookie header of an answer from `url`.
  void store(const Url& url, std::string_view set_cookie, WallTime now);
  /// The value of the Cookie header for a request to `url`; empty when none applies.
  std::string header_for(const Url& url, WallTime now) const;
  /// A cookie of the script's own: this host only, every path, until the jar is cleared.
  void set(const Url& url, std::string_view name, std::string_view value);
  void clear() { cookies_.clear(); }
  bool empty() const { return cookies_.empty(); }

 private:
  struct Cookie {
    std::string name = {}, value = {}, domain = {}, path = {};
    WallTime expires = WallTime::max();  ///< max: until the jar is cleared
    bool host_only = true, secure = false;
  };
  void put(Cookie cookie, WallTime now);

  std::vector<Cookie> cookies_;  ///< oldest first
};

}  // namespace thresher::http
