#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// Declares `thresher fault-proxy`: proxies that carry connections badly, steered through Toxiproxy's HTTP API.
void add_fault_proxy_command(CLI::App& app, Command& command);

}  // namespace thresher::cli
