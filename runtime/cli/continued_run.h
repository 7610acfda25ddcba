#pragma once

#include <string>

#include "base/result.h"
#include "cli/run_checkpoint.h"
#include "cli/run_options.h"

namespace thresher::cli {

/// A run whose process died, ready to go on.
struct ContinuedRun {
  std::string id;          ///< in the history
  std::string conditions;  ///< that have to hold still (store::conditions_of); empty: whatever they are now
  RunCheckpoint checkpoint;
  bool setup_again = false;  ///< call setup() once more instead of handing over what it returned
};

struct ContinueOptions {
  bool setup_again = false;
  bool changed = false;  ///< go on although scripts or profile mean something else now
};

/// `thresher resume` of a run that does not go on: finds it and what it had saved, and performs the rest of it, under
/// its own id. `reference` as `thresher runs` takes it. Returns the exit code; what went wrong has been printed.
int continue_run(const std::string& reference, const ContinueOptions& options);

/// What continue_run() performs in the end: `command` as the dead process had parsed it. In run_command.cpp.
int run_command(const Command& command, ContinuedRun continued);

}  // namespace thresher::cli
