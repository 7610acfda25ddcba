#include "cli/chaos/chaos_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>

#include "base/file.h"
#include "cli/chaos/chaos_evidence.h"
#include "cli/chaos/chaos_matrix.h"
#include "cli/commands.h"
#include "cli/locations.h"
#include "cli/output_width.h"
#include "cli/sweep/sweep_session.h"

namespace thresher::cli {
namespace {

namespace fs = std::filesystem;

struct ChaosOptions {
  std::vector<int> numbers;
  std::int64_t repeat = 1;
  double min_pass = 1;
  std::optional<std::uint64_t> seed;
  std::string markdown, json, state, artifacts = "artifacts/chaos-failures";
  bool list = false, quiet = false;
};

/// The scenarios asked for; all when none is named.
Result<std::vector<ChaosScenario>> chosen(const std::vector<int>& numbers) {
  auto all = find_chaos_scenarios(Locations::of_this_process().script("scripts/chaos"));
  if (!all || numbers.empty()) return all;
  std::vector<ChaosScenario> some;
  for (const int number : numbers) {
    const auto found = std::find_if(all->begin(), all->end(), [&](const auto& one) { return one.number == number; });
    if (found == all->end())
      return fail(ErrorCode::invalid_argument,
                  fmt::format("there is no chaos scenario {}; `thresher chaos --list` shows those there are", number));
    some.push_back(*found);
  }
  return some;
}

int list(const std::vector<ChaosScenario>& scenarios) {
  for (const ChaosScenario& scenario : scenarios)
    fmt::print("{:>3}  {:<28} {}\n", scenario.number, scenario.title, scenario.description);
  return kExitFine;
}

/// A folder for the state, removed with the object unless the user named it.
class StateFolder {
 public:
  static Result<std::unique_ptr<StateFolder>> make(const std::string& named) {
    if (!named.empty()) return std::unique_ptr<StateFolder>(new StateFolder(fs::absolute(named), false));
    std::string pattern = (fs::temp_directory_path() / "thresher-chaos-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      return fail(ErrorCode::io, fmt::format("no folder can be made in '{}'; name one with --state",
                                             fs::temp_directory_path().string()));
    return std::unique_ptr<StateFolder>(new StateFolder(pattern, true));
  }
  ~StateFolder() {
    std::error_code ignored;
    if (temporary_) fs::remove_all(path_, ignored);
  }
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  StateFolder(fs::path path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}
  fs::path path_;
  bool temporary_;
};

Result<void> make_folders(const ChaosPlan& plan) {
  for (const ChaosRun& run : plan.runs) {
    std::error_code problem;
    fs::create_directories(run.folder, problem);
    if (problem) return fail(ErrorCode::io, fmt::format("'{}': {}", run.folder.string(), problem.message()));
  }
  return {};
}

Result<void> keep_evidence(const ChaosPlan& plan, const SweepReport& report, const std::string& artifacts) {
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const SweepReport::Row& row = report.rows.at(i);
    if (row.status == store::WorkStatus::pending || row.status == store::WorkStatus::in_progress) continue;
    if (chaos_outcome_of(row).passed) continue;
    auto kept = keep_chaos_evidence(plan, i, row, artifacts);
    if (!kept) return fail(std::move(kept.error()));
    fmt::print(stderr, "evidence: {}   (thresher evidence {})\n", kept->string(), kept->string());
  }
  return {};
}

std::string command_line(const ChaosOptions& options, std::uint64_t seed) {
  std::string line = "thresher chaos";
  for (const int number : options.numbers) line += fmt::format(" {}", number);
  if (options.repeat != 1) line += fmt::format(" --repeat {}", options.repeat);
  if (options.min_pass < 1) line += fmt::format(" --min-pass {}", options.min_pass);
  return line + fmt::format(" --seed {}", seed);
}

