#include <fmt/format.h>

#include <csignal>
#include <cstdio>

#include "cli/commands.h"
#include "cli/locations.h"
#include "event/uv_loop.h"
#include "plugin/registry.h"
#include "service/stand_in.h"

namespace thresher::cli {
namespace {}  // namespace

int stand_in_command(const Command& command) {
  plugin::Registry registry;
  if (auto loaded = load_plugins(registry, Locations::of_this_process(), command.run.plugins); !loaded)
    return refuse(loaded.error());
  const auto type = registry.target(command.stand_in);
  if (!type) return refuse(type.error());

  const std::unique_ptr<event::Loop> loop = event::make_uv_loop();
  service::StandInOptions options;
  options.config = command.config;
  options.bind_host = command.bind_host;
  options.seed = command.run.seed.value_or(0);
  const auto stand_in = service::StandIn::start(*loop, **type, options);
  if (!stand_in) return refuse(stand_in.error());

  for (const plugin::Endpoint& endpoint : (*stand_in)->endpoints())
    fmt::print("{:<16} http://{}:{}\n", endpoint.name, options.bind_host, endpoint.port);
  fmt::print("{} stands in; Ctrl-C ends it\n", command.stand_in);
  std::fflush(stdout);
  const auto stop = [&loop](int) { loop->stop(); };
  const auto on_interrupt = event::watch_signal(*loop, SIGINT, stop);
  const auto on_terminate = event::watch_signal(*loop, SIGTERM, stop);
  loop->run();
  fmt::print("\n{} requests answered\n", (*stand_in)->requests());
  return kExitFine;
}

}  // namespace thresher::cli
