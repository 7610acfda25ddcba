#include "report/live_digest.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "base/text.h"
#include "engine/shape.h"
#include "report/failure_table.h"
#include "report/json_figures.h"
#include "report/warning_signs.h"

namespace thresher::report {
namespace {

/// An object put together from values and from texts that are JSON already.
class Members {
 public:
  void add(std::string_view name, const Json& value) { add_text(name, json_text(value)); }
  void add_text(std::string_view name, std::string_view json) {
    text_ += fmt::format(R"({}"{}":{})", text_.empty() ? "{" : ",", name, json);
  }
  std::string text() const { return text_ + '}'; }

 private:
  std::string text_;
};

std::string_view name_of(engine::RunEvent::Kind kind) {
  switch (kind) {
    case engine::RunEvent::Kind::phase_changed:
      return "phase_changed";
    case engine::RunEvent::Kind::note:
      return "note";
    case engine::RunEvent::Kind::script_output:
      return "script_output";
    case engine::RunEvent::Kind::script_error:
      return "script_error";
    case engine::RunEvent::Kind::threshold_crossed:
      return "threshold_crossed";
    default:
      return "stop_requested";
  }
}

Json optional_number(const std::optional<double>& value) { return value ? json_rounded(*value) : Json(nullptr); }

/// {"p50", "p95", "p99"} in milliseconds.
Json percentiles(const metrics::Histogram& histogram) {
  if (histogram.count() == 0) return nullptr;
  const auto at = [&histogram](double percentile) {
    return json_rounded(static_cast<double>(histogram.value_at_percentile(percentile)) / 1000);
  };
  return {{"p50", at(50)}, {"p95", at(95)}, {"p99", at(99)}};
}

/// The same with what a whole run has besides.
Json distribution(const metrics::Histogram& histogram) {
  if (histogram.count() == 0) return nullptr;
  Json all = {{"mean", json_rounded(histogram.mean() / 1000)}};
  all.update(percentiles(histogram));
  all["max"] = json_rounded(static_cast<double>(histogram.max()) / 1000);
  return all;
}

/// Calls use(column of `into`, the same column of `from`).
template <class Use>
void for_each_column(SecondSeries& into, const SecondSeries& from, const Use& use) {
  use(into.elapsed_s, from.elapsed_s);
  use(into.users, from.users);
  use(into.in_flight, from.in_flight);
  use(into.requests, from.requests);
  use(into.failures, from.failures);
  use(into.iterations, from.iterations);
  use(into.dropped, from.dropped);
  use(into.p50_ms, from.p50_ms);
  use(into.p95_ms, from.p95_ms);
  use(into.p99_ms, from.p99_ms);
}

/// Second `at` of a series that lasted `seconds`.
Json point_of(const SecondSeries& series, std::size_t at, double seconds, Json response_ms) {
  const auto rate = [seconds](std::uint64_t count) {
    return json_rounded(seconds > 0 ? static_cast<double>(count) / seconds : 0);
  };
  Json service_ms = nullptr;
  if (series.p50_ms[at])
    service_ms = {{"p50", optional_number(series.p50_ms[at])},
                  {"p95", optional_number(series.p95_ms[at])},
                  {"p99", optional_number(series.p99_ms[at])}};
  return {{"elapsed_s", json_rounded(series.elapsed_s[at])},
          {"users", series.users[at]},
          {"in_flight", series.in_flight[at]},
          {"requests_per_s", rate(series.requests[at])},
          {"failures_per_s", rate(series.failures[at])},
          {"iterations_per_s", rate(series.iterations[at])},
          {"dropped_per_s", rate(series.dropped[at])},
          {"service_ms", std::move(service_ms)},
          {"response_ms", std::move(response_ms)}};
}

Json totals_of(const LiveRequests::Sum& sum, const metrics::Totals& totals, Nanoseconds elapsed) {
  const auto requests = static_cast<double>(sum.requests);
  const double seconds = to_seconds(elapsed);
  const auto counted = [&totals](const char* metric) { return json_rounded(totals.aggregate(metric).counter.sum); };
  return {{"requests", sum.requests},
          {"failures", sum.failures},
          {"failure_ratio", json_rounded(requests > 0 ? static_cast<double>(sum.failures) / requests : 0)},
          {"requests_per_s", json_rounded(seconds > 0 ? requests / seconds : 0)},
          {"iterations", counted("iterations")},
          {"dropped", counted("dropped_iterations")},
          {"received_bytes", json_rounded(sum.received_bytes)},
          {"sent_bytes", counted("data_sent")},
          {"service_ms", distribution(sum.duration)},
          {"response_ms", distribution(totals.aggregate("iteration_response_time").trend)}};
}

Json failures_of(const metrics::Totals& totals) {
  Json rows = Json::array();
  for (const FailureRow& row : make_failure_table(totals)) {
    Json example = nullptr;
    if (row.example != nullptr)
      example = {{"url", row.example->url}, {"status", row.example->status}, {"text", row.example->text}};
    rows.push_back({{"method", row.method},
                    {"name", row.name},
                    {"error", row.error},
                    {"occurrences", row.occurrences},
                    {"first_seen", format_wall_time(row.first_seen, true)},
                    {"last_seen", format_wall_time(row.last_seen, true)},
                    {"example", std::move(example)}});
  }
  return rows;
}

Json exceptions_of(const metrics::Totals& totals) {
  Json rows = Json::array();
  for (const metrics::ExceptionCount& row : totals.exceptions())
    rows.push_back({{"count", row.count}, {"message", row.message}, {"traceback", row.traceback}});
  return rows;
}

Json workers_of(const std::vector<engine::WorkerState>& workers) {
  Json rows = Json::array();
  for (const engine::WorkerState& worker : workers)
    rows.push_back({{"index", rows.size()},
                    {"users", worker.users},
                    {"in_flight", worker.in_flight},
                    {"cpu_share", json_rounded(worker.cpu_share)},
                    {"late_seconds", worker.late_seconds}});
  return rows;
}

/// What is wanted and how many there are, up to the point.
void add_standing(Members& digest, const RunDescription& run, const engine::Snapshot& snapshot) {
  const bool open_model = profile::is_open_model(run.plan->executor);
  const Json nothing = nullptr;
  digest.add("phase", engine::name_of(snapshot.phase));
  digest.add("wall", format_wall_time(snapshot.wall, true));
  digest.add("elapsed_s", json_rounded(to_seconds(snapshot.elapsed)));
  digest.add("planned_s", snapshot.planned > Nanoseconds{} ? json_rounded(to_seconds(snapshot.planned)) : nothing);
  digest.add("users", snapshot.users);
  digest.add("users_most", snapshot.users_most);
  digest.add("users_planned", open_model ? nothing : Json(snapshot.users_planned));
  digest.add("rate_planned", open_model ? json_rounded(snapshot.rate_planned) : nothing);
  digest.add("in_flight", snapshot.in_flight);
  digest.add("scalable", {{"users", !run.rehearsal && engine::accepts_user_scaling(*run.plan).has_value()},
                          {"rate", !run.rehearsal && engine::accepts_rate_scaling(*run.plan).has_value()}});
}

}  // namespace

std::string live_run_text(const RunDescription& run, const LiveIdentity& identity) {
  return json_text(Json{{"id", identity.id},
                        {"name", identity.name},
                        {"kind", run.rehearsal ? "rehearsal" : "run"},
                        {"command_line", run.command_line},
                        {"started", format_wall_time(run.created, true)},
                        {"seed", run.plan->seed},
                        {"version", run.version},
                        {"host", run.host},
                        {"plan", json_plan(*run.plan)},
                        {"process", identity.process}});
}

std::string live_log_text(const engine::RunEvent& event) {
  return json_text(
      Json{{"at", format_wall_time(event.wall, true)}, {"kind", name_of(event.kind)}, {"text", event.text}});
}

std::string live_end_text(const Verdict& verdict, int exit_code, const std::string& id,
                          const std::vector<std::filesystem::path>& files) {
  Json paths = Json::array();
  for (const std::filesystem::path& file : files) paths.push_back(file.string());
  return json_text(Json{{"exit_code", exit_code},
                        {"word", verdict.word},
                        {"text", verdict.text},
                        {"also", verdict.also},
                        {"id", id},
                        {"files", std::move(paths)}});
}

LiveDigest::LiveDigest(const RunDescription& run) : run_(run), began_(run.elapsed_before), ended_(run.elapsed_before) {
  const SecondSeries before = seconds_before(run);
  for (std::size_t at = 0; at < before.elapsed_s.size(); ++at) {
    SecondSeries second;
    for_each_column(second, before, [at](auto& into, const auto& from) { into.push_back(from[at]); });
    keep(second);
  }
}

void LiveDigest::keep(const SecondSeries& second) {
  if (passed_++ % stride_ != 0) return;
  if (seconds_.elapsed_s.size() == kSecondsMost) {
    const SecondSeries all = std::exchange(seconds_, {});
    for_each_column(seconds_, all, [](auto& into, const auto& from) {
      for (std::size_t at = 0; at < from.size(); at += 2) into.push_back(from[at]);
    });
    stride_ *= 2;
  }
  for_each_column(seconds_, second, [](auto& into, const auto& from) { into.push_back(from.front()); });
}

std::vector<std::string> LiveDigest::points_before() const {
  std::vector<std::string> points;
  const SecondSeries before = seconds_before(run_);
  double began_s = 0;
  for (std::size_t at = 0; at < before.elapsed_s.size(); ++at) {
    points.push_back(json_text(point_of(before, at, before.elapsed_s[at] - began_s, nullptr)));
    began_s = before.elapsed_s[at];
  }
  return points;
}

void LiveDigest::second_passed(const engine::Snapshot& snapshot) {
  began_ = std::exchange(ended_, snapshot.elapsed);
  SecondSeries second;
  second.add(snapshot);
  Json response = percentiles(snapshot.totals->aggregate("iteration_response_time", {}, true).trend);
  point_ = json_text(point_of(second, 0, to_seconds(ended_ - began_), std::move(response)));
  keep(second);
}

std::string LiveDigest::text(const engine::Snapshot& snapshot) {
  const metrics::Totals& totals = *snapshot.totals;
  requests_.read(totals, ended_, began_);
  Members digest;
  add_standing(digest, run_, snapshot);
  digest.add_text("point", point_);
  digest.add("totals", totals_of(requests_.sum(), totals, snapshot.elapsed));
  digest.add_text("requests", requests_.rows());
  digest.add("failures", failures_of(totals));
  digest.add("exceptions", exceptions_of(totals));
  digest.add("checks", json_checks(totals));
  digest.add("thresholds", json_thresholds(*snapshot.thresholds));
  digest.add("warning_signs", warning_signs(*run_.plan, snapshot, seconds_));
  digest.add("validity", json_validity(snapshot.validity));
  digest.add("oracle", run_.judgement != nullptr ? json_judgement(*run_.judgement) : Json(nullptr));
  digest.add("workers", workers_of(snapshot.workers));
  return digest.text();
}

}  // namespace thresher::report
