#include "cli/continued_run.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "cli/commands.h"
#include "cli/compared_run.h"
#include "store/run_store.h"

namespace thresher::cli {
namespace {

/// The run, with the words that started it.
struct Found {
  store::RunRecord record;
  RunCheckpoint checkpoint;
};

Result<Found> find(const std::string& reference) {
  const auto history = open_history();
  if (!history) return fail(Error(history.error()));
  const auto id = (*history)->resolve(reference);
  if (!id) return fail(Error(id.error()));
  auto record = (*history)->get(*id);
  if (!record) return fail(std::move(record.error()));
  if (record->running())
    return fail(ErrorCode::invalid_argument,
                fmt::format("run {} goes on, in another process space or on another machine", *id));
  const auto saved = (*history)->progress_of(*id);
  if (!saved) return fail(Error(saved.error()));
  if (!*saved && record->end.status != store::status::kInterrupted)
    return fail(ErrorCode::invalid_argument,
                fmt::format("run {} has ended ({}): there is nothing left to do; to do it again: {}", *id,
                            record->end.status, record->start.command_line));
  if (!*saved)
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("run {} left nothing to go on from: a run saves how far it came every {} s, and one that was "
                    "stopped with Ctrl-C has ended; to do it again: {}",
                    *id, RunCheckpoints::kInterval / std::chrono::seconds(1), record->start.command_line));
  auto checkpoint = parse_checkpoint((*saved)->text);
  if (!checkpoint) return fail(std::move(checkpoint.error()));
  return Found{std::move(*record), std::move(*checkpoint)};
}

/// The command line once more, in its own folder: what it left open (seed, workers) is what it was.
Result<Command> reparse(const Found& found) {
  std::error_code problem;
  std::filesystem::current_path(found.checkpoint.folder, problem);
  if (problem)
    return fail(ErrorCode::io, fmt::format("run {} was started in '{}': {}", found.record.id, found.checkpoint.folder,
                                           problem.message()));
  std::vector<const char*> words{"thresher"};
  for (const std::string& argument : found.checkpoint.arguments) words.push_back(argument.c_str());
  auto command = parse_command(static_cast<int>(words.size()), words.data());
  if (!command) return command;
  if (command->kind != Command::Kind::run)
    return fail(ErrorCode::invalid_argument, fmt::format("run {} is part of `{}`, which is not continued this way",
                                                         found.record.id, found.record.start.command_line));
  command->line = found.record.start.command_line;
  command->run.seed = found.record.start.seed;
  command->run.workers = static_cast<unsigned>(found.checkpoint.progress.worker_cpu.size());
  return command;
}

void tell(const Found& found, Nanoseconds gap) {
  const engine::Progress& progress = found.checkpoint.progress;
  fmt::print("run {} goes on behind {:.0f} s of load, after a gap of {:.0f} s; its users begin anew\n", found.record.id,
             to_seconds(progress.elapsed), to_seconds(gap));
  std::fflush(stdout);
}

}  // namespace

int continue_run(const std::string& reference, const ContinueOptions& options) {
  auto found = find(reference);
  if (!found) return refuse(found.error());
  auto command = reparse(*found);
  if (!command) return refuse(command.error());

  engine::Progress& progress = found->checkpoint.progress;
  const WallTime now{std::chrono::system_clock::now()};
  progress.gaps.push_back({progress.elapsed, std::max(now - progress.taken, Nanoseconds{})});
  if (!command->run.quiet) tell(*found, progress.gaps.back().length);
  return run_command(*command, {.id = found->record.id,
                                .conditions = options.changed ? std::string() : found->record.start.conditions,
                                .checkpoint = std::move(found->checkpoint),
                                .setup_again = options.setup_again});
}

}  // namespace thresher::cli
