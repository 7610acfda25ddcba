#include "service/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "http/headers.h"

namespace thresher::service {
namespace {

/// The name of "name:port" or "[::1]:port".
std::string_view name_of_authority(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    return end == std::string_view::npos ? authority : authority.substr(1, end - 1);
  }
  return authority.substr(0, authority.find(':'));
}

bool names_loopback(std::string_view host) {
  const std::string_view name = name_of_authority(host);
  if (http::equals_ignoring_case(name, "localhost")) return true;
  constexpr std::string_view kSuffix = ".localhost";  // RFC 6761, section 6.3: always this machine
  if (name.size() > kSuffix.size() && http::equals_ignoring_case(name.substr(name.size() - kSuffix.size()), kSuffix))
    return true;
  const auto address = event::Address::parse(name, 0);
  return address && is_loopback(*address);
}

/// Whether an Origin ("http://host:port") is that of the service itself.
bool is_same_host(std::string_view origin, std::string_view host) {
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && http::equals_ignoring_case(origin.substr(scheme + 3), host);
}

/// Takes as long for a wrong byte at the front as at the end; only the length shows.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  return difference == 0;
}

}  // namespace

bool is_loopback(const event::Address& address) {
  if (address.family == event::Address::Family::ipv4) return address.bytes[0] == 127;
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) return address.bytes[12] == 127;
  return address.bytes == std::array<std::uint8_t, 16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
}

/// The headers that decide, found in one walk.
struct Access::Headers {
  explicit Headers(std::string_view head) {
    http::HeaderReader reader(head);
    std::string_view name;
    std::string_view value;
    while (reader.next(name, value)) {
      if (http::equals_ignoring_case(name, "Host")) {
        host = value;
        ++hosts;
      } else if (http::equals_ignoring_case(name, "Origin")) {
        origin = value;
        has_origin = true;
      } else if (http::equals_ignoring_case(name, "Authorization")) {
        authorization = value;
      } else if (http::equals_ignoring_case(name, "Sec-Fetch-Site")) {
        fetch_site = value;
      }
    }
  }

  std::string_view host, origin, authorization, fetch_site;
  bool has_origin = false;
  int hosts = 0;
};

Result<Access> Access::create(const event::Address& bound, std::string token) {
  const bool loopback = is_loopback(bound);
  if (!loopback && token.empty())
    return fail(ErrorCode::invalid_argument,
                fmt::format("{} can be reached from other machines, and whoever reaches it can start loads: set "
                            "THRESHER_TOKEN (then clients send `Authorization: Bearer ...`), or bind to 127.0.0.1",
                            bound.host()));
  const auto is_wrong = [](char c) { return c <= ' ' || c > '~'; };
  if (std::any_of(token.begin(), token.end(), is_wrong))
    return fail(ErrorCode::invalid_argument,
                "THRESHER_TOKEN has a blank, a control character or one that is not ASCII, which no Authorization "
                "header can carry");
  return Access(loopback, std::move(token));
}

bool Access::knows_token(std::string_view authorization) const {
  constexpr std::string_view kScheme = "Bearer ";
  return authorization.size() > kScheme.size() &&
         http::equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme) &&
         equal_in_constant_time(authorization.substr(kScheme.size()), token_);
}

std::optional<Access::Refusal> Access::judge(const http::ServerRequest& request, Token token, Effect effect) const {
  const Headers headers(request.head);
  const bool old_version = request.head.substr(0, request.head.find('\r')).ends_with("HTTP/1.0");
  if (headers.hosts != 1 && !(old_version && headers.hosts == 0))
    return Refusal{400, fmt::format("a request has one Host header, not {}", headers.hosts), {}};
  if (loopback_ && headers.hosts == 1 && !names_loopback(headers.host))
    return Refusal{421,
                   fmt::format("this service answers to localhost and 127.0.0.1, not to \"{}\"; to be reached by "
                               "another name, start it with --bind and THRESHER_TOKEN",
                               headers.host),
                   {}};
  if (token == Token::needed && !token_.empty() && !knows_token(headers.authorization))
    return Refusal{401, "this service wants `Authorization: Bearer` with its THRESHER_TOKEN",
                   "WWW-Authenticate: Bearer realm=\"thresher\"\r\n"};
  const bool reads = request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
  if (reads && effect == Effect::by_method) return std::nullopt;
  if (headers.has_origin && !is_same_host(headers.origin, headers.host))
    return Refusal{403, fmt::format("a page of \"{}\" may not ask this of {}", headers.origin, headers.host), {}};
  if (headers.fetch_site == "cross-site" || headers.fetch_site == "same-site")
    return Refusal{403, "a page of another site may not ask this", {}};
  return std::nullopt;
}

}  // namespace thresher::service
