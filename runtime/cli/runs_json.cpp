#include "cli/runs_json.h"

#include "base/text.h"
#include "report/json_number.h"

namespace thresher::cli {
namespace {

using report::Json;
using report::json_rounded;

Json milliseconds(const std::optional<Nanoseconds>& duration) {
  return duration ? json_rounded(to_milliseconds(*duration)) : Json(nullptr);
}

Json number(const std::optional<double>& value) { return value ? json_rounded(*value) : Json(nullptr); }

/// JSON kept as text; what is damaged is shown as the text it is.
Json parsed(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json(text) : json;
}

Json figures_of(const store::RunFigures& figures) {
  return {{"requests", figures.requests},
          {"requests_failed", figures.requests_failed},
          {"rate_per_s", json_rounded(figures.rate_per_s)},
          {"latency_ms",
           {{"mean", milliseconds(figures.latency_mean)},
            {"p50", milliseconds(figures.latency_p50)},
            {"p95", milliseconds(figures.latency_p95)},
            {"p99", milliseconds(figures.latency_p99)},
            {"max", milliseconds(figures.latency_max)}}},
          {"iterations", figures.iterations},
          {"iterations_dropped", figures.iterations_dropped},
          {"oracle_violations", figures.oracle_violations},
          {"completion_rate", number(figures.completion_rate)}};
}

Json record_of(const store::RunRecord& run) {
  return {{"id", run.id},
          {"kind", run.start.kind},
          {"name", run.start.name},
          {"status", run.end.status},
          {"verdict", run.end.verdict},
          {"verdict_text", run.end.verdict_text},
          {"validity", run.end.validity},
          {"baseline", run.baseline},
          {"exit_code", run.end.exit_code ? Json(*run.end.exit_code) : Json(nullptr)},
          {"started", format_wall_time(run.started, true)},
          {"finished", run.finished ? Json(format_wall_time(*run.finished, true)) : Json(nullptr)},
          {"duration_s", run.end.duration ? json_rounded(to_seconds(*run.end.duration)) : Json(nullptr)},
          {"files", run.start.files},
          {"profile", run.start.profile},
          {"host", run.start.host},
          {"seed", run.start.seed},
          {"version", run.start.version},
          {"tags", run.start.tags},
          {"command_line", run.start.command_line},
          {"figures", figures_of(run.end.figures)}};
}

Json regression_of(const Baselines& baselines) {
  Json checks = Json::array(), against = Json::array();
  for (const store::Regression::Check& check : baselines.regression.checks)
    checks.push_back({{"name", check.name}, {"state", name_of(check.state)}, {"text", check.text}});
  for (const store::RunRecord& run : baselines.runs) against.push_back(run.id);
  return {{"verdict", name_of(baselines.regression.verdict)},
          {"against", std::move(against)},
          {"checks", std::move(checks)}};
}

std::string text_of(const Json& json) { return report::json_text(json, 1) + "\n"; }

}  // namespace

std::string runs_json(const std::vector<store::RunRecord>& runs) {
  Json all = Json::array();
  for (const store::RunRecord& run : runs) all.push_back(record_of(run));
  return text_of({{"runs", std::move(all)}});
}

std::string run_json(const store::RunRecord& run, const Baselines& baselines) {
  Json all = record_of(run);
  Json notes = Json::array();
  for (const store::RunNote& note : run.notes)
    notes.push_back({{"at", format_wall_time(note.at, true)}, {"text", note.text}});
  all["notes"] = std::move(notes);
  all["conditions"] = parsed(run.start.conditions);
  all["regression"] = regression_of(baselines);
  all["document"] = run.document.empty() ? Json(nullptr) : parsed(run.document);
  return text_of(all);
}

}  // namespace thresher::cli
