#pragma once

#include <string>

#include "cli/preparation.h"
#include "cli/run_options.h"

namespace thresher::cli {

/// What --dry-run prints of a run that could start (line end included): {"command_line", "plan", "thresholds", "curve",
/// "stand_ins_needed", "problem": null}. `plan` is a report's, `curve` the shape drawn: [{"at_s", "users"}] or
/// [{"at_s", "rate"}]. `stand_ins_needed` are the targets whose ports on this machine the scenarios talk to. Pure.
std::string dry_run_json(const Preparation& prepared, const std::string& command_line);

/// Settles everything that a run would, prints it, and sends nothing. What is wrong is said as ever, with its exit
/// code, and as {"problem": {"message", "where"}} on standard output for programs.
int dry_run_command(const Command& command);

}  // namespace thresher::cli
