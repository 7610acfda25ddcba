#include "cli/preparation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <thread>

#include "base/file.h"
#include "base/text.h"
#include "cli/recovery_adaptor.h"

namespace thresher::cli {
namespace {

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> found;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) found.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

bindings::ScenarioOptions scenario_options(const RunOptions& options, std::vector<std::filesystem::path> files,
                                           bool rehearsal) {
  bindings::ScenarioOptions scenario;
  scenario.files = std::move(files);
  scenario.host = options.host.value_or("");
  scenario.environment = process_environment();
  for (const auto& [name, value] : options.environment) scenario.environment.insert_or_assign(name, value);
  scenario.http.verify_tls = !options.insecure_skip_tls_verify.value_or(false);
  scenario.http.reuse_connections = !options.no_connection_reuse.value_or(false);
  scenario.http.ca_file = options.ca_file.value_or("");
  scenario.shared_connections = options.shared_connections.value_or(false);
  scenario.max_redirects = options.max_redirects.value_or(scenario.max_redirects);
  scenario.user_agent = options.user_agent.value_or(std::string("thresher/") + THRESHER_VERSION);
  scenario.script_limit = options.script_limit;
  scenario.watch_runs = rehearsal;
  scenario.http_debug = options.http_debug.has_value();
  scenario.http_debug_full = options.http_debug == "full";
  return scenario;
}

/// A threshold on a metric that nobody records would never be judged: it is a mistake, and said before anything is
/// sent.
Result<std::vector<metrics::Threshold>> read_thresholds(const std::vector<profile::ThresholdText>& texts,
                                                        const std::vector<metrics::MetricInfo>& custom) {
  std::vector<metrics::Threshold> thresholds;
  for (const profile::ThresholdText& text : texts) {
    auto threshold = metrics::parse_threshold(text.selector, text.expression, text.where);
    if (!threshold) return fail(std::move(threshold.error()));
    const std::string& name = threshold->selector.metric;
    const metrics::MetricInfo* metric = metrics::builtin_metric(name);
    if (metric == nullptr) {
      const auto found =
          std::find_if(custom.begin(), custom.end(), [&](const metrics::MetricInfo& m) { return m.name == name; });
      if (found != custom.end()) metric = &*found;
    }
    if (metric == nullptr) {
      std::vector<std::string> known;
      for (const metrics::MetricInfo& m : metrics::builtin_metrics()) known.push_back(m.name);
      for (const metrics::MetricInfo& m : custom) known.push_back(m.name);
      const std::string_view meant = closest(name, known);
      return fail(
          ErrorCode::invalid_argument,
          fmt::format("threshold on '{}', a metric that nothing records{}", name,
                      meant.empty()
                          ? std::string("; scripts declare their own with thresher.counter, gauge, rate or trend")
                          : fmt::format("; did you mean '{}'?", meant)),
          text.where);
    }
    if (auto fits = threshold->check_kind(*metric); !fits) return fail(std::move(fits.error()));
    threshold->abort_on_fail = text.abort_on_fail;
    threshold->delay = text.delay;
    threshold->window = text.window;
    threshold->min_samples = text.min_samples;
    thresholds.push_back(std::move(*threshold));
  }
  return thresholds;
}

/// `--stand-in NAME` or `--stand-in NAME={json}`. A rehearsal has all the targets stand in, those unnamed with their
/// defaults.
Result<std::vector<WantedStandIn>> choose_stand_ins(const RunOptions& options, const plugin::Registry& plugins,
                                                    bool rehearsal) {
  std::vector<WantedStandIn> wanted;
  for (const std::string& text : options.stand_ins) {
    const std::size_t equals = text.find('=');
    auto type = plugins.target(text.substr(0, equals));
    if (!type) return fail(std::move(type.error()));
    wanted.push_back({*type, equals == std::string::npos ? "{}" : text.substr(equals + 1)});
  }
  if (!rehearsal) return wanted;
  for (const plugin::TargetType* type : plugins.targets()) {
    const bool named =
        std::any_of(wanted.begin(), wanted.end(), [&](const WantedStandIn& w) { return w.type == type; });
    if (!named) wanted.push_back({type, "{}"});
  }
  return wanted;
}

/// The flags over the profile over thresher.toml; the scripts' own options stand between profile and flags.
Result<profile::Profile> settle_shape(const RunOptions& options, const profile::Profile& scripts,
                                      const Locations& locations) {
  profile::Profile shape = options.settings_shape;
  if (options.profile) {
    auto loaded = profile::load_profile(*options.profile, locations.profiles);
    if (!loaded) return loaded;
    shape = profile::overlay(std::move(shape), *loaded);
  }
  shape = profile::overlay(std::move(shape), scripts);
  return profile::overlay(std::move(shape), options.shape);
}

}  // namespace

Result<Preparation> prepare(RunOptions options, const Locations& locations, bool rehearsal) {
  Preparation made;
  made.plugins = std::make_unique<plugin::Registry>();
  if (auto loaded = load_plugins(*made.plugins, locations, options.plugins); !loaded)
    return fail(std::move(loaded.error()));
  auto stand_ins = choose_stand_ins(options, *made.plugins, rehearsal);
  if (!stand_ins) return fail(std::move(stand_ins.error()));
  made.stand_ins = std::move(*stand_ins);

  std::vector<std::string> arguments = options.files;
  if (arguments.empty()) arguments.emplace_back("scripts/");
  for (std::string& argument : arguments) argument = locations.script(argument);
  auto files = bindings::scenario_files(arguments);
  if (!files) return fail(std::move(files.error()));
  made.scenario = scenario_options(options, std::move(*files), rehearsal);
  const std::uint64_t seed = options.seed ? *options.seed : std::random_device{}();
  made.scenario.plugins = made.plugins.get();
  made.scenario.seed = seed;
  made.recovery = rehearsal ? make_rehearsed_kits(seed) : make_recovery_kits();
  made.scenario.recovery = made.recovery.get();
  auto catalogue = bindings::read_catalogue(made.scenario);
  if (!catalogue) return fail(std::move(catalogue.error()));

  auto shape = settle_shape(options, catalogue->options, locations);
  if (!shape) return fail(std::move(shape.error()));
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  auto plan = profile::make_plan(*shape, std::move(catalogue->scenarios), seed,
                                 options.workers.value_or(rehearsal ? 1 : cores));
  if (!plan) return fail(std::move(plan.error()));
  made.plan = std::move(*plan);

  made.validators = std::move(catalogue->validators);
  auto thresholds = read_thresholds(made.plan.thresholds, catalogue->metrics);
  if (!thresholds) return fail(std::move(thresholds.error()));
  made.thresholds = std::move(*thresholds);

  made.recorder.keep_samples = !options.outputs.empty();
  for (const auto& tag : options.run_tags) made.recorder.run_tags.push_back(tag);
  metrics::sort_tags(made.recorder.run_tags);
  made.options = std::move(options);
  return made;
}

}  // namespace thresher::cli
