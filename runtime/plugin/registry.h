#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "plugin/generator.h"
#include "plugin/output.h"
#include "plugin/target.h"
#include "plugin/validator.h"

namespace thresher::plugin {

struct PluginInfo {
  std::string name, version;
  std::filesystem::path path;
  unsigned abi_major = 0, abi_minor = 0;
  std::vector<std::string> targets, generators, validators, outputs;
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
  /// Of each kind: by name, and all of them. The error lists what there is. A name is unique within its kind.
  Result<const TargetType*> target(std::string_view name) const;
  std::vector<const TargetType*> targets() const;
  Result<const GeneratorType*> generator(std::string_view name) const;
  std::vector<const GeneratorType*> generators() const;
  Result<const ValidatorType*> validator(std::string_view name) const;
  std::vector<const ValidatorType*> validators() const;
  Result<const OutputType*> output(std::string_view name) const;
  std::vector<const OutputType*> outputs() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thresher::plugin
