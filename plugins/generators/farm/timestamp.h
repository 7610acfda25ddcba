#pragma once

#include <cstdint>
#include <string>

namespace farm {

/// "2026-01-01T00:00:00" for unix seconds, years 0 to 9999, UTC, without a zone. Nobody here reads a clock: moments
/// count back from the parameter `now`.
std::string timestamp(std::int64_t unix_s);

}  // namespace farm
