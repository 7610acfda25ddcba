#include "cli/sweep/sweep_worker.h"

#include <fmt/format.h>

#include <csignal>
#include <utility>

#include "base/file.h"

extern char** environ;

namespace thresher::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr Nanoseconds kLookAgain = 250ms;
constexpr std::size_t kPrintedKept = 4096;

std::vector<std::string> our_environment() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

}  // namespace

/// A run in progress, and what it leaves.
struct SweepWorker::Running {
  store::Lease lease;
  const SweepItem& item;
  fs::path folder;
  std::ofstream log;
  std::string printed;  ///< its end
  TimePoint began{};
  bool unwanted = false;  ///< the lease was lost
  std::unique_ptr<event::Process> process;

  fs::path result() const { return folder / "result.json"; }
};

SweepWorker::SweepWorker(event::Loop& loop, store::RecoveryStore& kit, const Sweep& sweep, Options options)
    : loop_(loop),
      kit_(kit),
      sweep_(sweep),
      options_(std::move(options)),
      wake_(loop.timers(), [this](TimePoint) { look(); }),
      heartbeat_(loop.timers(), [this](TimePoint) { beat(); }) {}

SweepWorker::~SweepWorker() = default;

void SweepWorker::start(std::function<void(Result<void>)> on_done) {
  on_done_ = std::move(on_done);
  wake_.start_at(loop_.now());
}

Result<void> SweepWorker::add_items() {
  auto transaction = store::Transaction::begin(kit_.database());
  if (!transaction) return fail(std::move(transaction.error()));
  for (const SweepItem& item : sweep_.items) {
    auto added = kit_.queue().add({.task_id = sweep_.name,
                                   .work_type = "run",
                                   .input = "{}",
                                   .max_retries = sweep_.max_retries,
                                   .work_item_id = item.id});
    if (!added) return fail(std::move(added.error()));
  }
  return transaction->commit();
}

void SweepWorker::look() {
  if (stopping_) return finish({});
  if (auto looked = look_for_work(); !looked) finish(std::move(looked));
}

Result<void> SweepWorker::look_for_work() {
  if (!std::exchange(added_, true)) {
    if (auto added = add_items(); !added) return added;
  }
  if (auto swept = kit_.queue().sweep(); !swept) return fail(std::move(swept.error()));
  const auto statuses = kit_.queue().statuses(sweep_.name);
  if (!statuses) return fail(Error(statuses.error()));
  bool all_final = true;
  for (const SweepItem& item : sweep_.items) {
    const store::WorkStatus status = statuses->at(item.id);
    all_final = all_final && status != store::WorkStatus::pending && status != store::WorkStatus::in_progress;
    if (status != store::WorkStatus::pending) continue;
    auto lease = kit_.queue().acquire({.holder = options_.holder, .duration = sweep_.lease, .work_item_id = item.id});
    if (!lease) return fail(std::move(lease.error()));
    if (*lease) return begin(item, std::move(**lease));  // else somebody was quicker
  }
  if (all_final)
    finish({});
  else
    wake_.start_at(loop_.now() + kLookAgain);
  return {};
}

