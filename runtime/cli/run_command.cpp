#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "base/log.h"
#include "bindings/scenario_runner.h"
#include "cli/commands.h"
#include "cli/continued_run.h"
#include "cli/descriptor_limit.h"
#include "cli/locations.h"
#include "cli/preflight.h"
#include "cli/preparation.h"
#include "cli/reports.h"
#include "cli/run_companion.h"
#include "cli/run_control.h"
#include "cli/run_history.h"
#include "cli/run_oracle.h"
#include "cli/stand_in_thread.h"
#include "cli/versions.h"
#include "cli/web_command.h"
#include "cli/web_dry_run.h"
#include "engine/run.h"
#include "event/uv_loop.h"
#include "event/virtual_world.h"
#include "report/terminal.h"
#include "report/verdict.h"
#include "store/run_conditions.h"

namespace thresher::cli {
namespace {

Nanoseconds process_cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

Result<void> configure_log(const RunOptions& options) {
  log::Options wanted;
  wanted.level = options.verbose ? log::Level::debug : log::Level::warn;
  wanted.format = options.log_format == "json" ? log::Format::json : log::Format::text;
  wanted.color = !options.no_color;
  if (options.log_file) wanted.file = *options.log_file;
  return log::configure(wanted);
}

/// Ctrl-C once: a clean stop with its report. Twice: now, and still with the report. A third time ends the process.
class Interrupts {
 public:
  Interrupts(event::Loop& loop, engine::RunControl& control) : control_(control) {
    for (const int number : {SIGINT, SIGTERM})
      watches_.push_back(event::watch_signal(loop, number, [this](int) { interrupted(); }));
  }

 private:
  void interrupted() {
    switch (++count_) {
      case 1:
        fmt::print(stderr, "\nstopping: iterations in progress may end; Ctrl-C again ends them now\n");
        control_.stop(engine::StopReason::interrupted);
        break;
      case 2:
        control_.kill();
        break;
      default:
        std::_Exit(105);
    }
  }

