#include "report/json_figures.h"

#include <cmath>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "report/failure_table.h"
#include "report/request_table.h"

namespace thresher::report {
namespace {

/// A histogram of thousandths: milliseconds for time, else the metric's own unit.
Json distribution(const metrics::Histogram& histogram) {
  Json all = {{"count", histogram.count()}};
  if (histogram.count() == 0) return all;
  const auto unit = [](double thousandths) { return json_rounded(thousandths / 1000); };
  all["min"] = unit(static_cast<double>(histogram.min()));
  all["max"] = unit(static_cast<double>(histogram.max()));
  all["mean"] = unit(histogram.mean());
  all["standard_deviation"] = unit(histogram.standard_deviation());
  if (histogram.clamped() > 0) all["clamped"] = histogram.clamped();
  for (const double percentile : kPercentiles) {
    std::string name = percentile_title(percentile);
    name.pop_back();
    all["percentiles"][name] = unit(static_cast<double>(histogram.value_at_percentile(percentile)));
  }
  all["histogram"] = histogram.encode();
  return all;
}

Json per_second(double count, Nanoseconds elapsed) {
  return json_rounded(elapsed.count() > 0 ? count / to_seconds(elapsed) : 0);
}

Json request_row(const RequestRow& row) {
  return {{"method", row.method},
          {"name", row.name},
          {"requests", row.requests},
          {"failures", row.failures},
          {"failure_ratio", json_rounded(row.failure_ratio())},
          {"requests_per_s", json_rounded(row.requests_per_s)},
          {"failures_per_s", json_rounded(row.failures_per_s)},
          {"received_bytes_average", json_rounded(row.size_average())},
          {"duration_ms", distribution(row.duration)}};
}

template <class T>
Json column(const std::vector<T>& values) {
  Json all = Json::array();
  for (const T& value : values) all.push_back(value);
  return all;
}

template <>
Json column(const std::vector<double>& values) {
  Json all = Json::array();
  for (const double value : values) all.push_back(json_rounded(value));
  return all;
}

template <>
Json column(const std::vector<std::optional<double>>& values) {
  Json all = Json::array();
  for (const std::optional<double>& value : values) all.push_back(value ? json_rounded(*value) : Json(nullptr));
  return all;
}

std::string_view name_of(metrics::ThresholdState state) {
  switch (state) {
    case metrics::ThresholdState::pass:
      return "pass";
    case metrics::ThresholdState::fail:
      return "fail";
    default:
      return "no_data";
  }
}

Json task_of(const profile::TaskInfo& task) {
  return {{"name", task.name}, {"weight", json_rounded(task.weight)}, {"tags", task.tags}, {"where", task.where}};
}

Json scenario_of(const profile::Plan& plan, const profile::PlannedScenario& planned) {
  const profile::ScenarioInfo& scenario = plan.catalogue[planned.scenario];
  double weight_total = 0;
  for (const profile::PlannedScenario& each : plan.scenarios) weight_total += plan.catalogue[each.scenario].weight;
  Json tasks = Json::array();
  for (const std::size_t task : planned.tasks) tasks.push_back(task_of(scenario.tasks[task]));
  return {{"name", scenario.name},
          {"file", scenario.file},
          {"weight", json_rounded(scenario.weight)},
          {"share", json_rounded(weight_total > 0 ? scenario.weight / weight_total : 0)},
          {"host", scenario.host},
          {"sequential", scenario.sequential},
          {"tasks", std::move(tasks)}};
}

}  // namespace

Json json_plan(const profile::Plan& plan) {
  const bool open_model = profile::is_open_model(plan.executor);
  Json stages = Json::array(), scenarios = Json::array();
  for (const profile::Stage& stage : plan.stages) {
    stages.push_back(
        {{"duration_s", json_rounded(to_seconds(stage.duration))}, {"target", json_rounded(stage.target)}});
  }
  for (const profile::PlannedScenario& planned : plan.scenarios) scenarios.push_back(scenario_of(plan, planned));
  Json all = {{"profile", plan.profile},
              {"executor", profile::name_of(plan.executor)},
              {"model", open_model ? "open" : "closed"},
              {"users", plan.users},
              {"spawn_rate_per_s", json_rounded(plan.spawn_rate)},
              {"stages", std::move(stages)},
              {"run_time_s", json_rounded(to_seconds(plan.run_time))},
              {"stop_timeout_s", json_rounded(to_seconds(plan.stop_timeout))},
              {"iterations", plan.iterations},
              {"workers", plan.workers},
              {"seed", plan.seed}};
  if (open_model) {
    all["arrivals"] = plan.arrivals == profile::Arrivals::poisson ? "poisson" : "even";
    all["max_in_flight"] = plan.max_in_flight;
  }
  all["scenarios"] = std::move(scenarios);
  all["notes"] = plan.notes;
  return all;
}

Json json_iterations(const metrics::Totals& totals, Nanoseconds elapsed) {
  const double count = totals.aggregate("iterations").counter.sum;
  return {{"count", json_rounded(count)},
          {"per_s", per_second(count, elapsed)},
          {"dropped", json_rounded(totals.aggregate("dropped_iterations").counter.sum)},
          {"response_time_ms", distribution(totals.aggregate("iteration_response_time").trend)},  // end - due
          {"service_time_ms", distribution(totals.aggregate("iteration_duration").trend)},        // end - started
          {"lateness_ms", distribution(totals.aggregate("iteration_lateness").trend)}};           // started - due
}

Json json_requests(const metrics::Totals& totals, Nanoseconds elapsed) {
  const RequestTable table = make_request_table(totals, elapsed);
  Json rows = Json::array();
  for (const RequestRow& row : table.rows) rows.push_back(request_row(row));
  rows.push_back(request_row(table.aggregated));
  return rows;
}

Json json_checks(const metrics::Totals& totals) {
  Json rows = Json::array();
  for (const CheckRow& row : make_check_table(totals)) {
    rows.push_back({{"group", row.group}, {"name", row.name}, {"passes", row.passes}, {"fails", row.fails}});
  }
  return rows;
}

Json json_thresholds(const std::vector<metrics::ThresholdVerdict>& verdicts) {
  Json rows = Json::array();
  for (const metrics::ThresholdVerdict& verdict : verdicts) {
    const metrics::Threshold& threshold = *verdict.threshold;
    const bool judged = verdict.state != metrics::ThresholdState::no_data;
    Json row = {{"metric", threshold.selector.text},
                {"expression", threshold.expression.text},
                {"ok", verdict.state == metrics::ThresholdState::pass},
                {"state", name_of(verdict.state)},
                {"observed", judged ? json_rounded(verdict.observed) : Json(nullptr)},
                {"samples", verdict.samples},
                {"abort_on_fail", threshold.abort_on_fail}};
    if (threshold.min_samples > 0) row["min_samples"] = threshold.min_samples;
    if (threshold.window) {
      row["window_s"] = json_rounded(to_seconds(*threshold.window));
      row["windows"] = verdict.windows;
      row["windows_failed"] = verdict.windows_failed;
    }
    row["where"] = threshold.where;
    rows.push_back(std::move(row));
  }
  return rows;
}

Json json_failures(const metrics::Totals& totals) {
  Json rows = Json::array();
  for (const FailureRow& row : make_failure_table(totals)) {
    rows.push_back({{"method", row.method},
                    {"name", row.name},
                    {"error", row.error},
                    {"occurrences", row.occurrences},
                    {"first_seen", format_wall_time(row.first_seen, true)},
                    {"last_seen", format_wall_time(row.last_seen, true)}});
  }
  return rows;
}

Json json_exceptions(const metrics::Totals& totals) {
  Json rows = Json::array();
  for (const metrics::ExceptionCount& row : totals.exceptions()) {
    rows.push_back({{"message", row.message}, {"traceback", row.traceback}, {"count", row.count}});
  }
  return rows;
}

Json json_metrics(const metrics::Totals& totals, Nanoseconds elapsed) {
  Json all = Json::object();
  for (const auto& [key, series] : totals.series()) {
    if (all.contains(key.metric)) continue;
    const metrics::Aggregate metric = totals.aggregate(key.metric);
    Json& out = all[key.metric];
    switch (metric.metric.kind) {
      case metrics::MetricKind::counter:
        out = {{"kind", "counter"},
               {"count", json_rounded(metric.counter.sum)},
               {"per_s", per_second(metric.counter.sum, elapsed)}};
        break;
      case metrics::MetricKind::gauge:
        out = {{"kind", "gauge"},
               {"value", json_rounded(metric.gauge.value)},
               {"min", json_rounded(metric.gauge.min)},
               {"max", json_rounded(metric.gauge.max)}};
        break;
      case metrics::MetricKind::rate: {
        const auto total = static_cast<double>(metric.rate.total);
        out = {{"kind", "rate"},
               {"rate", json_rounded(total > 0 ? static_cast<double>(metric.rate.passes) / total : 0)},
               {"passes", metric.rate.passes},
               {"fails", metric.rate.total - metric.rate.passes}};
        break;
      }
      case metrics::MetricKind::trend:
        out = {{"kind", "trend"},
               {"unit", metric.metric.contains == metrics::Contains::time ? "ms" : ""},
               {"values", distribution(metric.trend)}};
        break;
    }
  }
  return all;
}

Json json_validity(const engine::Validity& validity) {
  Json reasons = Json::array();
  for (const engine::Validity::Reason& reason : validity.reasons) {
    reasons.push_back({{"state", engine::name_of(reason.state)}, {"text", reason.text}});
  }
  return {{"state", engine::name_of(validity.state)}, {"reasons", std::move(reasons)}, {"remarks", validity.remarks}};
}

Json json_seconds(const SecondSeries& seconds) {
  return {{"elapsed_s", column(seconds.elapsed_s)},    {"users", column(seconds.users)},
          {"in_flight", column(seconds.in_flight)},    {"requests", column(seconds.requests)},
          {"failures", column(seconds.failures)},      {"iterations", column(seconds.iterations)},
          {"dropped", column(seconds.dropped)},        {"duration_p50_ms", column(seconds.p50_ms)},
          {"duration_p95_ms", column(seconds.p95_ms)}, {"duration_p99_ms", column(seconds.p99_ms)}};
}

namespace {

/// A text of a plugin as JSON; null when it is none.
Json parsed(const std::string& text) {
  Json value = Json::parse(text, nullptr, false);
  return value.is_discarded() ? Json(nullptr) : value;
}

}  // namespace

Json json_judgement(const Judgement& judgement) {
  Json checks = Json::array(), violations = Json::array(), documents = Json::object();
  for (const Judgement::Check& check : judgement.checks)
    checks.push_back({{"validator", check.validator},
                      {"check", check.name},
                      {"verdict", name_of(check.word)},
                      {"observations", check.observations},
                      {"violations", check.violations},
                      {"summary", check.summary},
                      {"details", parsed(check.details)}});
  for (const Judgement::Violation& violation : judgement.violations)
    violations.push_back(
        {{"validator", violation.validator},
         {"check", violation.check},
         {"subject", violation.subject},
         {"witness", violation.witness},
         {"at_s", violation.at < Nanoseconds{} ? Json(nullptr) : json_rounded(to_seconds(violation.at))},
         {"details", parsed(violation.details)}});
  for (const Judgement::Document& document : judgement.documents)
    documents[document.validator][document.name] = parsed(document.json);
  return {{"validators", judgement.validators},
          {"checks", std::move(checks)},
          {"violation_count", judgement.violation_count},
          {"violations", std::move(violations)},
          {"documents", std::move(documents)},
          {"problems", judgement.problems}};
}

}  // namespace thresher::report
