#include "cli/resume_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/continued_run.h"
#include "cli/control_commands.h"

namespace thresher::cli {
namespace {

struct ResumeOptions {
  std::string run;
  ContinueOptions killed;
};

/// A run that is there goes on at once; one whose process is gone is continued in this one.
int resume(const ResumeOptions& options) {
  const auto id = run_going_on(options.run);
  if (!id && id.error().code != ErrorCode::not_found) return refuse(id.error());
  if (!id) return continue_run(options.run.empty() ? "last" : options.run, options.killed);
  if (auto resumed = resume_paused(*id); !resumed) return refuse(resumed.error());
  fmt::print("{} goes on\n", *id);
  return kExitFine;
}

}  // namespace

void add_resume_command(CLI::App& app, Command& command) {
  const auto options = std::make_shared<ResumeOptions>();
  CLI::App& resumed = *app.add_subcommand(
      "resume",
      "Lets a run go on that stands still. One that was paused continues at once, its clock where it stood. One that\n"
      "was killed is continued by this process from what it saved every few seconds: under its own id, with its seed,\n"
      "its figures and the rest of its load shape. Its users begin anew, and the report says how long the gap was.\n\n"
      "Examples:\n"
      "  thresher resume\n"
      "  thresher resume 1m7y01sr0\n"
      "  thresher runs --status interrupted\n"
      "  thresher resume last --setup\n");
  resumed
      .add_option("run", options->run,
                  "an id, its unique beginning, or last; needless when only one goes on, or the last one was killed")
      ->type_name("RUN");
  resumed.add_flag("--setup", options->killed.setup_again, "killed: call setup() again, not use what it had returned");
  resumed.add_flag("--changed", options->killed.changed, "killed: go on although the scripts or the profile changed");
  resumed.callback([&command, options] { command.perform = [options] { return resume(*options); }; });
}

}  // namespace thresher::cli
