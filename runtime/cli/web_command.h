#pragma once

#include <string>
#include <vector>

#include "cli/run_options.h"

namespace thresher::cli {

/// `thresher run --web`: the live page, and beside it, as a process of its own at this terminal, the run that the rest
/// of the command line means. Without files it waits for the page's form. Ctrl-C stops the run, and once that has ended
/// the page. Returns the run's exit code.
int web_command(const Command& command);

/// The command line without what is about the page: what the run's own process gets. Pure.
std::vector<std::string> without_web_flags(const std::vector<std::string>& arguments);

}  // namespace thresher::cli
