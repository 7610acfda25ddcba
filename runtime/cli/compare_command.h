#pragma once

#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// Declares `thresher compare`.
void add_compare_command(CLI::App& app, Command& command);

/// "5%" as 0.05. `flag` is what the error calls it; a text without % is refused, because 0.5 could be meant either way.
Result<double> parse_percentage(const std::string& text, std::string_view flag, double most_percent);

}  // namespace thresher::cli
