#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "plugin/registry.h"

namespace thresher::cli {

/// The path of the program that runs; empty where /proc cannot be read.
std::filesystem::path this_executable();

/// Where thresher finds what came with it: beside the binary in a build tree, under the prefix once installed. What
/// lies in the current folder comes first.
struct Locations {
  std::vector<std::filesystem::path> profiles;  ///< folders, in the order searched
  std::vector<std::filesystem::path> plugins;   ///< folders of shipped plugins that exist
  std::vector<std::filesystem::path> data;      ///< roots under which scripts/ may be

  static Locations of_this_process();

  /// `argument` as given when it exists, else the shipped file or folder of that name, else `argument` again (its user
  /// reports).
  std::string script(const std::string& argument) const;
};

/// The shipped plugins and those of --plugin (files or folders). A broken library of --plugin is an error; the shipped
/// ones too.
Result<void> load_plugins(plugin::Registry& registry, const Locations& locations,
                          const std::vector<std::string>& extra);

}  // namespace thresher::cli
