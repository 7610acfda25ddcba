#pragma once

#include <string>

namespace recovery {

/// Why a call is not done; thrown by whoever finds out, answered as {"error", "code"}.
struct Refusal {
  int status = 400;
  const char* code = "invalid_request";
  std::string error = {};
};

}  // namespace recovery