int chaos_command(const ChaosOptions& options) {
  auto scenarios = chosen(options.numbers);
  if (!scenarios) return refuse(scenarios.error());
  if (options.list) return list(*scenarios);
  auto state = StateFolder::make(options.state);
  if (!state) return refuse(state.error());
  const std::uint64_t seed = options.seed ? *options.seed : std::random_device{}();
  const ChaosWanted wanted{
      .scenarios = std::move(*scenarios), .repeats = options.repeat, .seed = seed, .folder = (*state)->path()};
  const ChaosPlan plan = plan_chaos(wanted);
  if (auto made = make_folders(plan); !made) return refuse(made.error());
  auto kit = store::RecoveryStore::open(plan.sweep.folder / "recovery.db");
  if (!kit) return refuse(kit.error());

  std::size_t done = 0;
  const auto interrupted = work_off(plan.sweep, **kit, [&](const std::string& line) {
    if (options.quiet || line.find(": started") != std::string::npos) return;
    fmt::print(stderr, "[{}/{}] {}\n", ++done, plan.runs.size(), line);
  });
  if (!interrupted) return refuse(interrupted.error());
  const auto report = sweep_report_of(**kit, plan.sweep);
  if (!report) return refuse(report.error());
  if (auto kept = keep_evidence(plan, *report, options.artifacts); !kept) return refuse(kept.error());

  const std::vector<ChaosRow> rows = chaos_rows(plan, *report, options.min_pass);
  const std::string again = command_line(options, seed);
  fmt::print("{}\n{}\n", chaos_text(rows, output_width(120)), again);
  std::fflush(stdout);
  if (!options.markdown.empty())
    if (auto written = write_file(options.markdown, chaos_markdown(rows, again)); !written)
      return refuse(written.error());
  if (!options.json.empty())
    if (auto written = write_file(options.json, chaos_json(rows)); !written) return refuse(written.error());
  if (*interrupted) return kExitInterrupted;
  return std::all_of(rows.begin(), rows.end(), [](const ChaosRow& row) { return row.good; }) ? kExitFine
                                                                                             : kExitThresholds;
}

constexpr const char* kExamples = R"(
Each scenario starts processes of its own, kills them where the seed says, and holds what is left to its assertions. A failure's
evidence is kept: the stores, a diagnosis of each, the run's history and what it printed.

Examples:
  thresher chaos                                   the matrix, each scenario once
  thresher chaos 1 7 --seed 42                     two of them, kill points as with seed 42
  thresher chaos --repeat 50 --min-pass 0.98 --markdown matrix.md --json matrix.json
  thresher evidence artifacts/chaos-failures       what failures left

Exit codes: 0 every scenario passed as often as demanded, 99 one did not, 104 a wrong argument, 105 interrupted.)";

void add_chaos(CLI::App& app, Command& command) {
  const auto options = std::make_shared<ChaosOptions>();
  CLI::App* chaos = app.add_subcommand("chaos", "try to break the recovery kit: kill -9, races, leases that run out");
  chaos->footer(kExamples);
  chaos->add_option("numbers", options->numbers, "scenarios, by number (default: all)")->type_name("N...");
  chaos->add_option("--repeat", options->repeat, "runs of each scenario, each with a seed of its own")
      ->check(CLI::Range(1, 10000));
  chaos->add_option("--min-pass", options->min_pass, "share of its runs that a scenario has to pass (default: 1)")
      ->check(CLI::Range(0.0, 1.0));
  chaos->add_option("--seed", options->seed, "of the first run: kill points, lengths of leases (default: random)");
  chaos->add_option("--markdown", options->markdown, "write the matrix there")->type_name("FILE");
  chaos->add_option("--json", options->json, "write the matrix there, as {\"scenarios\": [...]}")->type_name("FILE");
  chaos
      ->add_option("--state", options->state,
                   "keep the runs' stores there, and go on with what is there (default: a temporary folder)")
      ->type_name("DIR");
  chaos
      ->add_option("--artifacts", options->artifacts,
                   "where failures' evidence goes (default: artifacts/chaos-failures)")
      ->type_name("DIR");
  chaos->add_flag("--list", options->list, "print the scenarios and run nothing");
  chaos->add_flag("-q,--quiet", options->quiet, "say nothing while runs end");
  chaos->callback([&command, options] {
    if (!command.perform) command.perform = [options] { return chaos_command(*options); };
  });
}

void add_evidence(CLI::App& app, Command& command) {
  const auto folder = std::make_shared<std::string>("artifacts/chaos-failures");
  CLI::App* evidence = app.add_subcommand("evidence", "read what a failed chaos scenario left");
  evidence->footer(
      "\nExamples:\n  thresher evidence artifacts/chaos-failures/01-42\n  thresher evidence           all of "
      "artifacts/chaos-failures");
  evidence->add_option("folder", *folder, "a failure's folder, or a folder of them (default: artifacts/chaos-failures)")
      ->type_name("DIR");
  evidence->callback([&command, folder] {
    if (command.perform) return;
    command.perform = [folder] {
      const auto text = evidence_text(*folder);
      if (!text) return refuse(text.error());
      fmt::print("{}", *text);
      return kExitFine;
    };
  });
}

}  // namespace

void add_chaos_commands(CLI::App& app, Command& command) {
  add_chaos(app, command);
  add_evidence(app, command);
}

}  // namespace thresher::cli
