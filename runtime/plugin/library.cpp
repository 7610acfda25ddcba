#include "plugin/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "plugin/load_watch.h"
#include "plugin/text.h"

namespace thresher::plugin {
namespace {

namespace fs = std::filesystem;

auto refuse(const fs::path& path, std::string_view why, ErrorCode code = ErrorCode::plugin) {
  return fail(code, fmt::format("plugin \"{}\": {}", path.string(), why));
}

/// dlopen begins its reports with the path it was given; we have already named it.
std::string loader_problem(const fs::path& path) {
  const char* text = dlerror();
  std::string problem = text ? text : "the system's loader gives no reason";
  if (const std::string prefix = path.string() + ": "; problem.starts_with(prefix)) problem.erase(0, prefix.size());
  return problem;
}

/// Why a library without thresher_plugin_v1 is refused: it may be a plugin of a later ABI, whose entry point has that
/// number.
std::string missing_entry(void* handle) {
  for (unsigned major = THRESHER_ABI_MAJOR + 1; major < THRESHER_ABI_MAJOR + 10; ++major)
    if (dlsym(handle, fmt::format("thresher_plugin_v{}", major).c_str()))
      return fmt::format("was built for ABI {}; this thresher speaks {}.{}", major, THRESHER_ABI_MAJOR,
                         THRESHER_ABI_MINOR);
  return "is not a thresher plugin: it exports no thresher_plugin_v1";
}

constexpr std::size_t kSizeOf10 = offsetof(thresher_plugin, generators);  ///< the first member that 1.1 appended

/// What is wrong with the table an entry point returned; empty when it may be read.
std::string objection(const thresher_plugin& plugin) {
  // The first three members are in every version, so the ABI can be told even when the size is wrong.
  if (plugin.abi_major != THRESHER_ABI_MAJOR)
    return fmt::format("was built for ABI {}.{}; this thresher speaks {}.{}", plugin.abi_major, plugin.abi_minor,
                       THRESHER_ABI_MAJOR, THRESHER_ABI_MINOR);
  if (plugin.struct_size < kSizeOf10)
    return fmt::format("has a thresher_plugin of {} bytes; ABI 1.0 has {}", plugin.struct_size, kSizeOf10);
  if (!is_name(plugin.name))
    return fmt::format("calls itself \"{}\"; names are lower case letters, digits, '_' and '-'", view_of(plugin.name));
  return {};
}

/// Copies the members that a plugin of any minor version has.
thresher_plugin known_members(const thresher_plugin& given) {
  thresher_plugin known{};
  std::memcpy(&known, &given, std::min<std::size_t>(given.struct_size, sizeof known));
  return known;
}

/// What is wrong with the tables of the kinds; empty when they may be read.
std::string missing_table(const thresher_plugin& plugin) {
  const auto lacks = [](const void* table, std::size_t count) { return count > 0 && !table; };
  const auto say = [](std::size_t count, std::string_view kinds) {
    return fmt::format("declares {} {}, but its table is NULL", count, kinds);
  };
  if (lacks(plugin.targets, plugin.target_count)) return say(plugin.target_count, "targets");
  if (lacks(plugin.generators, plugin.generator_count)) return say(plugin.generator_count, "generators");
  if (lacks(plugin.validators, plugin.validator_count)) return say(plugin.validator_count, "validators");
  if (lacks(plugin.outputs, plugin.output_count)) return say(plugin.output_count, "outputs");
  return {};
}

/// The plugin may hold on to its host's table until the process exits, so neither ends before; the list keeps them
/// reachable, which tells a leak checker that this is meant.
Host* keep(std::unique_ptr<Host> host) {
  static std::mutex mutex;
  static auto& kept = *new std::vector<std::unique_ptr<Host>>;
  const std::lock_guard lock(mutex);
  kept.push_back(std::move(host));
  return kept.back().get();
}

}  // namespace

Result<fs::path> find_library(const fs::path& given) {
  std::error_code error;
  fs::path path = fs::canonical(given, error);
  if (error) return refuse(given, error.message(), ErrorCode::not_found);
  return path;
}

Result<Library> open_library(const fs::path& path) {
  const LoadWatch watch(path);
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) return refuse(path, "does not load: " + loader_problem(path));
  const auto entry = reinterpret_cast<decltype(&thresher_plugin_v1)>(dlsym(handle, "thresher_plugin_v1"));
  if (!entry) return refuse(path, missing_entry(handle));

  auto host = std::make_unique<Host>(path.stem().string());
  const thresher_plugin* given = nullptr;
  const CallScope call;
  if (const auto escaped = escaped_exception([&] { given = entry(host->table()); }))
    return refuse(path, "thresher_plugin_v1 " + *escaped);
  if (!given) return refuse(path, call.failure().value_or("thresher_plugin_v1 returned NULL without saying why"));
  if (auto problem = objection(*given); !problem.empty()) return refuse(path, problem);
  const thresher_plugin plugin = known_members(*given);
  if (auto problem = missing_table(plugin); !problem.empty()) return refuse(path, problem);
  return Library{path, keep(std::move(host)), plugin};
}

}  // namespace thresher::plugin
