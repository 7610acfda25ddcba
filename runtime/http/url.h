#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace thresher::http {

/// Where connections go: scheme, host and port. Connections of one origin may be reused for each other.
struct Origin {
  bool secure = false;
  std::string host;  ///< lower case, IPv6 without brackets
  std::uint16_t port = 80;

  bool operator==(const Origin&) const = default;
  /// The value of the Host header: the port is left out when it is the scheme's own.
  std::string host_header() const;
  std::string text() const;  ///< "https://host:8443", again without the scheme's own port
};

/// An absolute http or https URL, split. Fragment dropped; user and password kept apart.
struct Url {
  Origin origin;
  std::string target;    ///< path and query as sent, never empty: "/a?b=c"; spaces and non-ASCII bytes percent-encoded
  std::string userinfo;  ///< "user:password" still encoded, usually empty

  std::string text() const;
};

/// "http://host/path". Errors quote the URL and say what is wrong ("no scheme", "port '99999' ...").
Result<Url> parse_url(std::string_view text);
/// `reference` against `base` (RFC 3986, section 5): absolute, "//host/x", "/x", "x", "../x", "?q".
Result<Url> resolve_url(const Url& base, std::string_view reference);

std::string percent_encode(std::string_view text);  ///< for a query or form component
std::string percent_decode(std::string_view text);
/// A URL's path with numeric and UUID segments folded to {id}, query dropped: the default name of a request.
std::string fold_path(std::string_view target);

}  // namespace thresher::http