Result<void> SweepWorker::begin(const SweepItem& wanted, store::Lease lease) {
  const fs::path work = sweep_.folder / "work";
  std::error_code ignored;
  for (std::int64_t earlier = 1; earlier < lease.fence; ++earlier)  // what was half done is nobody's result
    fs::remove_all(work / fmt::format("{}.{}", wanted.id, earlier), ignored);
  running_ = std::make_unique<Running>(Running{.lease = std::move(lease),
                                               .item = wanted,
                                               .folder = {},
                                               .log = {},
                                               .printed = {},
                                               .began = loop_.now(),
                                               .unwanted = false,
                                               .process = nullptr});
  Running& running = *running_;
  running.folder = work / fmt::format("{}.{}", wanted.id, running.lease.fence);
  fs::remove_all(running.folder, ignored);

  event::ProcessOptions process{.command = {options_.executable}, .environment = our_environment(), .folder = {}};
  process.command.insert(process.command.end(), wanted.arguments.begin(), wanted.arguments.end());
  const auto add = [&process](const char* flag, const fs::path& path) {
    process.command.emplace_back(flag);
    process.command.push_back(path.string());
  };
  if (!wanted.document.empty()) {
    const fs::path scenario = running.folder / "scenario.json";
    if (auto written = write_file(scenario, wanted.document); !written) return written;
    add("--scenario-file", scenario);
    add("--save-metrics", running.result());
  } else {
    add("--json", running.result());
    process.command.emplace_back("--no-color");
  }
  if (auto made = write_file(running.folder / "command.txt", fmt::format("{}\n", fmt::join(process.command, " ")));
      !made)
    return made;
  running.log.open(running.folder / "log.txt");
  auto started = loop_.start_process(process, *this);
  if (!started) return fail(std::move(started.error()));
  running.process = std::move(*started);
  heartbeat_.start_at(loop_.now() + sweep_.lease / 3);
  options_.say(fmt::format("{}: started{}", wanted.label,
                           running.lease.retry_count > 0
                               ? fmt::format(" (attempt {}: an earlier one did not end)", running.lease.retry_count + 1)
                               : ""));
  return {};
}

void SweepWorker::beat() {
  if (running_ == nullptr) return;
  auto prolonged = kit_.queue().heartbeat(running_->lease, sweep_.lease);
  if (prolonged) {
    running_->lease = std::move(*prolonged);
    heartbeat_.start_at(loop_.now() + sweep_.lease / 3);
    return;
  }
  options_.say(fmt::format("{}: given up here: {}", running_->item.label, prolonged.error().message));
  running_->unwanted = true;
  running_->process->send(SIGKILL);
}

void SweepWorker::on_process_bytes(event::ProcessStream, std::string_view bytes) {
  running_->log << bytes;
  std::string& printed = running_->printed;
  printed.append(bytes);
  if (printed.size() > 2 * kPrintedKept) printed.erase(0, printed.size() - kPrintedKept);
}

void SweepWorker::on_process_end(const event::ProcessEnd& end) {
  heartbeat_.cancel();
  auto settled = settle(end);
  running_.reset();  // the process it came from
  if (!settled && settled.error().code != ErrorCode::cancelled) return finish(std::move(settled));
  wake_.start_at(loop_.now());
}

Result<void> SweepWorker::settle(const event::ProcessEnd& end) {
  Running& running = *running_;
  running.log.close();
  if (running.unwanted) return {};
  if (stopping_) return kit_.queue().release(running.lease);
  const std::string took = fmt::format("{:.1f} s", to_seconds(loop_.now() - running.began));
  if (end.signal != 0) {
    const std::string why = fmt::format("the run was ended by signal {}", end.signal);
    options_.say(fmt::format("{}: {} after {}", running.item.label, why, took));
    return kit_.queue().give_up(running.lease, why);
  }
  std::string document;
  if (fs::exists(running.result())) {
    auto read = read_file(running.result());
    if (!read) return fail(std::move(read.error()));
    document = std::move(*read);
  }
  const SweepOutcome outcome = sweep_outcome_of(end.exit_code, std::move(document), running.printed);
  if (auto completed = kit_.queue().complete(running.lease, outcome.json()); !completed) {
    options_.say(fmt::format("{}: done, but too late: {}", running.item.label, completed.error().message));
    return completed;
  }
  options_.say(fmt::format("{}: {} in {}: {}", running.item.label, outcome.verdict, took, outcome.text));
  std::error_code ignored;
  if (end.exit_code == 0 && !sweep_.keep_all)
    fs::remove_all(running.folder, ignored);  // else what it printed may say why
  return {};
}

void SweepWorker::stop() {
  const bool again = std::exchange(stopping_, true);
  if (running_ != nullptr)
    running_->process->send(again ? SIGKILL : SIGINT);
  else
    wake_.start_at(loop_.now());
}

void SweepWorker::finish(Result<void> result) {
  wake_.cancel();
  heartbeat_.cancel();
  if (on_done_) std::exchange(on_done_, nullptr)(std::move(result));
}

}  // namespace thresher::cli
