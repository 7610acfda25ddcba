#include "cli/nested_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "bindings/scenario_runner.h"
#include "cli/commands.h"
#include "cli/locations.h"
#include "cli/nested_figures.h"
#include "cli/nested_metrics.h"
#include "cli/nested_template.h"
#include "event/uv_loop.h"
#include "report/number_text.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string without_last_slash(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

/// What the options are to the script, which says what each setting means.
std::map<std::string, std::string> settings_of(const PreparedNested& prepared) {
  const NestedOptions& o = prepared.options;
  Json headers = Json::object();
  if (const auto split = split_headers(o.headers))
    for (const auto& [name, value] : *split) headers[name] = value;
  const char* tree = o.depth > 0 && o.width > 0 ? "tree" : "graph";
  std::map<std::string, std::string> settings{{"BASE_URL", without_last_slash(o.base_url)},
                                              {"TARGET", o.target},
                                              {"DEPTH", std::to_string(o.depth)},
                                              {"WIDTH", std::to_string(o.width)},
                                              {"PAYLOAD_BYTES", std::to_string(o.payload_bytes)},
                                              {"SEED", std::to_string(*o.seed)},
                                              {"HEADERS", headers.dump()},
                                              {"REQUEST_TIMEOUT", fmt::format("{}", o.request_timeout)},
                                              {"EXECUTION_TIMEOUT", fmt::format("{}", o.execution_timeout)},
                                              {"POLL_INTERVAL", fmt::format("{}", o.poll_interval)},
                                              {"MAX_POLL_INTERVAL", fmt::format("{}", o.max_poll_interval)},
                                              {"BACKOFF_MULTIPLIER", fmt::format("{}", o.backoff_multiplier)},
                                              {"JITTER", fmt::format("{}", o.jitter)},
                                              {"RETRIES", std::to_string(o.retries)},
                                              {"UNKNOWN_TIMEOUT", fmt::format("{}", o.unknown_timeout)},
                                              {"SYNC_PREFIX", without_last_slash(o.sync_prefix)},
                                              {"ASYNC_PREFIX", without_last_slash(o.async_submit_prefix)},
                                              {"STATUS_ENDPOINT", without_last_slash(o.async_status_endpoint)},
                                              {"DAG", o.check_dag ? tree : "off"},
                                              {"RESULT", o.check_result ? "checked" : "off"},
                                              {"SEQUENCE", "counted"}};
  if (!prepared.body_parts.empty()) settings["TEMPLATE"] = Json(prepared.body_parts).dump();
  return settings;
}

/// As many workflows as were asked for, shared by as many users as may be under way at once.
profile::Profile shape_of(const NestedOptions& options) {
  profile::Profile shape;
  shape.executor = profile::ExecutorKind::shared_iterations;
  shape.users = options.concurrency;
  shape.iterations = options.requests;
  shape.tags = {options.mode == "sync" ? "sync" : options.batch_status ? "batch" : "async"};
  shape.stop_timeout = std::chrono::seconds(30);
  return shape;
}

class Scenario final : private engine::RunObserver {
 public:
  Scenario(const PreparedNested& prepared, NestedStage& stage)
      : prepared_(prepared), options_(prepared.options), stage_(stage), loop_(stage.make_coordinator()) {
    quiet_ = options_.quiet;
    live_ = !stage_.is_rehearsal() && ::isatty(STDERR_FILENO) == 1;
  }

  Result<NestedOutcome> perform() {
    if (auto made = prepare(); !made) return fail(std::move(made.error()));
    if (!stage_.is_rehearsal())
      for (const int number : {SIGINT, SIGTERM})
        watches_.push_back(event::watch_signal(*loop_, number, [this](int) { interrupted(); }));
    timestamp_ = loop_->wall_now();
    if (metrics_)
      metrics_->look([this] { begin(); });
    else
      begin();
    loop_->run();
    return outcome();
  }

 private:
  Result<void> prepare() {
    bindings::ScenarioOptions scenario;
    scenario.files = {Locations::of_this_process().script("scripts/nested_workflow.lua")};
    scenario.environment = settings_of(prepared_);
    scenario.http.verify_tls = options_.verify_ssl;
    scenario.user_agent = std::string("thresher/") + THRESHER_VERSION;
    scenario.seed = *options_.seed;
    scenario.watch_runs = stage_.is_rehearsal();
    auto catalogue = bindings::read_catalogue(scenario);
    if (!catalogue) return fail(std::move(catalogue.error()));
    constexpr unsigned kWorkers = 1;  // sequences without gaps, one board of batched polling
    auto plan = profile::make_plan(shape_of(options_), std::move(catalogue->scenarios), *options_.seed, kWorkers);
    if (!plan) return fail(std::move(plan.error()));
    run_ = engine::Run::create(std::move(*plan), *loop_, stage_.fabric(), bindings::make_runner_factory(scenario), {});
    run_->observe(*this);
    if (options_.metrics_url.empty()) return {};
    auto metrics = MetricsWatch::create(*loop_, options_);
    if (!metrics) return fail(std::move(metrics.error()));
    metrics_ = std::move(*metrics);
    return {};
  }

  void begin() {
    if (interrupts_ > 0) return loop_->stop();
    begun_ = true;
    run_->start([this](const engine::RunSummary& summary) { end(summary); });
    if (metrics_) metrics_->watch();
  }

