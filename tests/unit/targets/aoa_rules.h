#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "aoa_platform.h"

namespace aoa_test {

/// Microseconds since midnight of an RFC 3339 instant of ours; tests do not run through one.
std::int64_t instant(const Json& text);

/// What a result breaks of the rules of ORACLE.md: an own, plain reading of them, independent of the validators. One
/// line per breach; empty when all is well.
std::vector<std::string> breaches(const Json& scenario, const Json& result);

}  // namespace aoa_test
