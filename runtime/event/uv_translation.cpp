#include <arpa/inet.h>
#include <netinet/in.h>

#include <fmt/format.h>

#include <cstring>

#include "event/uv_internal.h"

namespace thresher::event {

Outcome outcome_of(int status, bool connecting) {
  switch (status) {
    case UV_EOF:
      return Outcome::closed;
    case UV_ECONNREFUSED:
      return Outcome::connect_refused;
    case UV_ECONNRESET:
    case UV_ECONNABORTED:
    case UV_EPIPE:
      return Outcome::reset;
    case UV_ENETUNREACH:
    case UV_ENETDOWN:
    case UV_EHOSTUNREACH:
      return Outcome::unreachable;
    case UV_ETIMEDOUT:
      return connecting ? Outcome::connect_timeout : Outcome::timeout;
    case UV_EMFILE:
    case UV_ENFILE:
      return Outcome::descriptors;
    case UV_EADDRNOTAVAIL:
      return connecting ? Outcome::ports : Outcome::internal;
    case UV_ECANCELED:
      return Outcome::cancelled;
    default:
      return Outcome::internal;
  }
}

SocketAddress::SocketAddress(const Address& address) {
  if (address.family == Address::Family::ipv4) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(address.port);
    std::memcpy(&ipv4.sin_addr, address.bytes.data(), sizeof(ipv4.sin_addr));
    std::memcpy(&storage, &ipv4, sizeof(ipv4));
    size = sizeof(ipv4);
  } else {
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(address.port);
    std::memcpy(&ipv6.sin6_addr, address.bytes.data(), sizeof(ipv6.sin6_addr));
    std::memcpy(&storage, &ipv6, sizeof(ipv6));
    size = sizeof(ipv6);
  }
}

Address SocketAddress::read(const sockaddr* address) {
  Address result;
  if (address->sa_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, address, sizeof(ipv4));
    result.port = ntohs(ipv4.sin_port);
    std::memcpy(result.bytes.data(), &ipv4.sin_addr, sizeof(ipv4.sin_addr));
  } else {
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, address, sizeof(ipv6));
    result.family = Address::Family::ipv6;
    result.port = ntohs(ipv6.sin6_port);
    std::memcpy(result.bytes.data(), &ipv6.sin6_addr, sizeof(ipv6.sin6_addr));
  }
  return result;
}

Result<LocalAddress> LocalAddress::of(const std::filesystem::path& path, std::string_view suffix) {
  LocalAddress result;
  const std::size_t most = sizeof(result.storage.sun_path) - 1 - suffix.size();
  const std::string& text = path.native();
  if (text.empty() || text.size() > most) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' cannot be a socket: its path has to have 1 to {} bytes", text, most));
  }
  result.storage.sun_family = AF_UNIX;
  (text + std::string(suffix)).copy(result.storage.sun_path, sizeof(result.storage.sun_path) - 1);
  return result;
}

}  // namespace thresher::event
