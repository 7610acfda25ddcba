#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// Declares `thresher resume`.
void add_resume_command(CLI::App& app, Command& command);

}  // namespace thresher::cli
