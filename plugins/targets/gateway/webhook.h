#pragma once

#include <string>
#include <utility>
#include <vector>

namespace gateway {

/// Where the end of an execution is to be told.
struct Webhook {
  std::string url, secret;
  std::vector<std::pair<std::string, std::string>> headers;
};

}  // namespace gateway
