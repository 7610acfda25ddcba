#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// Declares `thresher runs` and what stands under it: show, compare, rm.
void add_runs_command(CLI::App& app, Command& command);

}  // namespace thresher::cli
