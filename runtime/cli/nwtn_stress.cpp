#include "cli/nwtn_stress.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/locations.h"
#include "cli/nwtn_advice.h"
#include "cli/nwtn_client.h"
#include "cli/nwtn_summary.h"
#include "cli/run_companion.h"
#include "report/output.h"

namespace thresher::cli {
namespace {

constexpr const char* kScript = "scripts/nwtn_pipeline.lua";
constexpr const char* kStandIn = "http://127.0.0.1:8000";
constexpr std::uint64_t kMostUsers = 1'000'000;

template <class Number>
Result<Number> number_of(std::string_view flag, const std::string& text, Number least, Number most,
                         std::string_view unit = "") {
  Number value{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc{} && end == text.data() + text.size() && value >= least && value <= most) return value;
  return fail(ErrorCode::invalid_argument,
              fmt::format("{} '{}': expected a number{} from {} to {}", flag, text, unit, least, most));
}

Result<Nanoseconds> length_of(std::string_view flag, const std::string& text) {
  const auto length = parse_duration(text);
  if (length && length->count() > 0) return *length;
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("{} '{}': expected seconds or a length of time, such as 300 or 5m, and more than none", flag, text));
}

/// The profile's three stages, with what the options say otherwise.
Result<NwtnShape> shape_of(const NwtnStressOptions& options, const profile::Profile& profile) {
  if (!profile.stages || profile.stages->size() != 3)
    return fail(ErrorCode::invalid_argument,
                fmt::format("profile '{}': a stress test ramps up, holds and ramps down: three stages", profile.name));
  const auto& stages = *profile.stages;
  NwtnShape shape{.users = static_cast<std::uint64_t>(stages[1].target),
                  .ramp_up = stages[0].duration,
                  .steady = stages[1].duration,
                  .ramp_down = stages[2].duration};
  if (!options.users.empty()) {
    const auto users = number_of<std::uint64_t>("--users", options.users, 1, kMostUsers);
    if (!users) return fail(Error(users.error()));
    shape.users = *users;
  }
  if (!options.duration.empty()) {
    const auto steady = length_of("--duration", options.duration);
    if (!steady) return fail(Error(steady.error()));
    shape.steady = *steady;
  }
  if (!options.ramp.empty()) {
    const auto ramp = length_of("--ramp", options.ramp);
    if (!ramp) return fail(Error(ramp.error()));
    shape.ramp_up = shape.ramp_down = *ramp;
  }
  return shape;
}

Result<NwtnRequirements> requirements_of(const NwtnStressOptions& options, std::uint64_t users) {
  NwtnRequirements requirements{.users = users};
  if (!options.latency.empty()) {
    const auto latency = number_of<double>("--latency", options.latency, 1, 3.6e6, " of milliseconds");
    if (!latency) return fail(Error(latency.error()));
    requirements.latency_ms = *latency;
  }
  if (!options.success_rate.empty()) {
    const auto rate = number_of<double>("--success-rate", options.success_rate, 0, 1);
    if (!rate) return fail(Error(rate.error()));
    requirements.success_rate = *rate;
  }
  return requirements;
}

/// Thresholds of the run itself, so that its own report says the same as ours.
std::vector<profile::ThresholdText> thresholds_of(const NwtnRequirements& required) {
  const auto text = [](const char* selector, std::string expression) {
    profile::ThresholdText threshold;
    threshold.selector = selector;
    threshold.expression = std::move(expression);
    return threshold;
  };
  return {text("nwtn_session_time", fmt::format("p(95)<{}", required.latency_ms)),
          text("nwtn_session_time", fmt::format("avg<{}", required.average_ms())),
          text("nwtn_session_success", fmt::format("rate>={}", required.success_rate))};
}

Result<void> read_run_flags(const NwtnStressOptions& options, RunOptions& run) {
  if (!options.url.empty()) {
    const auto url = nwtn_url("--url", options.url);
    if (!url) return fail(Error(url.error()));
    run.host = url->origin.text() + url->target;
  }
  if (!options.seed.empty()) {
    const auto seed = number_of<std::uint64_t>("--seed", options.seed, 0, ~std::uint64_t{0});
    if (!seed) return fail(Error(seed.error()));
    run.seed = *seed;
  }
  if (!options.workers.empty()) {
    const auto workers = number_of<unsigned>("--workers", options.workers, 1, 1024);
    if (!workers) return fail(Error(workers.error()));
    run.workers = *workers;
  }
  if (!options.html.empty()) run.html = options.html;
  if (!options.json.empty()) run.json = options.json;
  if (options.insecure) run.insecure_skip_tls_verify = true;
  run.stand_ins = options.stand_ins;
  run.plugins = options.plugins;
  run.preflight = !options.no_preflight;
  run.no_history = options.no_history;
  run.quiet = options.quiet;
  run.no_color = options.no_color;
  return {};
}

/// Watches the run, then writes the document's files and has the last word on Phase 1.
class StressCompanion final : public RunCompanion {
 public:
  explicit StressCompanion(const NwtnStressPlan& plan) : plan_(plan), watch_(plan.shape, !plan.rehearsal) {}

