#include "report/json_report.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "report/json_figures.h"
#include "report/line_writer.h"
#include "report/verdict.h"

namespace thresher::report {
namespace {

/// Tells runs apart and is the same for the same run: FNV-1a (Fowler, Noll, Vo) over what it was started with.
std::string id_of(const RunDescription& run) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char byte :
       fmt::format("{} {} {}", run.plan->seed, run.created.time_since_epoch().count(), run.command_line)) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
  }
  return fmt::format("{:016x}", hash);
}

/// The whole document but for what only the summary tells; `verdict` and `stop` keep their places.
Json figures_of(const RunDescription& run, const engine::Snapshot& snapshot, const SecondSeries& seconds) {
  Json dependencies = Json::object();
  for (const auto& [name, version] : run.dependencies) dependencies[name] = version;
  const metrics::Totals& totals = *snapshot.totals;
  return {{"schema", "thresher.report/1"},
          {"run",
           {{"id", id_of(run)},
            {"thresher", run.version},
            {"dependencies", std::move(dependencies)},
            {"command_line", run.command_line},
            {"rehearsal", run.rehearsal},
            {"host", run.host},
            {"seed", run.plan->seed},
            {"created", format_wall_time(run.created, true)},
            {"elapsed_s", json_rounded(to_seconds(snapshot.elapsed))}}},
          {"verdict", nullptr},
          {"stop", nullptr},
          {"validity", json_validity(snapshot.validity)},
          {"plan", json_plan(*run.plan)},
          {"users", {{"now", snapshot.users}, {"most", snapshot.users_most}}},
          {"iterations", json_iterations(totals, snapshot.elapsed)},
          {"requests", json_requests(totals, snapshot.elapsed)},
          {"checks", json_checks(totals)},
          {"thresholds", json_thresholds(*snapshot.thresholds)},
          {"oracle_violations", json_rounded(totals.aggregate("oracle_violations").counter.sum)},
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

class JsonFile final : public JsonReport {
 public:
  JsonFile(std::filesystem::path path, const RunDescription& run) : path_(std::move(path)), run_(run) {}

  void on_second(const engine::Snapshot& snapshot) override { add(snapshot); }

  void on_finish(const engine::Snapshot& snapshot) override {
    if (snapshot.totals->second() != second_added_) add(snapshot);
    document_ = figures_of(run_, snapshot, seconds_);
    facts_ = facts_of(snapshot);
  }

  Result<void> conclude(const engine::RunSummary& summary) override {
    add_outcome(document_, facts_, summary);
    if (path_ != "-") return write_file(path_, text_of(document_));
    Result<LineWriter> lines = LineWriter::open(path_);
    if (!lines) return fail(std::move(lines.error()));
    lines->append(text_of(document_));
    return lines->close();
  }

  std::vector<std::filesystem::path> files() const override {
    if (path_ == "-") return {};
    return {path_};
  }

 private:
  void add(const engine::Snapshot& snapshot) {
    second_added_ = snapshot.totals->second();
    seconds_.add(snapshot);
  }

  std::filesystem::path path_;
  const RunDescription& run_;
  SecondSeries seconds_;
  Json document_;
  RunFacts facts_;
  std::uint64_t second_added_ = 0;
};

}  // namespace

Result<std::unique_ptr<JsonReport>> JsonReport::open(const std::filesystem::path& path, const RunDescription& run) {
  if (path != "-") {
    if (Result<void> writable = check_writable(path); !writable) return fail(std::move(writable.error()));
  }
  return std::make_unique<JsonFile>(path, run);
}

std::string json_report_text(const RunDescription& run, const engine::Snapshot& snapshot, const SecondSeries& seconds,
                             const engine::RunSummary& summary) {
  Json document = figures_of(run, snapshot, seconds);
  add_outcome(document, facts_of(snapshot), summary);
  return text_of(document);
}

}  // namespace thresher::report
