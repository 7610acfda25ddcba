#pragma once

#include <string_view>
#include <vector>

#include "base/clock.h"
#include "store/database.h"

namespace thresher::store {

/// A step from one schema version to the next: statements both databases understand. Steps are never changed once
/// released; a new version appends one.
struct Migration {
  std::int64_t version = 0;  ///< the one it leads to; the first leads to 1
  std::vector<std::string_view> statements;
};
const std::vector<Migration>& migrations();

/// Brings the database up to `target` (default: the newest). Each step is one transaction with its entry in
/// thresher_schema_version, so a crash leaves a whole version; processes that come at once wait for one another. A
/// schema that is newer than the newest migration is an error that says so.
Result<void> migrate(Database& database, WallTime now, std::int64_t target = migrations().back().version);

}  // namespace thresher::store
