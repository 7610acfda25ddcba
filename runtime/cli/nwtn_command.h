#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// `thresher nwtn stress` and `thresher nwtn validate`, as the NWTN document's two scripts are used. See
/// add_other_commands().
void add_nwtn_command(CLI::App& app, Command& command);

}  // namespace thresher::cli
