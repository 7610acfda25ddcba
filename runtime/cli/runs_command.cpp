#include "cli/runs_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/compared_run.h"
#include "cli/comparison_json.h"
#include "cli/comparison_text.h"
#include "cli/output_width.h"
#include "cli/runs_json.h"
#include "cli/runs_text.h"
#include "comparison/comparison.h"
#include "report/terminal.h"
#include "store/run_store.h"

namespace thresher::cli {
namespace {

struct RunsOptions {
  store::RunFilter filter;
  std::vector<std::string> references;
  std::string older_than;
  bool as_json = false;
  bool take_back = false;
};

report::Look look_of_standard_output() {
  report::Look look = report::Terminal::detect(STDOUT_FILENO, false, false).look;
  look.width = output_width(look.width);
  return look;
}

Result<store::RunRecord> find(store::RunStore& store, const std::string& reference) {
  auto id = store.resolve(reference);
  if (!id) return fail(std::move(id.error()));
  return store.get(*id);
}

int list_runs(const RunsOptions& options) {
  auto store = open_history();
  if (!store) return refuse(store.error());
  const auto runs = (*store)->list(options.filter);
  if (!runs) return refuse(runs.error());
  fmt::print("{}", options.as_json ? runs_json(*runs) : runs_text(*runs, look_of_standard_output()));
  return kExitFine;
}

int show_run(const RunsOptions& options) {
  auto store = open_history();
  if (!store) return refuse(store.error());
  const auto run = find(**store, options.references.front());
  if (!run) return refuse(run.error());
  constexpr std::size_t kBaselines = 3;
  const auto earlier = (*store)->comparable_before(*run, kBaselines);
  if (!earlier) return refuse(earlier.error());
  const Baselines baselines{judge_regression(*run, *earlier), *earlier};
  fmt::print("{}", options.as_json ? run_json(*run, baselines) : run_text(*run, baselines, look_of_standard_output()));
  return kExitFine;
}

int compare_runs(const RunsOptions& options) {
  auto store = open_history();
  if (!store) return refuse(store.error());
  const auto first = find(**store, options.references.at(0));
  if (!first) return refuse(first.error());
  const auto second = find(**store, options.references.at(1));
  if (!second) return refuse(second.error());
  const comparison::MeasuredRun baseline = measured_run_of(*first), current = measured_run_of(*second);
  const comparison::Comparison compared = compare(baseline, current);
  fmt::print("{}", options.as_json
                       ? comparison_json(baseline, current, compared, kExitFine)
                       : comparison_text(baseline, current, compared, Shown::changed, look_of_standard_output()));
  return kExitFine;
}

/// Removes and says so; the first error ends it, what was removed until then stays removed.
Result<void> remove_run(store::RunStore& store, const std::string& id) {
  const auto run = store.get(id);
  if (!run) return fail(Error(run.error()));
  if (auto removed = store.remove(id); !removed) return removed;
  fmt::print("removed {}\n", report::printable(run_line(*run)));
  return {};
}

/// Oldest first, a hundred at a time, so that a million runs need no memory. Runs that go on are passed over.
Result<void> remove_older(store::RunStore& store, const std::string& age) {
  const bool days = age.ends_with('d');  // the one unit that durations of runs have no use for
  const auto duration = parse_duration(days ? age.substr(0, age.size() - 1) : age);
  if (!duration)
    return fail(ErrorCode::invalid_argument,
                fmt::format("--older-than '{}': expected a time such as 30d, 12h or 90m", age));
  constexpr int kSecondsOfADay = 86'400;
  const Nanoseconds back = *duration * (days ? kSecondsOfADay : 1);
  store::RunFilter filter;
  filter.started_before = WallTime(std::chrono::system_clock::now()) - back;
  filter.limit = 100;
  for (;;) {
    const auto runs = store.list(filter);
    if (!runs) return fail(Error(runs.error()));
    if (runs->empty()) return {};
    for (const store::RunRecord& run : *runs) {
      filter.started_before = run.started;
      if (run.running()) continue;
      if (auto removed = remove_run(store, run.id); !removed) return removed;
    }
  }
}

int remove_runs(const RunsOptions& options) {
  if (options.references.empty() && options.older_than.empty())
    return refuse({ErrorCode::invalid_argument, "runs rm: name a run, or say --older-than 30d", {}});
  auto store = open_history();
  if (!store) return refuse(store.error());
  // All names are found before any run goes: `last` means the same run for the whole command.
  std::vector<std::string> ids;
  for (const std::string& reference : options.references) {
    auto id = (*store)->resolve(reference);
    if (!id) return refuse(id.error());
    ids.push_back(std::move(*id));
  }
  for (const std::string& id : ids)
    if (auto removed = remove_run(**store, id); !removed) return refuse(removed.error());
  if (options.older_than.empty()) return kExitFine;
  if (auto removed = remove_older(**store, options.older_than); !removed) return refuse(removed.error());
  return kExitFine;
}

int mark_baseline(const RunsOptions& options) {
  auto store = open_history();
  if (!store) return refuse(store.error());
  const auto run = find(**store, options.references.front());
  if (!run) return refuse(run.error());
  if (auto marked = (*store)->set_baseline(run->id, !options.take_back); !marked) return refuse(marked.error());
  fmt::print("{} {}\n", options.take_back ? "no longer a baseline:" : "baseline of its conditions:",
             report::printable(run_line(*run)));
  return kExitFine;
}

}  // namespace

void add_runs_command(CLI::App& app, Command& command) {
  const auto options = std::make_shared<RunsOptions>();
  const auto perform = [&command, options](int (*run)(const RunsOptions&)) {
    return [&command, options, run] {
      if (!command.perform) command.perform = [options, run] { return run(*options); };  // the innermost comes first
    };
  };
  CLI::App& runs = *app.add_subcommand(
      "runs",
      "Lists the runs of the history, newest first: ~/.local/share/thresher/history.db, or DATABASE_URL.\n\n"
      "Examples:\n  thresher runs --limit 10\n  thresher runs --kind stress-test --status completed_with_failures\n"
      "  thresher runs show last\n  thresher runs compare last~1 last\n  thresher runs rm --older-than 30d\n");
  runs.require_subcommand(0, 1);
  runs.add_option("--kind", options->filter.kind, "run, stress-test or stream-load-test")->type_name("KIND");
  runs.add_option("--status", options->filter.status, "running, completed, completed_with_failures, interrupted ...")
      ->type_name("STATUS");
  runs.add_option("--text", options->filter.text, "somewhere in name, files, profile, host, command line or tags")
      ->type_name("TEXT");
  runs.add_option("--limit", options->filter.limit, "most runs (50)")->type_name("N");
  runs.add_flag("--json", options->as_json, "as JSON");
  runs.callback(perform(list_runs));

  CLI::App& show =
      *runs.add_subcommand("show",
                           "Everything of one run, and whether it got worse than the comparable ones before it.\n\n"
                           "Examples:\n  thresher runs show last\n  thresher runs show 1m7y01sr0 --json\n");
  show.add_option("run", options->references, "an id, its unique beginning, last or last~N")
      ->required()
      ->expected(1)
      ->type_name("ID");
  show.add_flag("--json", options->as_json, "as JSON, the whole report included");
  show.callback(perform(show_run));

  CLI::App& compare = *runs.add_subcommand(
      "compare",
      "Two runs side by side, endpoint by endpoint, and whether they may be compared at all. `thresher\n"
      "compare` says the same of files, takes margins, and ends with 99 for a regression.\n\n"
      "Example:\n  thresher runs compare last~1 last\n");
  compare.add_option("runs", options->references, "the earlier run and the later one")
      ->required()
      ->expected(2)
      ->type_name("ID");
  compare.add_flag("--json", options->as_json, "as JSON");
  compare.callback(perform(compare_runs));

  CLI::App& baseline = *runs.add_subcommand(
      "baseline",
      "Makes a run the baseline of its conditions (scenarios, load, target), in place of an earlier one. Lists\n"
      "and trends of the page mark it.\n\n"
      "Examples:\n  thresher runs baseline last\n  thresher runs baseline 1m7y01sr0 --take-back\n");
  baseline.add_option("run", options->references, "an id, its unique beginning, last or last~N")
      ->required()
      ->expected(1)
      ->type_name("ID");
  baseline.add_flag("--take-back", options->take_back, "it shall no longer be one");
  baseline.callback(perform(mark_baseline));

  CLI::App& remove = *runs.add_subcommand("rm",
                                          "Removes runs and says which. A run that goes on stays.\n\n"
                                          "Examples:\n  thresher runs rm last\n  thresher runs rm --older-than 30d\n");
  remove.add_option("runs", options->references, "ids, their unique beginnings, last or last~N")->type_name("ID");
  remove.add_option("--older-than", options->older_than, "all that began so long ago: 30d, 12h")->type_name("TIME");
  remove.callback(perform(remove_runs));
}

}  // namespace thresher::cli
