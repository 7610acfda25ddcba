#include "cli/sweep/sweep_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <system_error>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/output_width.h"
#include "cli/sweep/sweep_items.h"
#include "cli/sweep/sweep_report.h"
#include "cli/sweep/sweep_session.h"

namespace thresher::cli {
namespace {

namespace fs = std::filesystem;

struct SweepOptions {
  std::string file, json, csv, state;
  std::vector<std::string> further;
  bool status = false, plan = false, fresh = false, quiet = false;
};

int print_plan(const Sweep& sweep) {
  for (const SweepItem& item : sweep.items) fmt::print("{}  {}\n", item.id, item.label);
  fmt::print("{}: {} run{}; state in {}\n", sweep.name, sweep.items.size(), sweep.items.size() == 1 ? "" : "s",
             sweep.folder.string());
  return kExitFine;
}

/// Throws the state away; not while somebody works with it.
Result<void> start_over(const Sweep& sweep) {
  if (!fs::exists(sweep.folder / "recovery.db")) return {};
  {
    auto kit = store::RecoveryStore::open(sweep.folder / "recovery.db");
    if (!kit) return fail(std::move(kit.error()));
    if (auto swept = (*kit)->queue().sweep(); !swept) return fail(std::move(swept.error()));
    const auto held = (*kit)->queue().list(sweep.name, store::WorkStatus::in_progress);
    if (!held) return fail(Error(held.error()));
    if (!held->empty())
      return fail(ErrorCode::invalid_argument,
                  fmt::format("--fresh: {} is at work in '{}'", held->front().lease_holder.value_or("somebody"),
                              sweep.folder.string()));
  }
  std::error_code problem;
  fs::remove_all(sweep.folder, problem);
  if (problem) return fail(ErrorCode::io, fmt::format("'{}': {}", sweep.folder.string(), problem.message()));
  return {};
}

int conclude(store::RecoveryStore& kit, const Sweep& sweep, const SweepOptions& options, bool interrupted) {
  const auto report = sweep_report_of(kit, sweep);
  if (!report) return refuse(report.error());
  fmt::print("{}", sweep_text(*report, output_width(120)));
  std::fflush(stdout);
  for (const auto& [path, text] : {std::pair{options.json, &sweep_json}, std::pair{options.csv, &sweep_csv}})
    if (!path.empty())
      if (auto written = write_file(path, text(*report)); !written) return refuse(written.error());
  if (interrupted) {
    fmt::print(stderr, "stopped; the same command goes on where this one was\n");
    return kExitInterrupted;
  }
  return report->not_passed > 0 ? kExitThresholds : kExitFine;
}

int work(const Sweep& sweep, const SweepOptions& options, store::RecoveryStore& kit) {
  const auto interrupted = work_off(sweep, kit, [&options](const std::string& line) {
    if (!options.quiet) fmt::print(stderr, "{}\n", line);
  });
  if (!interrupted) return refuse(interrupted.error());
  return conclude(kit, sweep, options, *interrupted);
}

int sweep_command(const SweepOptions& options) {
  auto sweep = read_sweep_items(options.file, options.further);
  if (!sweep) return refuse(sweep.error());
  if (!options.state.empty()) sweep->folder = fs::absolute(options.state);
  if (options.plan) return print_plan(*sweep);
  if (options.fresh)
    if (auto cleared = start_over(*sweep); !cleared) return refuse(cleared.error());
  auto kit = store::RecoveryStore::open(sweep->folder / "recovery.db");
  if (!kit) return refuse(kit.error());
  if (options.status) return conclude(**kit, *sweep, options, false);
  return work(*sweep, options, **kit);
}

constexpr const char* kExamples = R"(
A sweep is a matrix of runs, written down once (TOML) and worked off by as many processes as you start, at any time, on one machine.
Each run is held by a lease. A process that dies, kill -9 included, loses nothing that was finished: another one takes over the run it
was at, from its beginning, once the lease is over.

  fan-out.toml
    scenarios = ["nested_workflow.lua"]
    repeats   = 3
    [parameters]
    DEPTH = [1, 3, 6]

Examples:
  thresher sweep fan-out.toml --plan                  what would be run
  thresher sweep fan-out.toml                         runs it; start it again to go on, or beside another
  thresher sweep fan-out.toml --status --json all.json
  thresher sweep fan-out.toml --fresh -- --quiet      from the beginning; after -- arguments for every run
  thresher sweep scenarios.json -- --base-url http://localhost:8080    scenarios of `thresher nested`

Exit codes: 0 every run passed, 99 some did not, 104 the file is wrong, 105 interrupted.)";

}  // namespace

void add_sweep_command(CLI::App& app, Command& command) {
  const auto options = std::make_shared<SweepOptions>();
  CLI::App* sweep =
      app.add_subcommand("sweep", "run a matrix of runs that several processes share, and any of which may die");
  sweep->footer(kExamples);
  sweep->add_option("file", options->file, "the matrix (TOML), or scenarios of `thresher nested` (JSON)")
      ->required()
      ->check(CLI::ExistingFile);
  sweep->add_flag("--plan", options->plan, "print what would be run, and run nothing");
  sweep->add_flag("--status", options->status, "print how it stands, and run nothing");
  sweep->add_flag("--fresh", options->fresh, "throw away what was done before");
  sweep->add_option("--state", options->state, "where its state is kept (default: NAME.sweep beside the file)")
      ->type_name("DIR");
  sweep->add_option("--json", options->json, "write every run's figures and report there")->type_name("FILE");
  sweep->add_option("--csv", options->csv, "write every run's figures there")->type_name("FILE");
  sweep->add_flag("-q,--quiet", options->quiet, "say nothing while runs start and end");
  sweep->add_option("further", options->further, "after --: arguments for every run")->type_name("ARGS...");
  sweep->callback([&command, options] {
    if (!command.perform) command.perform = [options] { return sweep_command(*options); };
  });
}

}  // namespace thresher::cli
