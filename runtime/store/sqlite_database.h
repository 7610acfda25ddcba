#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "store/database.h"

namespace thresher::store {

/// What messages say of a file: what it is, and the way out when it cannot be used.
struct SqliteWords {
  std::string what = "run history";
  std::string way_out = "use another file (DATABASE_URL=sqlite:FILE), or go on without a history (--no-history)";
  std::string room = "make room, for example with `thresher runs rm --older-than 30d`";  ///< when the disk is full
};

/// Opens a SQLite file, made with missing folders when there is none, and readable by its owner alone: command lines
/// may hold tokens. Write-ahead log, foreign keys checked, every commit on the disk before it returns; a lock is waited
/// for up to `lock_timeout`. Statements are prepared once and kept.
Result<std::unique_ptr<Database>> open_sqlite(const std::filesystem::path& path, Nanoseconds lock_timeout,
                                              SqliteWords words = {});

/// A database in memory, gone with its connection: for rehearsals, which keep nothing.
Result<std::unique_ptr<Database>> open_sqlite_in_memory(SqliteWords words = {});

}  // namespace thresher::store
