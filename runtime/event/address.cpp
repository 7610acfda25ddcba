#include "event/address.h"

#include <arpa/inet.h>

#include <algorithm>

namespace thresher::event {

std::optional<Address> Address::parse(std::string_view host, std::uint16_t port) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos) return std::nullopt;  // brackets are for IPv6 only
  }
  if (host.find('\0') != std::string_view::npos) return std::nullopt;  // inet_pton would stop reading there
  const std::string terminated(host);
  Address address{.port = port};
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) return address;
  address.family = Family::ipv6;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

Address Address::loopback(std::uint16_t port) { return {.port = port, .bytes = {127, 0, 0, 1}}; }

bool Address::is_wildcard() const {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::string Address::host() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family == Family::ipv4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

std::string Address::text() const {
  const std::string port_text = std::to_string(port);
  return family == Family::ipv4 ? host() + ":" + port_text : "[" + host() + "]:" + port_text;
}

}  // namespace thresher::event
