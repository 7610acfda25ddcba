#pragma once

#include <string>

#include "base/result.h"
#include "cli/run_options.h"

namespace CLI {
class App;
}

namespace thresher::cli {

/// Declares what looks at and steers runs that go on: status, pause, scale, stop, note. (`resume` has a file of its
/// own.)
void add_control_commands(CLI::App& app, Command& command);

/// The id of the run of this user that a person means among those that go on: an id, the unique beginning of one,
/// `last`; or nothing, when exactly one goes on. The error (not_found, invalid_argument) lists those there are.
Result<std::string> run_going_on(const std::string& reference);

/// Lets a paused run go on. The error is the run's own: it is not paused, it has ended.
Result<void> resume_paused(const std::string& id);

}  // namespace thresher::cli
