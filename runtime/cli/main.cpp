#include <cstdio>
#include <exception>
#include <system_error>

#include "cli/commands.h"
#include "cli/run_options.h"

namespace thresher::cli {
namespace {

int dispatch(const Command& command) {
  switch (command.kind) {
    case Command::Kind::run:
    case Command::Kind::rehearse:
      return run_command(command);
    case Command::Kind::list:
      return list_command(command);
    case Command::Kind::stand_in:
      return stand_in_command(command);
    case Command::Kind::plugins:
      return plugins_command(command);
    case Command::Kind::new_file:
      return new_command(command);
    case Command::Kind::version:
      return version_command();
    case Command::Kind::other:
      return command.perform();
    case Command::Kind::help:
      std::fputs(command.text.c_str(), stdout);
      return kExitFine;
  }
  return kExitBug;
}

}  // namespace

}  // namespace thresher::cli

int main(int argc, char** argv) {
  using namespace thresher;
  try {
    const auto command = cli::parse_command(argc, argv);
    if (!command) {
      cli::complain(command.error());
      return cli::kExitBadConfiguration;
    }
    return cli::dispatch(*command);
  } catch (const std::system_error& problem) {
    // Whoever read what we print has enough, as `head` does after ten lines; 141 is what a shell calls that.
    if (problem.code() == std::errc::broken_pipe) return 141;
    std::fprintf(stderr, "thresher: %s\n", problem.what());
    return cli::kExitBug;
  } catch (const std::exception& bug) {
    std::fprintf(stderr, "thresher: this is a bug in thresher: %s\n", bug.what());
    return cli::kExitBug;
  }
}
