#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// Declares `thresher validate`: judges a recorded history.
void add_validate_command(CLI::App& app, Command& command);

}  // namespace thresher::cli
