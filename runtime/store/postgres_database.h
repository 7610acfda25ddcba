#pragma once

#include <memory>

#include "base/clock.h"
#include "store/database.h"
#include "store/location.h"

namespace thresher::store {

/// Connects to a PostgreSQL server (12 or later). A lock is waited for up to `lock_timeout`; a connection that was lost
/// is made again by recovered().
Result<std::unique_ptr<Database>> open_postgres(const Location& location, Nanoseconds lock_timeout);

}  // namespace thresher::store
