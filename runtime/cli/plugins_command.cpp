#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/locations.h"
#include "plugin/registry.h"
#include "thresher/plugin.h"

namespace thresher::cli {

int plugins_command(const Command& command) {
  plugin::Registry registry;
  if (auto loaded = load_plugins(registry, Locations::of_this_process(), command.run.plugins); !loaded) {
    complain(loaded.error());
    return exit_code_of(loaded.error());
  }
  if (command.as_json) {
    auto list = nlohmann::ordered_json::array();
    for (const plugin::PluginInfo& info : registry.plugins())
      list.push_back({{"name", info.name},
                      {"version", info.version},
                      {"path", info.path.string()},
                      {"abi", fmt::format("{}.{}", info.abi_major, info.abi_minor)},
                      {"targets", info.targets}});
    fmt::print("{}\n", list.dump(2));
    return kExitFine;
  }
  fmt::print("host ABI {}.{}\n", THRESHER_ABI_MAJOR, THRESHER_ABI_MINOR);
  if (registry.plugins().empty()) fmt::print("no plugin is loaded; name one with --plugin PATH\n");
  for (const plugin::PluginInfo& info : registry.plugins()) {
    fmt::print("{} {}  ABI {}.{}  {}\n", info.name, info.version, info.abi_major, info.abi_minor, info.path.string());
    for (const std::string& name : info.targets) {
      const auto target = registry.target(name);
      if (!target) continue;
      fmt::print("  target {}: {}\n", name, (*target)->summary());
      for (const plugin::Endpoint& endpoint : (*target)->endpoints())
        fmt::print("    {:<16} :{}\n", endpoint.name, endpoint.port);
    }
  }
  return kExitFine;
}

}  // namespace thresher::cli
