#include "cli/locations.h"

#include <system_error>

namespace thresher::cli {

namespace fs = std::filesystem;

fs::path this_executable() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

Locations Locations::of_this_process() {
  std::error_code ignored;
  const fs::path binary = this_executable().parent_path();
  Locations found;
  // Installed: PREFIX/bin/thresher. Built: build/PRESET/thresher, two folders below the sources.
  const fs::path share = binary.parent_path() / "share" / "thresher";
  const fs::path sources = binary.parent_path().parent_path();
  for (const fs::path& root : {share, sources})
    if (fs::is_directory(root / "profiles", ignored) && fs::is_directory(root / "scripts", ignored))
      found.data.push_back(root);

  found.profiles.emplace_back("profiles");
  for (const fs::path& root : found.data) found.profiles.push_back(root / "profiles");

  if (fs::is_directory(binary / "plugins", ignored)) {
    found.plugins.push_back(binary / "plugins");
  } else {
    const fs::path libraries = binary.parent_path() / THRESHER_INSTALL_LIBDIR / "thresher" / "plugins";
    if (fs::is_directory(libraries, ignored)) found.plugins.push_back(libraries);
  }
  return found;
}

std::string Locations::script(const std::string& argument) const {
  std::error_code ignored;
  if (fs::path(argument).is_absolute() || fs::exists(argument, ignored)) return argument;
  for (const fs::path& root : data)
    if (fs::exists(root / argument, ignored)) return (root / argument).string();
  return argument;
}

Result<void> load_plugins(plugin::Registry& registry, const Locations& locations,
                          const std::vector<std::string>& extra) {
  for (const fs::path& folder : locations.plugins)
    if (auto loaded = registry.load_folder(folder); !loaded) return loaded;
  std::error_code ignored;
  for (const std::string& path : extra) {
    auto loaded = fs::is_directory(path, ignored) ? registry.load_folder(path) : registry.load(path);
    if (!loaded) return loaded;
  }
  return {};
}

}  // namespace thresher::cli
