#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// `thresher chaos`, the matrix of what a recovery kit has to survive, and `thresher evidence`, what a failure left.
void add_chaos_commands(CLI::App& app, Command& command);

}  // namespace thresher::cli
