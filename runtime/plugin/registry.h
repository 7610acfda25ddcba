#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "plugin/target.h"

namespace thresher::plugin {

struct PluginInfo {
  std::string name, version;
  std::filesystem::path path;
  unsigned abi_major = 0, abi_minor = 0;
  std::vector<std::string> targets;
};

/// The libraries loaded into this process. They stay loaded until it exits. Control plane.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// Loads one library. The error names the path, the cause and, for another ABI, both versions. Loading a library
  /// twice is fine.
  Result<void> load(const std::filesystem::path& library);
  /// Loads every *.so of a folder; a library that does not load is an error that names it.
  Result<void> load_folder(const std::filesystem::path& folder);
  std::vector<PluginInfo> plugins() const;
  /// The error lists the targets there are.
  Result<const TargetType*> target(std::string_view name) const;
  std::vector<const TargetType*> targets() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thresher::plugin
