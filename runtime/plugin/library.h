#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "plugin/host.h"
#include "thresher/plugin.h"

namespace thresher::plugin {

/// A shared library that has passed the handshake. It is never unloaded, and neither is its Host: plugin code may run
/// until the process exits (thread-local destructors, atexit), and unloading C++ libraries is not reliable.
struct Library {
  std::filesystem::path path;  ///< canonical
  Host* host = nullptr;
  thresher_plugin plugin{};  ///< what it gave; members of a later minor version than its own are 0
};

/// The canonical path of a library, so that one library is known by one name and dlopen does not search the system's
/// folders.
Result<std::filesystem::path> find_library(const std::filesystem::path& given);

/// Opens the library at a canonical path, calls its entry point and checks that it speaks our ABI. Every error begins
/// `plugin "PATH":`. A plugin that crashes meanwhile ends the process, named: see LoadWatch.
Result<Library> open_library(const std::filesystem::path& path);

}  // namespace thresher::plugin