  Result<void> admit(const Preparation& prepared) override {
    seed_ = prepared.plan.seed;
    if (plan_.rehearsal) return {};
    auto url = nwtn_url("--url", plan_.url.empty() ? kStandIn : plan_.url);
    if (!url) return fail(std::move(url.error()));
    return nwtn_is_healthy(*url, prepared.scenario.http.verify_tls);
  }
  void on_second(const engine::Snapshot& snapshot) override { watch_.on_second(snapshot); }
  void on_finish(const engine::Snapshot& snapshot) override { watch_.on_finish(snapshot); }

  int conclude(const engine::RunSummary& summary, const report::Verdict& verdict) override {
    NwtnFigures figures = watch_.figures();
    figures.started = summary.started;
    figures.finished = summary.finished;
    const std::vector<MachineSample> samples = watch_.machine();
    NwtnStressReport report{
        .url = plan_.url.empty() ? kStandIn : plan_.url,
        .output_file = plan_.output,
        .seed = seed_,
        .shape = plan_.shape,
        .requirements = plan_.requirements,
        .compliance = judge(figures, plan_.requirements),
        .rating = figures.sessions == 0 ? NwtnRating::poor : rate_load(figures.latency.p95_ms, figures.success_rate()),
        .machine = summarise(samples),
        .rehearsal = plan_.rehearsal,
        .interrupted = summary.stop != engine::StopReason::completed,
        .verdict = verdict.line()};
    const auto written = write(figures, report);
    if (!plan_.run.quiet) print_stress_summary(figures, report, files());
    if (!written) complain(written.error());
    if (verdict.exit_code != kExitFine) return verdict.exit_code;
    if (!written) return kExitBadConfiguration;
    return report.compliance.overall() ? kExitFine : kExitThresholds;
  }

 private:
  std::vector<std::string> files() const { return {plan_.output, plan_.timeline, plan_.errors}; }

  Result<void> write(const NwtnFigures& figures, const NwtnStressReport& report) const {
    Result<void> first;
    const auto put = [&first](const std::string& path, const nlohmann::ordered_json& document) {
      using Json = nlohmann::ordered_json;
      auto done = write_file(path, document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
      if (!done && first) first = std::move(done);
    };
    put(plan_.output, nwtn_results(figures, report));
    put(plan_.timeline, nwtn_timeline(figures));
    put(plan_.errors, nwtn_errors(figures));
    return first;
  }

  const NwtnStressPlan& plan_;
  NwtnWatch watch_;
  std::uint64_t seed_ = 0;
};

}  // namespace

Result<NwtnStressPlan> plan_stress(const NwtnStressOptions& options, profile::Profile profile) {
  if (options.quick && options.extended)
    return fail(ErrorCode::invalid_argument, "--quick and --extended are two sizes of one test: choose one");
  auto shape = shape_of(options, profile);
  if (!shape) return fail(std::move(shape.error()));
  auto requirements = requirements_of(options, shape->users);
  if (!requirements) return fail(std::move(requirements.error()));

  NwtnStressPlan plan;
  plan.shape = *shape;
  plan.requirements = *requirements;
  plan.rehearsal = options.rehearse;
  if (auto read = read_run_flags(options, plan.run); !read) return fail(std::move(read.error()));
  plan.url = plan.run.host.value_or("");
  const auto users = static_cast<double>(shape->users);
  profile.stages = {{shape->ramp_up, users}, {shape->steady, users}, {shape->ramp_down, 0}};
  profile.thresholds = thresholds_of(*requirements);
  plan.run.settings_shape = std::move(profile);
  plan.run.files = {kScript};

  const std::filesystem::path folder = options.output_dir;
  plan.output = (folder / options.output).string();
  plan.timeline = (folder / "performance_timeline.json").string();
  plan.errors = (folder / "error_breakdown.json").string();
  return plan;
}

int nwtn_stress(const NwtnStressOptions& options, const std::string& command_line) {
  const char* size = options.quick ? "nwtn-quick" : options.extended ? "nwtn-extended" : "nwtn";
  auto profile = profile::load_profile(size, Locations::of_this_process().profiles);
  if (!profile) return refuse(profile.error());
  const auto plan = plan_stress(options, std::move(*profile));
  if (!plan) return refuse(plan.error());
  for (const std::string& path : {plan->output, plan->timeline, plan->errors})
    if (auto writable = report::check_writable(path); !writable) return refuse(writable.error());
  StressCompanion companion(*plan);
  Command command;
  command.kind = options.rehearse ? Command::Kind::rehearse : Command::Kind::run;
  command.line = command_line;
  command.run = plan->run;
  return run_command(command, companion);
}

}  // namespace thresher::cli
