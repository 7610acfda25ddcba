#include "cli/other_commands.h"

#include <CLI/CLI.hpp>

namespace thresher::cli {

void add_other_commands(CLI::App&, Command&) {}

}  // namespace thresher::cli
