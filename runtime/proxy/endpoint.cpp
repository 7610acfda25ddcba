#include "proxy/endpoint.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace thresher::proxy {
namespace {

std::optional<Endpoint> split(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return std::nullopt;  // an IPv6 address without brackets: which colon is the port's?
  if (host.find_first_of("/[] @") != std::string_view::npos) return std::nullopt;
  Endpoint endpoint{std::string(host), 0};
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
  if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return endpoint;
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  auto endpoint = split(text);
  if (!endpoint || endpoint->host.empty() || endpoint->port == 0)
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is no HOST:PORT, such as 127.0.0.1:8007 or db.example:5432", text));
  return std::move(*endpoint);
}

Result<event::Address> parse_listen(std::string_view text) {
  if (text.empty()) return event::Address::loopback(0);
  const auto endpoint = split(text);
  if (!endpoint)
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is no ADDRESS:PORT to listen on, such as 127.0.0.1:9007 or 127.0.0.1:0", text));
  const std::string host = endpoint->host.empty() ? "::" : endpoint->host == "localhost" ? "127.0.0.1" : endpoint->host;
  const auto address = event::Address::parse(host, endpoint->port);
  if (!address)
    return fail(ErrorCode::invalid_argument,
                fmt::format("cannot listen on '{}': '{}' is no address of this machine, such as 127.0.0.1, localhost "
                            "or [::]",
                            text, endpoint->host));
  return *address;
}

}  // namespace thresher::proxy
