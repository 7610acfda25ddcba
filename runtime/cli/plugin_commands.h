#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// What plugin authors type: `plugins verify PATH`, and `new plugin PATH --kind KIND`. `app` has the subcommands
/// `plugins` and `new` already; otherwise as add_other_commands().
void add_plugin_commands(CLI::App& app, Command& command);

}  // namespace thresher::cli
