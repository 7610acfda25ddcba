#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/address.h"

namespace thresher::proxy {

/// A host name or address with a port, where a proxy's connections go on to.
struct Endpoint {
  std::string host;  ///< IPv6 without brackets
  std::uint16_t port = 0;
};

/// "db.example:5432", "127.0.0.1:80", "[::1]:80". The error quotes the text and shows an example.
Result<Endpoint> parse_endpoint(std::string_view text);

/// Where to listen: as parse_endpoint(), with port 0 for any that is free and hosts that are this machine's addresses
/// or "localhost". ":8080" is every address of the machine, as in Toxiproxy. "" is a free port of 127.0.0.1.
Result<event::Address> parse_listen(std::string_view text);

}  // namespace thresher::proxy
