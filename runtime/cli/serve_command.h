#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// Declares `thresher serve`: the oracle's HTTP service.
void add_serve_command(CLI::App& app, Command& command);

}  // namespace thresher::cli
