#pragma once

#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "store/database.h"

namespace thresher::store {

/// Opens a SQLite file, made with missing folders when there is none, and readable by its owner alone: command lines
/// may hold tokens. Write-ahead log, foreign keys checked, every commit on the disk before it returns; a lock is waited
/// for up to `lock_timeout`.
Result<std::unique_ptr<Database>> open_sqlite(const std::filesystem::path& path, Nanoseconds lock_timeout);

}  // namespace thresher::store
