#include "report/json_report.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "report/json_figures.h"
#include "report/line_writer.h"
#include "report/verdict.h"
#include "report/warning_signs.h"

namespace thresher::report {
namespace {

Json json_run(const RunDescription& run) {
  Json dependencies = Json::object();
  for (const auto& [name, version] : run.dependencies) dependencies[name] = version;
  Json files = Json::array();
  for (const RunFile& file : run.files) files.push_back({{"kind", file.kind}, {"path", file.path}});
  return {{"id", id_of(run)},
          {"thresher", run.version},
          {"dependencies", std::move(dependencies)},
          {"command_line", run.command_line},
          {"rehearsal", run.rehearsal},
          {"host", run.host},
          {"seed", run.plan->seed},
          {"created", format_wall_time(run.created, true)},
          {"files", std::move(files)}};
}

/// The whole document but for what only the summary tells; `verdict` and `stop` keep their places.
Json figures_of(const RunDescription& run, const engine::Snapshot& snapshot, const SecondSeries& seconds) {
  Json about = json_run(run);
  about["elapsed_s"] = json_rounded(to_seconds(snapshot.elapsed));
  const metrics::Totals& totals = *snapshot.totals;
  return {{"schema", "thresher.report/1"},
          {"run", std::move(about)},
          {"verdict", nullptr},
          {"stop", nullptr},
          {"validity", json_validity(snapshot.validity)},
          {"plan", json_plan(*run.plan)},
          {"users", {{"now", snapshot.users}, {"most", snapshot.users_most}}},
          {"iterations", json_iterations(totals, snapshot.elapsed)},
          {"requests", json_requests(totals, snapshot.elapsed)},
          {"checks", json_checks(totals)},
          {"thresholds", json_thresholds(*snapshot.thresholds)},
          {"warning_signs", warning_signs(*run.plan, snapshot, seconds)},
          {"oracle_violations", json_rounded(totals.aggregate("oracle_violations").counter.sum)},
          {"oracle", run.judgement != nullptr ? json_judgement(*run.judgement) : Json(nullptr)},
          {"failures", json_failures(totals)},
          {"exceptions", json_exceptions(totals)},
          {"metrics", json_metrics(totals, snapshot.elapsed)},
          {"series_beyond_limit", totals.overflowed_series()},
          {"seconds", json_seconds(seconds)}};
}

void add_outcome(Json& document, const RunFacts& facts, const engine::RunSummary& summary) {
  const Verdict verdict = judge(facts, summary);
  document["verdict"] = {
      {"exit_code", verdict.exit_code}, {"word", verdict.word}, {"text", verdict.text}, {"also", verdict.also}};
  document["stop"] = {{"reason", engine::name_of(summary.stop)},
                      {"text", summary.stop_text},
                      {"error", summary.error ? Json(to_text(*summary.error)) : Json(nullptr)},
                      {"started", format_wall_time(summary.started, true)},
                      {"finished", format_wall_time(summary.finished, true)},
                      {"elapsed_s", json_rounded(to_seconds(summary.elapsed))},
                      {"dropped_iterations", summary.dropped_iterations},
                      {"interrupted_iterations", summary.interrupted_iterations},
                      {"teardown_timed_out", summary.teardown_timed_out},
                      {"marked_failed", summary.marked_failed}};
}

std::string text_of(const Json& document) { return json_text(document, 1) + "\n"; }

class JsonDocument final : public JsonReport {
 public:
  /// `path`: of the file that the taker writes; empty when there is none.
  JsonDocument(std::filesystem::path path, Taker taker, const RunDescription& run)
      : path_(std::move(path)), taker_(std::move(taker)), run_(run) {}

  void on_second(const engine::Snapshot& snapshot) override { add(snapshot); }

  void on_finish(const engine::Snapshot& snapshot) override {
    if (snapshot.totals->second() != second_added_) add(snapshot);
    document_ = figures_of(run_, snapshot, seconds_);
    facts_ = facts_of(snapshot, run_.judgement);
  }

  Result<void> conclude(const engine::RunSummary& summary) override {
    add_outcome(document_, facts_, summary);
    return taker_(text_of(document_));
  }

  std::vector<std::filesystem::path> files() const override {
    if (path_.empty()) return {};
    return {path_};
  }

 private:
  void add(const engine::Snapshot& snapshot) {
    second_added_ = snapshot.totals->second();
    seconds_.add(snapshot);
  }

  std::filesystem::path path_;
  Taker taker_;
  const RunDescription& run_;
  SecondSeries seconds_ = seconds_before(run_);
  Json document_;
  RunFacts facts_;
  std::uint64_t second_added_ = 0;
};

Result<void> write_to_standard_output(const std::string& text) {
  Result<LineWriter> lines = LineWriter::open("-");
  if (!lines) return fail(std::move(lines.error()));
  lines->append(text);
  return lines->close();
}

}  // namespace

Result<std::unique_ptr<JsonReport>> JsonReport::open(const std::filesystem::path& path, const RunDescription& run) {
  if (path == "-") return to(write_to_standard_output, run);
  if (Result<void> writable = check_writable(path); !writable) return fail(std::move(writable.error()));
  const auto write = [path](const std::string& text) { return write_file(path, text); };
  return std::make_unique<JsonDocument>(path, write, run);
}

std::unique_ptr<JsonReport> JsonReport::to(Taker taker, const RunDescription& run) {
  return std::make_unique<JsonDocument>(std::filesystem::path{}, std::move(taker), run);
}

std::string json_run_text(const RunDescription& run) {
  return json_text(Json{{"run", json_run(run)}, {"plan", json_plan(*run.plan)}}, -1);
}

std::string json_second_text(const engine::Snapshot& snapshot) {
  const metrics::Totals& totals = *snapshot.totals;
  return json_text(Json{{"elapsed_s", json_rounded(to_seconds(snapshot.elapsed))},
                        {"wall", format_wall_time(snapshot.wall, true)},
                        {"phase", engine::name_of(snapshot.phase)},
                        {"users", snapshot.users},
                        {"in_flight", snapshot.in_flight},
                        {"iterations", json_iterations(totals, snapshot.elapsed)},
                        {"requests", json_requests(totals, snapshot.elapsed)},
                        {"checks", json_checks(totals)},
                        {"thresholds", json_thresholds(*snapshot.thresholds)},
                        {"validity", json_validity(snapshot.validity)}},
                   -1);
}

std::string json_report_text(const RunDescription& run, const engine::Snapshot& snapshot, const SecondSeries& seconds,
                             const engine::RunSummary& summary) {
  Json document = figures_of(run, snapshot, seconds);
  add_outcome(document, facts_of(snapshot, run.judgement), summary);
  return text_of(document);
}

}  // namespace thresher::report
