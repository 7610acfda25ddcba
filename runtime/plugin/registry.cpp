#include "plugin/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/text.h"
#include "plugin/library.h"
#include "plugin/target_adaptor.h"
#include "plugin/text.h"

namespace thresher::plugin {

namespace fs = std::filesystem;

struct Registry::State {
  struct Loaded {
    Library library;
    std::vector<std::unique_ptr<TargetType>> targets;
  };
  std::vector<Loaded> libraries;

  const Loaded* owner_of(std::string_view target) const {
    for (const Loaded& loaded : libraries)
      for (const auto& type : loaded.targets)
        if (type->name() == target) return &loaded;
    return nullptr;
  }
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

Result<void> Registry::load(const fs::path& given) {
  const auto path = find_library(given);
  if (!path) return fail(path.error());
  for (const State::Loaded& loaded : state_->libraries)
    if (loaded.library.path == *path) return {};
  auto library = open_library(*path);
  if (!library) return fail(std::move(library.error()));

  const auto blame = [&](std::string_view why) {
    return fail(ErrorCode::plugin, fmt::format("plugin \"{}\": {}", library->path.string(), why));
  };
  State::Loaded loaded{*library, {}};
  for (std::size_t i = 0; i < library->plugin->target_count; ++i) {
    auto type = adapt_target(*library, library->plugin->targets[i]);
    if (!type) return blame(type.error().message);
    const std::string name = (*type)->name();
    if (const State::Loaded* owner = state_->owner_of(name))
      return blame(
          fmt::format("its target {} is already there, from plugin \"{}\"", name, owner->library.path.string()));
    for (const auto& earlier : loaded.targets)
      if (earlier->name() == name) return blame(fmt::format("declares the target {} twice", name));
    loaded.targets.push_back(std::move(*type));
  }
  state_->libraries.push_back(std::move(loaded));
  return {};
}

Result<void> Registry::load_folder(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entries(folder, error), end; !error && entries != end; entries.increment(error))
    if (entries->path().extension() == ".so") found.push_back(entries->path());
  if (error)
    return fail(ErrorCode::not_found, fmt::format("plugin folder \"{}\": {}", folder.string(), error.message()));
  std::sort(found.begin(), found.end());  // the order of a folder is no order
  for (const fs::path& library : found)
    if (auto loaded = load(library); !loaded) return loaded;
  return {};
}

std::vector<PluginInfo> Registry::plugins() const {
  std::vector<PluginInfo> all;
  for (const State::Loaded& loaded : state_->libraries) {
    const thresher_plugin& plugin = *loaded.library.plugin;
    PluginInfo info{string_of(plugin.name), string_of(plugin.version), loaded.library.path,
                    plugin.abi_major,       plugin.abi_minor,          {}, {}, {}, {}};
    for (const auto& type : loaded.targets) info.targets.push_back(type->name());
    all.push_back(std::move(info));
  }
  return all;
}

Result<const TargetType*> Registry::target(std::string_view name) const {
  std::vector<std::string> names;
  for (const TargetType* type : targets()) {
    if (type->name() == name) return type;
    names.push_back(type->name());
  }
  if (names.empty())
    return fail(ErrorCode::not_found, fmt::format("unknown target \"{}\"; no plugin offers any", name));
  const std::string_view near = closest(name, names);
  return fail(ErrorCode::not_found,
              fmt::format("unknown target \"{}\"; there {} {}{}", name, names.size() == 1 ? "is" : "are",
                          fmt::join(names, ", "), near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
}

std::vector<const TargetType*> Registry::targets() const {
  std::vector<const TargetType*> all;
  for (const State::Loaded& loaded : state_->libraries)
    for (const auto& type : loaded.targets) all.push_back(type.get());
  return all;
}

}  // namespace thresher::plugin
