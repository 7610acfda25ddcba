#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// `thresher nested`: what the public nested_workflow_stress.py does, with its options, environment variables and JSON.
void add_nested_command(CLI::App& app, Command& command);

}  // namespace thresher::cli
