#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "support/temporary_folder.h"

namespace thresher::test {

/// A folder of scripts that exists as long as this object.
class ScriptFolder {
 public:
  /// Writes the file, making folders on the way, and returns its path.
  std::string write(std::string_view name, std::string_view text) const {
    const auto file = folder_.path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file.string();
  }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

}  // namespace thresher::test
