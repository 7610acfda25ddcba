#include "cli/farm_launcher.h"

#include <fmt/format.h>

#include <utility>

#include "bindings/scenario_runner.h"
#include "cli/run_oracle.h"
#include "event/timer.h"
#include "event/uv_loop.h"
#include "profile/plan.h"
#include "report/judgement.h"

namespace thresher::cli {
namespace {

/// One iteration once, or arrivals at a rate.
profile::Profile shape_of(const service::LoadRequest& request) {
  profile::Profile shape;
  shape.tags = {request.task};
  shape.stop_timeout = std::chrono::seconds(30);
  if (request.rate_per_s > 0) {
    shape.executor = profile::ExecutorKind::constant_arrival_rate;
    shape.rate = request.rate_per_s;
    shape.run_time = request.duration;
  } else {
    shape.executor = profile::ExecutorKind::shared_iterations;
    shape.users = 1;
    shape.iterations = 1;
    shape.run_time = request.time_limit;
  }
  return shape;
}

service::LoadOutcome outcome_of(const engine::RunSummary& summary, report::Judgement& judgement) {
  service::LoadOutcome outcome;
  outcome.summary = summary;
  outcome.violation_count = judgement.violation_count;
  for (report::Judgement::Document& document : judgement.documents)
    if (document.validator == "farm") outcome.documents.insert_or_assign(document.name, std::move(document.json));
  for (report::Judgement::Check& check : judgement.checks)
    outcome.findings.push_back({.check = std::move(check.name),
                                .summary = std::move(check.summary),
                                .details = std::move(check.details),
                                .verdict = static_cast<plugin::CheckVerdict>(check.word),
                                .observations = check.observations,
                                .violations = check.violations});
  for (report::Judgement::Violation& violation : judgement.violations)
    outcome.violations.push_back({.check = std::move(violation.check),
                                  .subject = std::move(violation.subject),
                                  .witness = std::move(violation.witness),
                                  .details = std::move(violation.details),
                                  .at = violation.at});
  return outcome;
}

class FarmLoad final : public service::Load, private engine::RunObserver {
 public:
  FarmLoad(event::Loop& loop, service::LoadEvents events) : loop_(loop), events_(std::move(events)) {}
  ~FarmLoad() override { *alive_ = false; }

  Result<void> prepare(const service::LoadRequest& request, const plugin::Registry& plugins,
                       const std::filesystem::path& script) {
    bindings::ScenarioOptions scenario;
    scenario.files = {script};
    scenario.environment = request.settings;
    scenario.plugins = &plugins;
    scenario.seed = request.seed;
    auto catalogue = bindings::read_catalogue(scenario);
    if (!catalogue) return fail(std::move(catalogue.error()));
    auto plan = profile::make_plan(shape_of(request), std::move(catalogue->scenarios), request.seed, 1);
    if (!plan) return fail(std::move(plan.error()));
    plan_ = std::move(*plan);

    description_.plan = &plan_;
    description_.version = THRESHER_VERSION;
    description_.command_line =
        fmt::format("thresher run scripts/farm_stress.lua --tags {} --seed {}", request.task, request.seed);
    description_.created = loop_.wall_now();
    description_.created_at = loop_.now();
    description_.judgement = &judgement_;
    auto oracle = RunOracle::create(plugins, catalogue->validators, description_, judgement_);
    if (!oracle) return fail(std::move(oracle.error()));
    oracle_ = std::move(*oracle);
    lines_.emplace(description_);

    run_ = engine::Run::create(
        plan_, loop_, {.make_loop = [](unsigned) { return event::make_uv_loop(); }, .threads = true, .process_cpu = {}},
        bindings::make_runner_factory(scenario), {});
    oracle_->watch(*run_);
    run_->observe(*this);
    return {};
  }

  void begin() {
    run_->start([this](const engine::RunSummary& summary) {
      // Not from within the run's own call: whoever hears of the end may destroy the load, and the run with it.
      loop_.post(
          [this, alive = alive_, outcome = std::make_shared<service::LoadOutcome>(outcome_of(summary, judgement_))] {
            if (*alive) events_.on_done(std::move(*outcome));
          });
    });
  }

  service::LoadProgress progress() const override { return progress_; }
  void stop() override { run_->control().stop(engine::StopReason::externally_stopped); }

 private:
  void on_history(const engine::HistoryPart& part) override {
    if (!events_.on_history) return;
    for (const engine::HistoryEntry& entry : part.entries) events_.on_history(lines_->line(entry));
  }
  void on_second(const engine::Snapshot& snapshot) override { note(snapshot); }
  void on_finish(const engine::Snapshot& snapshot) override { note(snapshot); }

  void note(const engine::Snapshot& snapshot) {
    const metrics::Totals& totals = *snapshot.totals;
    const auto counted = [&totals](const char* metric) {
      return static_cast<std::uint64_t>(totals.aggregate(metric).counter.sum);
    };
    progress_ = {.phase = snapshot.phase,
                 .elapsed = snapshot.elapsed,
                 .iterations = counted("iterations"),
                 .in_flight = snapshot.in_flight,
                 .dropped = counted("dropped_iterations")};
  }

  event::Loop& loop_;
  service::LoadEvents events_;
  service::LoadProgress progress_;
  profile::Plan plan_;
  report::RunDescription description_;
  report::Judgement judgement_;
  std::optional<report::HistoryLines> lines_;
  std::unique_ptr<RunOracle> oracle_;
  std::unique_ptr<engine::Run> run_;                                  ///< after what observes it
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< outlived by what was posted
};

}  // namespace

Result<std::unique_ptr<service::Load>> FarmLauncher::start(service::LoadRequest request, service::LoadEvents events) {
  auto load = std::make_unique<FarmLoad>(loop_, std::move(events));
  if (auto prepared = load->prepare(request, plugins_, script_); !prepared) return fail(std::move(prepared.error()));
  load->begin();
  return load;
}

}  // namespace thresher::cli
