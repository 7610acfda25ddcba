#pragma once

#include "cli/run_options.h"

namespace thresher::cli {

/// Each performs one command and returns the process's exit code (CONVENTIONS). What went wrong has been printed by
/// then.
int run_command(const Command& command);  ///< run and rehearse
int list_command(const Command& command);
int stand_in_command(const Command& command);
int plugins_command(const Command& command);
int new_command(const Command& command);
int new_plugin_command(const std::string& path, const std::string& kind);  ///< kind: target, generator ...
int version_command();

/// Prints "thresher: where: message" to standard error.
void complain(const Error& error);

/// complain(), and what to return then.
int refuse(const Error& error);

inline constexpr int kExitFine = 0;
inline constexpr int kExitThresholds = 99;  ///< a threshold failed, or whatever else a command holds its work to
inline constexpr int kExitBadConfiguration = 104;
inline constexpr int kExitInterrupted = 105;
inline constexpr int kExitScriptError = 107;
inline constexpr int kExitBug = 109;
inline constexpr int kExitNoData = 122;  ///< nothing to judge

/// 107 for a script's own error, 104 for everything else that a person has to put right before anything is sent.
int exit_code_of(const Error& error);

}  // namespace thresher::cli
