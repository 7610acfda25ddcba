#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace thresher::event {

/// An IPv4 or IPv6 address with a port: a plain value, no libuv or socket type in sight.
struct Address {
  enum class Family : std::uint8_t { ipv4, ipv6 };

  Family family = Family::ipv4;
  std::uint16_t port = 0;
  std::array<std::uint8_t, 16> bytes{};  ///< network order; IPv4 uses the first four

  auto operator<=>(const Address&) const = default;

  /// "127.0.0.1" or "::1" (brackets allowed); nothing when `host` is a name.
  static std::optional<Address> parse(std::string_view host, std::uint16_t port);
  static Address loopback(std::uint16_t port);  ///< 127.0.0.1
  bool is_wildcard() const;                     ///< 0.0.0.0 or ::, every address of this machine
  std::string host() const;                     ///< without the port, IPv6 without brackets
  std::string text() const;                     ///< "127.0.0.1:80", "[::1]:80"
};

}  // namespace thresher::event
