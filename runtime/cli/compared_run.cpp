#include "cli/compared_run.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace thresher::cli {
namespace {

std::optional<double> milliseconds(const std::optional<Nanoseconds>& duration) {
  return duration ? std::optional(to_milliseconds(*duration)) : std::nullopt;
}

comparison::MeasuredEndpoint aggregated_of(const store::RunFigures& figures) {
  return {.name = std::string(comparison::kAggregated),
          .figures = {.requests = figures.requests,
                      .failures = figures.requests_failed,
                      .rate_per_s = figures.rate_per_s,
                      .mean_ms = milliseconds(figures.latency_mean),
                      .p50_ms = milliseconds(figures.latency_p50),
                      .p95_ms = milliseconds(figures.latency_p95),
                      .p99_ms = milliseconds(figures.latency_p99),
                      .max_ms = milliseconds(figures.latency_max)}};
}

bool looks_like_a_file(const std::string& name) {
  std::error_code ignored;
  return name.find('/') != std::string::npos || name.ends_with(".json") ||
         std::filesystem::is_regular_file(name, ignored);
}

Result<comparison::MeasuredRun> read_report(const std::string& path) {
  auto text = read_file(path);
  if (!text) return fail(std::move(text.error()));
  auto run = comparison::read_measured_run(*text, path);
  if (!run) return fail(run.error().code, fmt::format("{}: {}", path, run.error().message));
  return run;
}

}  // namespace

comparison::MeasuredRun measured_run_of(const store::RunRecord& run) {
  auto read = comparison::read_measured_run(run.document, run.id);
  comparison::MeasuredRun measured = read ? std::move(*read) : comparison::MeasuredRun{};
  if (!read) {
    measured.label = run.id;
    measured.conditions = run.start.conditions;
    measured.endpoints = {aggregated_of(run.end.figures)};
    measured.validity = run.end.validity;
    measured.seed = run.start.seed;
    measured.version = run.start.version;
    if (run.end.validity == "INVALID") measured.faults.emplace_back("is INVALID: its generator was the limit");
    if (run.end.validity == "DEGRADED") measured.remarks.emplace_back("is DEGRADED: its generator was near its limit");
    if (run.end.figures.oracle_violations > 0)
      measured.remarks.push_back(
          fmt::format("saw the target give {} wrong answers", run.end.figures.oracle_violations));
  }
  measured.started = format_wall_time(run.started);
  if (run.start.kind != store::kind::kRun) measured.faults.push_back(fmt::format("is a {}", run.start.kind));
  const bool ended =
      run.end.status == store::status::kCompleted || run.end.status == store::status::kCompletedWithFailures;
  if (!ended && measured.faults.empty()) measured.faults.push_back(fmt::format("is {}", run.end.status));
  return measured;
}

Result<std::unique_ptr<store::RunStore>> open_history() {
  const auto location = store::locate_history();
  if (!location) return fail(Error(location.error()));
  return store::RunStore::open(*location);
}

Result<comparison::MeasuredRun> ComparedRuns::find(const std::string& name) {
  if (looks_like_a_file(name)) return read_report(name);
  if (!history_) {
    auto opened = open_history();
    if (!opened) return fail(std::move(opened.error()));
    history_ = std::move(*opened);
  }
  const auto id = history_->resolve(name);
  if (!id)
    return fail(id.error().code, fmt::format("'{}' is no file, and in the history: {}", name, id.error().message));
  const auto run = history_->get(*id);
  if (!run) return fail(Error(run.error()));
  return measured_run_of(*run);
}

}  // namespace thresher::cli
