#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"

namespace thresher::store {

/// Writes down what happened, in the transaction it happened in.
Result<void> audit(Database& database, std::string_view task_id, std::string_view subject, std::string_view event,
                   std::string_view detail, WallTime at);

/// 16 random bytes as hexadecimal digits: an id nobody else makes.
std::string make_recovery_id();

/// Nanoseconds since 1970, as the tables have it.
inline std::int64_t stored(WallTime at) { return at.time_since_epoch().count(); }

}  // namespace thresher::store