  void end(const engine::RunSummary& summary) {
    summary_ = summary;
    if (!metrics_) return loop_->stop();
    metrics_->stop();
    metrics_->look([this] { loop_->stop(); });
  }

  /// Once: workflows in progress may end. Twice: now. A third time ends the process.
  void interrupted() {
    ++interrupts_;
    if (interrupts_ > 2) std::_Exit(kExitInterrupted);
    if (!begun_) return loop_->stop();
    if (interrupts_ > 1) return run_->control().kill();
    fmt::print(stderr, "\nstopping: workflows in progress may end; Ctrl-C again ends them now\n");
    run_->control().stop(engine::StopReason::interrupted);
  }

  void on_history(const engine::HistoryPart& part) override {
    for (const engine::HistoryEntry& entry : part.entries) figures_.add(entry.text);
  }

  void on_event(const engine::RunEvent& event) override {
    if (event.kind != engine::RunEvent::Kind::script_error && event.kind != engine::RunEvent::Kind::script_output)
      return;
    fmt::print(stderr, "{}\n", event.text);
  }

  void on_second(const engine::Snapshot& snapshot) override {
    constexpr int kSecondsBetweenLines = 10;  // where nobody watches
    ++seconds_;
    if (!live_ && seconds_ % kSecondsBetweenLines != 0) return;
    tell(snapshot, live_ ? "\r" : "", live_ ? "\033[K" : "\n");
  }

  void on_finish(const engine::Snapshot& snapshot) override {
    validity_ = snapshot.validity;
    tell(snapshot, live_ ? "\r" : "", live_ ? "\033[K\n" : "\n");
  }

  void tell(const engine::Snapshot& snapshot, const char* before, const char* after) const {
    if (quiet_) return;
    const double seconds = to_seconds(snapshot.elapsed);
    const double rate = seconds > 0 ? static_cast<double>(figures_.done()) / seconds : 0;
    fmt::print(stderr, "{}{} {}: {}/{} done, {} under way, {} failed, {}/s, p95 {}{}", before,
               report::clock_text(snapshot.elapsed), options_.name, report::count_text(figures_.done()),
               report::count_text(options_.requests), report::count_text(snapshot.in_flight),
               report::count_text(figures_.failed()), report::quantity_text(rate),
               report::time_text(figures_.latency_ms(95) * 1e3), after);
  }

  Result<NestedOutcome> outcome() {
    if (begun_ && !summary_) return fail(ErrorCode::internal, "the run ended without a summary");
    if (summary_ && summary_->error) return fail(Error(*summary_->error));
    NestedOutcome outcome;
    outcome.interrupted = interrupts_ > 0;
    outcome.work_failed = figures_.failed() > 0 || (!outcome.interrupted && figures_.done() < options_.requests);
    outcome.invalid = validity_.state == engine::ValidityState::invalid;
    outcome.stuck_worker = summary_ && summary_->stuck_workers > 0;
    outcome.report = report();
    return outcome;
  }

  Json report() const {
    Json out =
        figures_.summary(summary_ ? summary_->elapsed : Nanoseconds{}, summary_ ? summary_->interrupted_iterations : 0);
    out["timestamp"] = format_wall_time(timestamp_);
    out["config"] = config_json(options_, *options_.seed);
    out["failures"] = figures_.failures();
    if (metrics_) out["metrics"] = metrics_json(options_.metrics_url, metric_names(options_), metrics_->looks());
    out["scenario"] = options_.name;
    out["interrupted"] = interrupts_ > 0;
    Json reasons = Json::array();
    for (const engine::Validity::Reason& reason : validity_.reasons) reasons.push_back(reason.text);
    out["validity"] = {{"state", engine::name_of(validity_.state)}, {"reasons", std::move(reasons)}};
    if (figures_.unreachable())
      out["note"] = fmt::format("No request reached {}: is the gateway running there, and is --base-url right?",
                                options_.base_url);
    return out;
  }

  const PreparedNested& prepared_;
  const NestedOptions& options_;
  NestedStage& stage_;
  std::unique_ptr<event::Loop> loop_;
  NestedFigures figures_;
  engine::Validity validity_;
  std::optional<engine::RunSummary> summary_;
  std::unique_ptr<MetricsWatch> metrics_;
  std::unique_ptr<engine::Run> run_;
  std::vector<std::unique_ptr<event::SignalWatch>> watches_;
  WallTime timestamp_{};
  int interrupts_ = 0, seconds_ = 0;
  bool begun_ = false, quiet_ = false, live_ = false;
};

}  // namespace

Result<PreparedNested> prepare_nested(NestedOptions options, std::uint64_t seed) {
  if (!options.seed) options.seed = seed;
  if (auto checked = check_nested(options); !checked) return fail(std::move(checked.error()));
  PreparedNested prepared{std::move(options), {}};
  const NestedOptions& o = prepared.options;
  if (o.body_template.empty()) return prepared;
  const auto text = read_file(o.body_template);
  if (!text) return fail(Error(text.error()));
  auto parts = parse_body_template(*text, o.depth, o.width, o.body_template);
  if (!parts) return fail(std::move(parts.error()));
  prepared.body_parts = std::move(*parts);
  return prepared;
}

Result<NestedOutcome> run_nested(const PreparedNested& prepared, NestedStage& stage) {
  return Scenario(prepared, stage).perform();
}

}  // namespace thresher::cli
