#include "store/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "metrics/histogram.h"
#include "store/run_conditions.h"

namespace thresher::store {
namespace {

using Json = nlohmann::json;

struct Endpoint {
  EndpointFigures figures;
  std::optional<metrics::Histogram> durations;
};
/// By (name, method): a report's own order.
using Endpoints = std::map<std::pair<std::string, std::string>, Endpoint>;
constexpr const char* kAggregated = "Aggregated";

std::optional<double> number_at(const Json& object, const char* pointer) {
  const Json::json_pointer path(pointer);
  if (!object.contains(path) || !object.at(path).is_number()) return std::nullopt;
  return object.at(path).get<double>();
}

std::uint64_t count_at(const Json& object, const char* pointer) {
  return static_cast<std::uint64_t>(std::max(0.0, number_at(object, pointer).value_or(0)));
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Endpoint endpoint_of(const Json& row) {
  Endpoint endpoint{{.requests = count_at(row, "/requests"),
                     .failures = count_at(row, "/failures"),
                     .rate_per_s = number_at(row, "/requests_per_s").value_or(0),
                     .mean_ms = number_at(row, "/duration_ms/mean"),
                     .p50_ms = number_at(row, "/duration_ms/percentiles/50"),
                     .p95_ms = number_at(row, "/duration_ms/percentiles/95"),
                     .p99_ms = number_at(row, "/duration_ms/percentiles/99"),
                     .max_ms = number_at(row, "/duration_ms/max")},
                    std::nullopt};
  const Json::json_pointer histogram("/duration_ms/histogram");
  if (!row.contains(histogram) || !row.at(histogram).is_string()) return endpoint;
  if (auto decoded = metrics::Histogram::decode(row.at(histogram).get_ref<const std::string&>()))
    endpoint.durations = std::move(*decoded);
  return endpoint;
}

std::optional<double> milliseconds(const std::optional<Nanoseconds>& duration) {
  return duration ? std::optional(to_milliseconds(*duration)) : std::nullopt;
}

Endpoint endpoint_of(const RunFigures& figures) {
  return {{.requests = figures.requests,
           .failures = figures.requests_failed,
           .rate_per_s = figures.rate_per_s,
           .mean_ms = milliseconds(figures.latency_mean),
           .p50_ms = milliseconds(figures.latency_p50),
           .p95_ms = milliseconds(figures.latency_p95),
           .p99_ms = milliseconds(figures.latency_p99),
           .max_ms = milliseconds(figures.latency_max)},
          std::nullopt};
}

/// Of the document `thresher.report/1`; the aggregated figures of the record when there is none.
Endpoints endpoints_of(const RunRecord& run) {
  Endpoints endpoints;
  const Json document = Json::parse(run.document, nullptr, false);
  if (document.is_object() && document.contains("requests") && document["requests"].is_array()) {
    for (const Json& row : document["requests"])
      if (row.is_object()) endpoints.emplace(std::pair(text_at(row, "name"), text_at(row, "method")), endpoint_of(row));
  }
  endpoints.try_emplace({kAggregated, ""}, endpoint_of(run.end.figures));
  return endpoints;
}

void find_obstacles(const RunRecord& first, const RunRecord& second, std::vector<std::string>& obstacles) {
  if (first.start.kind != second.start.kind)
    obstacles.push_back(fmt::format("kind: {} and {}", first.start.kind, second.start.kind));
  for (const ConditionDifference& difference : differences_of(first.start.conditions, second.start.conditions)) {
    const auto side = [](const std::string& json) { return json.empty() ? "none" : json; };
    constexpr std::size_t kShown = 60;  // of each side
    const bool brief = difference.first.size() <= kShown && difference.second.size() <= kShown;
    obstacles.push_back(
        brief ? fmt::format("{}: {} and {}", difference.key, side(difference.first), side(difference.second))
              : fmt::format("{} differ", difference.key));
  }
  for (const RunRecord* run : {&first, &second}) {
    if (run->end.status != status::kCompleted && run->end.status != status::kCompletedWithFailures)
      obstacles.push_back(fmt::format("{} is {}", run->id, run->end.status));
    if (run->end.validity == "INVALID")
      obstacles.push_back(fmt::format("{} is INVALID: its generator was the limit", run->id));
  }
}

void find_remarks(const RunRecord& first, const RunRecord& second, std::vector<std::string>& remarks) {
  if (first.start.version != second.start.version)
    remarks.push_back(fmt::format("versions of thresher: {} and {}", first.start.version, second.start.version));
  for (const RunRecord* run : {&first, &second}) {
    if (run->end.validity == "DEGRADED")
      remarks.push_back(fmt::format("{} is DEGRADED: its generator was near its limit", run->id));
    if (run->end.figures.oracle_violations > 0)
      remarks.push_back(
          fmt::format("in {} the target gave {} wrong answers", run->id, run->end.figures.oracle_violations));
  }
}

}  // namespace

Comparison compare(const RunRecord& first, const RunRecord& second) {
  Comparison comparison;
  find_obstacles(first, second, comparison.obstacles);
  find_remarks(first, second, comparison.remarks);
  const Endpoints before = endpoints_of(first), after = endpoints_of(second);
  Endpoints keys = before;
  keys.insert(after.begin(), after.end());
  std::optional<EndpointComparison> aggregated;
  for (const auto& [key, unused] : keys) {
    const auto one = before.find(key), other = after.find(key);
    EndpointComparison row{.method = key.second, .name = key.first, .first = {}, .second = {}, .shift = {}};
    if (one != before.end()) row.first = one->second.figures;
    if (other != after.end()) row.second = other->second.figures;
    if (row.first && row.second && one->second.durations && other->second.durations)
      row.shift = shift_between(*one->second.durations, *other->second.durations);
    if (key == std::pair<std::string, std::string>(kAggregated, ""))
      aggregated = std::move(row);
    else
      comparison.endpoints.push_back(std::move(row));
  }
  if (aggregated) comparison.endpoints.push_back(std::move(*aggregated));
  return comparison;
}

}  // namespace thresher::store
