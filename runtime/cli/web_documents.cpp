#include "cli/web_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "bindings/scenario_runner.h"
#include "cli/commands.h"
#include "cli/compared_run.h"
#include "cli/comparison_json.h"
#include "cli/runs_json.h"
#include "comparison/comparison.h"
#include "metrics/histogram.h"
#include "profile/profile.h"
#include "report/csv_report.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Where a percentile curve is drawn: evenly at first, then ever closer to 100.
constexpr double kCurve[] = {0,  5,  10, 15, 20, 25, 30, 35, 40,   45,   50,    55,    60,    65,
                             70, 75, 80, 85, 90, 95, 98, 99, 99.5, 99.9, 99.95, 99.99, 99.999};

/// A report's rows, "Aggregated" last; empty for a run without.
const Json* rows_of(const Json& report) {
  const auto requests = report.find("requests");
  return requests != report.end() && requests->is_array() ? &*requests : nullptr;
}

/// The histogram of a row's durations; nothing when there is none, or it is damaged.
std::optional<metrics::Histogram> durations_of(const Json& row) {
  const Json durations = row.value("duration_ms", Json::object());
  const std::string encoded = durations.value("histogram", "");
  if (encoded.empty()) return std::nullopt;
  auto histogram = metrics::Histogram::decode(encoded);
  return histogram ? std::optional(std::move(*histogram)) : std::nullopt;
}

Json curve_of(const store::RunRecord& run) {
  Json curve = Json::array();
  const Json report = Json::parse(run.document, nullptr, false);
  const Json* rows = report.is_object() ? rows_of(report) : nullptr;
  const auto histogram = rows != nullptr && !rows->empty() ? durations_of(rows->back()) : std::nullopt;
  for (const double percentile : kCurve) {
    if (histogram && histogram->count() > 0)
      curve.push_back(static_cast<double>(histogram->value_at_percentile(percentile)) / 1000);  // microseconds
    else
      curve.push_back(nullptr);
  }
  return curve;
}

report::RequestRow request_row(const Json& row) {
  report::RequestRow made;
  made.method = row.value("method", "");
  made.name = row.value("name", "");
  made.requests = row.value("requests", std::uint64_t{0});
  made.failures = row.value("failures", std::uint64_t{0});
  made.requests_per_s = row.value("requests_per_s", 0.0);
  made.failures_per_s = row.value("failures_per_s", 0.0);
  made.bytes_received = row.value("received_bytes_average", 0.0) * static_cast<double>(made.requests);
  if (auto histogram = durations_of(row)) made.duration = std::move(*histogram);
  return made;
}

Json profiles_in(const std::vector<std::filesystem::path>& folders) {
  std::set<std::string> known;
  Json profiles = Json::array();
  for (const std::filesystem::path& folder : folders) {
    std::error_code none;
    std::set<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(folder, none))
      if (file.path().extension() == ".toml") names.insert(file.path().stem().string());
    for (const std::string& name : names) {
      if (!known.insert(name).second) continue;  // the folder before it hides this one
      const auto profile = profile::load_profile(name, {folder});
      profiles.push_back({{"name", name}, {"description", profile ? profile->description : to_text(profile.error())}});
    }
  }
  return profiles;
}

}  // namespace

std::string WebDocuments::runs(const std::vector<store::RunRecord>& runs) { return runs_json(runs); }

Result<std::string> WebDocuments::run(store::RunStore& store, const store::RunRecord& run) {
  constexpr std::size_t kBaselines = 3;
  const auto earlier = store.comparable_before(run, kBaselines);
  if (!earlier) return fail(Error(earlier.error()));
  return run_json(run, {judge_regression(run, *earlier), *earlier});
}

std::string WebDocuments::comparison(const store::RunRecord& base, const store::RunRecord& run) {
  const comparison::MeasuredRun first = measured_run_of(base), second = measured_run_of(run);
  Json document = Json::parse(comparison_json(first, second, compare(first, second), kExitFine));
  document["curves"] = {{"percentiles", kCurve}, {"baseline", curve_of(base)}, {"current", curve_of(run)}};
  return text_of(document);
}

Result<std::string> WebDocuments::statistics_csv(const store::RunRecord& run) {
  const Json report = Json::parse(run.document, nullptr, false);
  const Json* rows = report.is_object() ? rows_of(report) : nullptr;
  if (rows == nullptr || rows->empty())
    return fail(ErrorCode::not_found, fmt::format("run '{}' ended without a report of requests", run.id));
  report::RequestTable table;
  for (const Json& row : *rows) table.rows.push_back(request_row(row));
  table.aggregated = std::move(table.rows.back());
  table.rows.pop_back();
  return report::csv_stats(table);
}

std::string WebDocuments::choices() {
  Json stand_ins = Json::array(), executors = Json::array();
  for (const plugin::TargetType* target : plugins_.targets())
    stand_ins.push_back({{"name", target->name()}, {"description", target->summary()}});
  using Kind = profile::ExecutorKind;
  for (const Kind kind : {Kind::constant_vus, Kind::ramping_vus, Kind::per_vu_iterations, Kind::shared_iterations,
                          Kind::constant_arrival_rate, Kind::ramping_arrival_rate, Kind::externally_controlled})
    executors.push_back(profile::name_of(kind));
  return text_of({{"profiles", profiles_in(locations_.profiles)},
                  {"stand_ins", std::move(stand_ins)},
                  {"executors", std::move(executors)}});
}

std::vector<std::string> WebDocuments::scenario_files() {
  const auto files = bindings::scenario_files({locations_.script("scripts/")});
  std::vector<std::string> names;
  if (files)
    for (const std::filesystem::path& file : *files) names.push_back(file.string());
  return names;
}

}  // namespace thresher::cli
