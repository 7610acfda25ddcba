#include "report/json_number.h"

#include <cmath>
#include <cstdint>

namespace thresher::report {

Json json_number(double value) {
  if (!std::isfinite(value)) return nullptr;
  constexpr double kExactIntegers = 9007199254740992;  // 2^53
  if (value == std::trunc(value) && std::abs(value) < kExactIntegers) return static_cast<std::int64_t>(value);
  return value;
}

Json json_rounded(double value) {
  constexpr double kRoundable = 9007199254740992 / 1e6;
  return json_number(std::abs(value) < kRoundable ? std::round(value * 1e6) / 1e6 : value);
}

std::string json_text(const Json& document, int indent) {
  return document.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace thresher::report
