#include "comparison/summary_export.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace thresher::comparison {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kDuration = "http_req_duration";

/// The figures of a metric, wherever this kind of summary keeps them; an empty object when there is no such metric.
Json values_of(const Json& metrics, const std::string& name) {
  const auto found = metrics.find(name);
  if (found == metrics.end() || !found->is_object()) return Json::object();
  const auto values = found->find("values");
  return values != found->end() && values->is_object() ? *values : *found;
}

std::optional<double> number_in(const Json& values, const char* key) {
  const auto found = values.find(key);
  return found != values.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

/// `selector` is what stands after the metric's name: "" or "{name:/x}".
MeasuredEndpoint endpoint_of(const Json& metrics, const std::string& selector) {
  const Json duration = values_of(metrics, std::string(kDuration) + selector);
  const Json requests = values_of(metrics, "http_reqs" + selector);
  const Json failed = values_of(metrics, "http_req_failed" + selector);
  const double judged = number_in(failed, "passes").value_or(0) + number_in(failed, "fails").value_or(0);
  const double count = number_in(requests, "count").value_or(judged);
  // `value` and not `passes`: k6 has exchanged the meaning of passes and fails of this metric between its versions.
  const double failures = number_in(failed, "value").value_or(0) * judged;
  MeasuredEndpoint endpoint{
      .method = {},
      .name = selector.empty() ? std::string(kAggregated) : selector,
      .figures = {.requests = static_cast<std::uint64_t>(std::llround(std::clamp(count, 0.0, 1e18))),
                  .failures = static_cast<std::uint64_t>(std::llround(std::clamp(failures, 0.0, std::max(0.0, count)))),
                  .rate_per_s = number_in(requests, "rate").value_or(0),
                  .mean_ms = number_in(duration, "avg"),
                  .p50_ms = number_in(duration, "med"),
                  .p95_ms = number_in(duration, "p(95)"),
                  .p99_ms = number_in(duration, "p(99)"),
                  .max_ms = number_in(duration, "max")},
      .durations = {}};
  return endpoint;
}

}  // namespace

Result<MeasuredRun> read_summary_export(std::string_view text, std::string label) {
  const Json document = Json::parse(text, nullptr, false);
  const Json metrics = document.is_object() && document.contains("metrics") ? document["metrics"] : Json();
  if (!metrics.is_object() || !metrics.contains(std::string(kDuration)))
    return fail(ErrorCode::not_found, "has no http_req_duration: it made no HTTP request");
  MeasuredRun run{.label = std::move(label)};
  run.remarks.push_back("is a summary of k6: percentiles and no distributions, so its times cannot be judged");
  for (const auto& [name, metric] : metrics.items()) {
    const std::string_view rest = std::string_view(name).substr(std::min(name.size(), kDuration.size()));
    // Its own expected_response:true is in every summary and no endpoint.
    if (name.starts_with(kDuration) && rest.starts_with('{') && rest != "{expected_response:true}")
      run.endpoints.push_back(endpoint_of(metrics, std::string(rest)));
  }
  run.endpoints.push_back(endpoint_of(metrics, ""));
  return run;
}

}  // namespace thresher::comparison
