#include "cli/comparison_json.h"

#include "report/json_number.h"

namespace thresher::cli {
namespace {

using comparison::Comparison;
using comparison::EndpointComparison;
using comparison::EndpointFigures;
using comparison::Estimate;
using comparison::Figure;
using comparison::FigureVerdict;
using comparison::MeasuredRun;
using report::Json;
using report::json_rounded;

Json number(const std::optional<double>& value) { return value ? json_rounded(*value) : Json(nullptr); }

/// p-values reach far below a millionth, and are worth their exponent.
Json p_value(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json estimate(const std::optional<Estimate>& value) {
  if (!value) return nullptr;
  return {
      {"value", json_rounded(value->value)}, {"low", json_rounded(value->low)}, {"high", json_rounded(value->high)}};
}

Json run_json(const MeasuredRun& run) {
  return {{"label", run.label},
          {"started", run.started.empty() ? Json(nullptr) : Json(run.started)},
          {"thresher", run.version.empty() ? Json(nullptr) : Json(run.version)},
          {"host", run.host.empty() ? Json(nullptr) : Json(run.host)},
          {"seed", run.seed ? Json(*run.seed) : Json(nullptr)},
          {"users", number(run.users)},
          {"verdict", run.verdict.empty() ? Json(nullptr) : Json(run.verdict)},
          {"validity", run.validity.empty() ? Json(nullptr) : Json(run.validity)}};
}

Json side_json(const std::optional<EndpointFigures>& figures) {
  if (!figures) return nullptr;
  return {{"requests", figures->requests},
          {"failures", figures->failures},
          {"rate_per_s", json_rounded(figures->rate_per_s)},
          {"mean_ms", number(figures->mean_ms)},
          {"p50_ms", number(figures->p50_ms)},
          {"p95_ms", number(figures->p95_ms)},
          {"p99_ms", number(figures->p99_ms)},
          {"max_ms", number(figures->max_ms)}};
}

/// The figure's name as a key, its unit at the end as everywhere.
const char* key_of(Figure figure) {
  switch (figure) {
    case Figure::bulk:
      return "response_time_ms";
    case Figure::p95:
      return "p95_ms";
    case Figure::p99:
      return "p99_ms";
    case Figure::failures:
      return "failure_ratio";
    case Figure::rate:
      return "requests_per_s";
  }
  return "?";
}

Json figure_json(const FigureVerdict& verdict) {
  Json row = {{"verdict", word_of(verdict.figure, verdict.word)},
              {"baseline", number(verdict.first)},
              {"current", number(verdict.second)},
              {"change", estimate(verdict.change)},
              {"p_worse", p_value(verdict.p_worse)},
              {"p_better", p_value(verdict.p_better)}};
  if (!verdict.reason.empty()) row["reason"] = verdict.reason;
  return row;
}

Json endpoint_json(const EndpointComparison& row) {
  Json figures = Json::object(), ranks = nullptr;
  for (const FigureVerdict& verdict : row.figures) figures[key_of(verdict.figure)] = figure_json(verdict);
  if (row.ranks)
    ranks = {{"slower_probability", estimate(row.slower_probability)},
             {"cliffs_delta", json_rounded(row.ranks->cliffs_delta())},
             {"z", json_rounded(row.ranks->z)}};
  return {{"method", row.method},
          {"name", row.name},
          {"baseline", side_json(row.first)},
          {"current", side_json(row.second)},
          {"ranks", std::move(ranks)},
          {"figures", std::move(figures)}};
}

}  // namespace

std::string comparison_json(const MeasuredRun& first, const MeasuredRun& second, const Comparison& comparison,
                            int exit_code) {
  Json endpoints = Json::array();
  for (const EndpointComparison& row : comparison.endpoints) endpoints.push_back(endpoint_json(row));
  return report::json_text(
             {{"schema", "thresher.comparison/1"},
              {"baseline", run_json(first)},
              {"current", run_json(second)},
              {"verdict", name_of(comparison.verdict)},
              {"exit_code", exit_code},
              {"max_regression", json_rounded(comparison.settings.margin)},
              {"max_failure_increase", json_rounded(comparison.settings.failure_margin)},
              {"confidence", json_rounded(comparison.settings.confidence)},
              {"design_effects",
               {json_rounded(comparison.design_effects.first), json_rounded(comparison.design_effects.second)}},
              {"comparable", comparison.obstacles.empty()},
              {"obstacles", comparison.obstacles},
              {"remarks", comparison.remarks},
              {"endpoints", std::move(endpoints)}},
             1) +
         "\n";
}

}  // namespace thresher::cli
