#include "cli/other_commands.h"

#include <CLI/CLI.hpp>

#include "cli/chaos/chaos_command.h"
#include "cli/compare_command.h"
#include "cli/control_commands.h"
#include "cli/fault_proxy_command.h"
#include "cli/nested_command.h"
#include "cli/nwtn_command.h"
#include "cli/plugin_commands.h"
#include "cli/resume_command.h"
#include "cli/runs_command.h"
#include "cli/serve_command.h"
#include "cli/sweep/sweep_command.h"
#include "cli/validate_command.h"

namespace thresher::cli {

void add_other_commands(CLI::App& app, Command& command) {
  add_chaos_commands(app, command);
  add_compare_command(app, command);
  add_control_commands(app, command);
  add_fault_proxy_command(app, command);
  add_nested_command(app, command);
  add_nwtn_command(app, command);
  add_plugin_commands(app, command);
  add_resume_command(app, command);
  add_runs_command(app, command);
  add_serve_command(app, command);
  add_sweep_command(app, command);
  add_validate_command(app, command);
}

}  // namespace thresher::cli
