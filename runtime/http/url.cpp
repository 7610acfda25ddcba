#include "http/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "event/address.h"

namespace thresher::http {
namespace {

constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kSecurePort = 443;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex_value(char c) { return is_digit(c) ? c - '0' : lower(c) - 'a' + 10; }

void append_percent(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

/// Bytes RFC 3986 has no place for in a path or query. '%' stays: what is already encoded is not encoded again.
bool needs_encoding_in_target(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte >= 0x7f || std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos;
}

std::string encode_target(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 1);
  if (text.empty() || text.front() != '/') out += '/';
  for (const char c : text) {
    if (needs_encoding_in_target(c)) {
      append_percent(out, c);
    } else {
      out += c;
    }
  }
  return out;
}

/// The scheme before ':', or empty when `text` has none (RFC 3986, 3.1).
std::string_view scheme_of(std::string_view text) {
  const std::size_t end = text.find_first_of(":/?#");
  if (end == std::string_view::npos || end == 0 || text[end] != ':' || !is_alpha(text.front())) return {};
  const std::string_view scheme = text.substr(0, end);
  const bool valid = std::all_of(scheme.begin(), scheme.end(),
                                 [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
  return valid ? scheme : std::string_view{};
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

auto refuse(std::string_view url, std::string_view why) {
  return fail(ErrorCode::invalid_argument, fmt::format("url '{}': {}", url, why));
}

bool is_name_char(char c) {
  return is_alpha(c) || is_digit(c) || std::string_view("-._~!$&'()*+,;=").find(c) != std::string_view::npos;
}

Result<std::string> parse_host(std::string_view url, std::string_view host) {
  if (host.empty()) return refuse(url, "no host");
  if (host.front() == '[') {
    if (host.size() < 2 || host.back() != ']') return refuse(url, "'[' without ']'");
    const std::string_view inner = host.substr(1, host.size() - 2);
    const auto address = event::Address::parse(inner, 0);
    if (!address || address->family != event::Address::Family::ipv6) {
      return refuse(url, fmt::format("'{}' is not an IPv6 address", inner));
    }
    return lower_case(inner);
  }
  for (const char c : host) {
    if (static_cast<unsigned char>(c) >= 0x80) {
      return refuse(url, fmt::format("host '{}' is not ASCII (write it as xn--...)", host));
    }
    if (!is_name_char(c)) return refuse(url, fmt::format("host '{}' has a '{}'", host, c));
  }
  return lower_case(host);
}

Result<std::uint16_t> parse_port(std::string_view url, std::string_view digits) {
  unsigned value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc{} || end != digits.data() + digits.size() || value == 0 || value > 65535) {
    return refuse(url, fmt::format("port '{}' is not a number from 1 to 65535", digits));
  }
  return static_cast<std::uint16_t>(value);
}

/// RFC 3986, 5.2.4. `path` begins with '/'.
std::string remove_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t next = path.find('/', 1);
    const std::string_view segment = path.substr(0, next);  // with its leading '/'
    const bool last = next == std::string_view::npos;
    path = last ? std::string_view{} : path.substr(next);
    if (segment == "/..") {
      out.erase(std::min(out.rfind('/'), out.size()));
      if (last) out += '/';
    } else if (segment == "/.") {
      if (last) out += '/';
    } else {
      out += segment;
    }
  }
  return out;
}

std::string normalise_target(std::string_view target) {
  const std::size_t query = std::min(target.find('?'), target.size());
  return remove_dot_segments(target.substr(0, query)) + std::string(target.substr(query));
}

bool is_number(std::string_view segment) {
  return !segment.empty() && std::all_of(segment.begin(), segment.end(), is_digit);
}

bool is_uuid(std::string_view segment) {
  if (segment.size() != 36) return false;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? segment[i] != '-' : !is_hex(segment[i])) return false;
  }
  return true;
}

}  // namespace

std::string Origin::host_header() const {
  const bool v6 = host.find(':') != std::string::npos;
  const bool own_port = port == (secure ? kSecurePort : kPlainPort);
  return fmt::format("{}{}{}{}", v6 ? "[" : "", host, v6 ? "]" : "", own_port ? "" : fmt::format(":{}", port));
}

std::string Origin::text() const { return fmt::format("{}{}", secure ? "https://" : "http://", host_header()); }

std::string Url::text() const {
  return fmt::format("{}{}{}{}{}", origin.secure ? "https://" : "http://", userinfo, userinfo.empty() ? "" : "@",
                     origin.host_header(), target);
}

Result<Url> parse_url(std::string_view text) {
  const std::string_view scheme = scheme_of(text);
  if (scheme.empty()) return refuse(text, "no scheme (write http://... or https://...)");
  Url url;
  const std::string wanted = lower_case(scheme);
  if (wanted == "https") {
    url.origin.secure = true;
  } else if (wanted != "http") {
    return refuse(text, fmt::format("scheme '{}' is neither http nor https", scheme));
  }
  std::string_view rest = text.substr(scheme.size() + 1);
  if (rest.substr(0, 2) != "//") return refuse(text, "no '//' after the scheme");
  rest.remove_prefix(2);

  const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, authority_end);
  rest.remove_prefix(authority_end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.userinfo = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  auto host = parse_host(text, authority.substr(0, colon));
  if (!host) return fail(std::move(host.error()));
  url.origin.host = std::move(*host);
  url.origin.port = url.origin.secure ? kSecurePort : kPlainPort;
  if (colon != std::string_view::npos && colon + 1 < authority.size()) {
    auto port = parse_port(text, authority.substr(colon + 1));
    if (!port) return fail(std::move(port.error()));
    url.origin.port = *port;
  }
  url.target = encode_target(rest.substr(0, rest.find('#')));
  return url;
}

Result<Url> resolve_url(const Url& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  if (!scheme_of(reference).empty() || reference.substr(0, 2) == "//") {
    const std::string scheme = base.origin.secure ? "https:" : "http:";
    auto url = parse_url(reference.front() == '/' ? scheme + std::string(reference) : std::string(reference));
    if (url) url->target = normalise_target(url->target);
    return url;
  }
  Url url = base;
  if (reference.empty()) return url;
  const std::string_view base_path = std::string_view(base.target).substr(0, base.target.find('?'));
  if (reference.front() == '/') {
    url.target = normalise_target(encode_target(reference));
  } else if (reference.front() == '?') {
    url.target = encode_target(std::string(base_path) + std::string(reference));
  } else {
    const std::string_view folder = base_path.substr(0, base_path.rfind('/') + 1);
    url.target = normalise_target(encode_target(std::string(folder) + std::string(reference)));
  }
  return url;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      append_percent(out, c);
    }
  }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string fold_path(std::string_view target) {
  std::string_view path = target.substr(0, target.find_first_of("?#"));
  std::string out;
  out.reserve(path.size());
  while (true) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    out += is_number(segment) || is_uuid(segment) ? std::string_view("{id}") : segment;
    if (end == path.size()) return out;
    out += '/';
    path.remove_prefix(end + 1);
  }
}

}  // namespace thresher::http