  engine::RunControl& control_;
  std::vector<std::unique_ptr<event::SignalWatch>> watches_;
  int count_ = 0;
};

report::TimeUnit time_unit_of(const std::string& name) {
  if (name == "s") return report::TimeUnit::seconds;
  if (name == "ms") return report::TimeUnit::milliseconds;
  if (name == "us") return report::TimeUnit::microseconds;
  return report::TimeUnit::automatic;
}

/// Standard output belongs to a report that was sent there; people then read standard error.
bool writes_to_standard_output(const RunOptions& options) {
  if (options.json == "-") return true;
  for (const std::string& out : options.outputs)
    if (out.ends_with("=-")) return true;
  return false;
}

/// A started run's surroundings: real, or a rehearsal's. Makes loops for the engine and holds what stands in.
struct Surroundings {
  std::unique_ptr<event::VirtualWorld> world;  ///< of a rehearsal
  std::unique_ptr<event::Loop> coordinator;
  std::unique_ptr<event::Loop> stand_in_loop;  ///< of a rehearsal
  std::vector<std::unique_ptr<service::StandIn>> stand_ins;
  std::unique_ptr<StandInThread> stand_in_thread;
  engine::Fabric fabric;
};

Result<Surroundings> surround(const Preparation& prepared, bool rehearsal) {
  Surroundings made;
  if (!rehearsal) {
    made.coordinator = event::make_uv_loop();
    made.fabric = {.make_loop = [](unsigned) { return event::make_uv_loop(); },
                   .threads = true,
                   .process_cpu = process_cpu,
                   .script_limit = prepared.options.script_limit};
    if (prepared.stand_ins.empty()) return made;
    auto thread = StandInThread::start(prepared.stand_ins, prepared.plan.seed);
    if (!thread) return fail(std::move(thread.error()));
    made.stand_in_thread = std::move(*thread);
    return made;
  }
  made.world = std::make_unique<event::VirtualWorld>();
  made.coordinator = made.world->make_loop();
  made.stand_in_loop = made.world->make_loop();
  made.fabric = {.make_loop = [world = made.world.get()](unsigned) { return world->make_loop(); },
                 .threads = false,
                 .process_cpu = {},
                 .script_limit = prepared.options.script_limit};
  auto stand_ins = start_stand_ins(*made.stand_in_loop, prepared.stand_ins, prepared.plan.seed);
  if (!stand_ins) return fail(std::move(stand_ins.error()));
  made.stand_ins = std::move(*stand_ins);
  return made;
}

/// What has to be as it was for a run to go on: else its figures would be of two different things.
Result<void> still_holds(const ContinuedRun& continued, const Preparation& prepared) {
  const std::string conditions = store::conditions_of(prepared.plan, prepared.options.host.value_or(""));
  if (!continued.conditions.empty() && continued.conditions != conditions)
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("run {} measured something else than its command line means now: its scripts or its profile "
                    "were changed (then {}, now {}); to go on all the same: --changed",
                    continued.id, continued.conditions, conditions));
  if (prepared.thresholds.size() != continued.checkpoint.progress.thresholds.size())
    return fail(
        ErrorCode::invalid_argument,
        fmt::format("run {} was judged by {} thresholds, and its profile has {} now: put them back as they were",
                    continued.id, continued.checkpoint.progress.thresholds.size(), prepared.thresholds.size()));
  return {};
}

/// What the engine goes on from. Takes the checkpoint's figures.
std::shared_ptr<engine::Continuation> continuation_of(ContinuedRun& continued, const Preparation& prepared) {
  RunCheckpoint& checkpoint = continued.checkpoint;
  auto from = std::make_shared<engine::Continuation>();
  from->progress = std::make_shared<const engine::Progress>(checkpoint.progress);
  from->totals.restore(std::move(checkpoint.series), checkpoint.exceptions, checkpoint.overflowed_series);
  // Stand-ins of the run's own died with it: whatever setup() made in them is gone.
  from->setup_again = continued.setup_again || !prepared.stand_ins.empty();
  return from;
}

report::RunDescription describe(const Command& command, const Preparation& prepared, const event::Loop& clock,
                                bool rehearsal) {
  report::RunDescription run;
  run.plan = &prepared.plan;
  run.command_line = command.line;
  run.version = THRESHER_VERSION;
  run.dependencies = dependency_versions();
  run.host = prepared.options.host.value_or("");
  run.rehearsal = rehearsal;
  run.created = clock.wall_now();
  run.created_at = clock.now();
  return run;
}

/// What the reports go to. The history of the validators is known by its flag, the others by their ending.
std::vector<report::RunFile> files_of(const Reports& reports, const RunOptions& options) {
  std::vector<report::RunFile> files;
  for (const std::filesystem::path& file : reports.files()) {
    const bool is_history = options.history && file == *options.history;
    const std::string ending = file.extension().string();
    const std::string kind = ending.empty() ? "other" : ending.substr(1);
    files.push_back({is_history ? "history" : kind, std::filesystem::absolute(file).lexically_normal().string()});
  }
  return files;
}

/// `companion`: null for a run that is nothing but one. `continued`: null for one from its beginning.
int perform_run(const Command& command, RunCompanion* companion, ContinuedRun* continued = nullptr) {
  const bool rehearsal = command.kind == Command::Kind::rehearse;
  if (auto configured = configure_log(command.run); !configured) return refuse(configured.error());
  raise_descriptor_limit();

  auto prepared = prepare(command.run, Locations::of_this_process(), rehearsal);
  if (!prepared) return refuse(prepared.error());
  auto surroundings = surround(*prepared, rehearsal);
  if (!surroundings) return refuse(surroundings.error());
  report::RunDescription description = describe(command, *prepared, *surroundings->coordinator, rehearsal);
  if (continued != nullptr) {
    if (auto holds = still_holds(*continued, *prepared); !holds) return refuse(holds.error());
    description.part = static_cast<unsigned>(continued->checkpoint.progress.gaps.size() + 1);
    description.elapsed_before = continued->checkpoint.progress.elapsed;
    description.seconds_before = &continued->checkpoint.seconds;
  }
  report::Judgement judgement;
  if (!prepared->validators.empty()) description.judgement = &judgement;
  auto oracle = RunOracle::create(*prepared->plugins, prepared->validators, description, judgement);
  if (!oracle) return refuse(oracle.error());
  auto reports = Reports::open(prepared->options, *prepared->plugins, description);
  if (!reports) return refuse(reports.error());
  if (!rehearsal) description.files = files_of(*reports, prepared->options);  // a rehearsal's report names no machine
  auto history = RunHistory::open(prepared->options, rehearsal);
  if (!history) return refuse(history.error());
  if (companion != nullptr) {
    if (auto admitted = companion->admit(*prepared); !admitted) return refuse(admitted.error());
  }
  if (!rehearsal && prepared->options.preflight) {
    if (auto walked = preflight(*prepared); !walked)
      return walked.error().code == ErrorCode::cancelled ? kExitInterrupted : refuse(walked.error());
  }
  const auto begun =
      continued != nullptr ? history->go_on(continued->id, description) : history->begin(*prepared, description);
  if (!begun) return refuse(begun.error());

  const RunOptions& options = prepared->options;
  const int screen = writes_to_standard_output(options) ? STDERR_FILENO : STDOUT_FILENO;
  auto look = report::Terminal::detect(screen, options.quiet, options.no_color);
  look.verbose = options.verbose;
  look.look.time_unit = time_unit_of(options.time_unit);
  if (rehearsal && look.mode == report::Terminal::Mode::live) look.mode = report::Terminal::Mode::plain;
  if (rehearsal) look.plain_interval = std::chrono::minutes(1);
  report::Terminal terminal(description, look);
  report::Judge judge(description.judgement);

  const auto run =
      engine::Run::create(prepared->plan, *surroundings->coordinator, surroundings->fabric,
                          bindings::make_runner_factory(prepared->scenario),
                          {.recorder = prepared->recorder,
                           .thresholds = prepared->thresholds,
                           .continued = continued != nullptr ? continuation_of(*continued, *prepared) : nullptr});
  (*oracle)->watch(*run);
  run->observe(judge);
  reports->observe(*run);
  history->observe(*run);
  if (companion == nullptr) history->save_progress_of(*run, description, *surroundings->coordinator, command.arguments);
  run->observe(terminal);
  if (companion != nullptr) run->observe(*companion);
  auto remote =
      RemoteControl::open(*run, *surroundings->coordinator, description,
                          {history->id(), store::start_of(prepared->plan, prepared->options.host.value_or("")).name});
  if (remote != nullptr) run->observe(*remote);

  std::optional<Interrupts> interrupts;
  if (!rehearsal) interrupts.emplace(*surroundings->coordinator, run->control());
  std::optional<engine::RunSummary> summary;
  run->start([&](const engine::RunSummary& ended) {
    summary = ended;
    surroundings->coordinator->stop();
  });
  surroundings->coordinator->run();
  if (!summary) return refuse({ErrorCode::internal, "the run ended without a summary", {}});

  const auto written = reports->conclude(*summary);
  if (!written) complain(written.error());
  const report::Verdict verdict = judge.verdict(*summary);
  const auto recorded = history->conclude(*summary, verdict);
  if (!recorded) complain(recorded.error());
  terminal.conclude(*summary, verdict, reports->files());
  if (!options.quiet && !history->id().empty()) {
    std::FILE* out = screen == STDERR_FILENO ? stderr : stdout;
    fmt::print(out, "recorded as {}\n", history->id());
    std::fflush(out);  // quick_exit() below would not
  }
  const bool all_kept = written && recorded;
  const int decided = companion != nullptr ? companion->conclude(*summary, verdict) : verdict.exit_code;
  const int exit_code = !all_kept && decided == 0 ? kExitBadConfiguration : decided;
  if (remote != nullptr) remote->conclude(verdict, exit_code, reports->files());
  remote.reset();  // quick_exit() would not
  if (summary->stuck_workers > 0) std::quick_exit(exit_code);  // their threads cannot be joined
  return exit_code;
}

}  // namespace

int run_command(const Command& command) {
  if (command.run.dry_run) return dry_run_command(command);
  if (command.run.web.shown()) return web_command(command);
  return perform_run(command, nullptr);
}
int run_command(const Command& command, RunCompanion& companion) { return perform_run(command, &companion); }
int run_command(const Command& command, ContinuedRun continued) { return perform_run(command, nullptr, &continued); }

}  // namespace thresher::cli
