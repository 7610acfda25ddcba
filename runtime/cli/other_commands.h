#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// The commands that are about neither a run's options nor a plugin's. Each function, in the command's own file, declares
/// a subcommand with its help and examples, and sets `command.perform` once it was chosen (a CLI11 callback). Both
/// arguments outlive the parse.
void add_other_commands(CLI::App& app, Command& command);

}  // namespace thresher::cli
