#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// `thresher sweep`, a matrix of runs that any number of processes share.
void add_sweep_command(CLI::App& app, Command& command);

}  // namespace thresher::cli
