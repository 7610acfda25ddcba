#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace thresher::store {

/// Where a run history is.
struct Location {
  enum class Kind { sqlite, postgres };
  Kind kind = Kind::sqlite;
  std::string target;  ///< a path, or the URL as given, password and all: never printed
  std::string shown;   ///< for messages: the path, or postgresql://user@host:port/database
  bool named = false;  ///< a person asked for this one, so that doing without it would be wrong
};

/// "postgres://...", "postgresql://...", "sqlite:PATH" or a path ("~" is not expanded: that is the shell's). The error
/// never quotes what could be a password.
Result<Location> parse_location(std::string_view text);

/// DATABASE_URL when it is set and not empty; else $XDG_DATA_HOME/thresher/history.db, else
/// ~/.local/share/thresher/history.db (the XDG base directory specification: a relative XDG_DATA_HOME does not count).
Result<Location> locate_history();

/// Where the recovery kit is that nobody named: recovery.db beside the history's file, whatever DATABASE_URL says.
Result<std::filesystem::path> locate_recovery();

}  // namespace thresher::store
