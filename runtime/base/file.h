#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace thresher {

/// The whole file as bytes. Errors name the path and the system's reason.
Result<std::string> read_file(const std::filesystem::path& path);

/// Writes beside `path` and renames over it, so that a reader never sees half a file. Makes missing parent folders.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace thresher
