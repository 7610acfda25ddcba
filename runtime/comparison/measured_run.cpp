#include "comparison/measured_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "comparison/summary_export.h"

namespace thresher::comparison {
namespace {

using Json = nlohmann::json;  // its objects keep their keys sorted

const Json* at(const Json& object, const char* pointer) {
  const Json::json_pointer path(pointer);
  return object.contains(path) ? &object.at(path) : nullptr;
}

std::optional<double> number_at(const Json& object, const char* pointer) {
  const Json* found = at(object, pointer);
  return found != nullptr && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::uint64_t count_at(const Json& object, const char* pointer) {
  constexpr double kMost = 1e18;  // beyond it no run ever counted
  return static_cast<std::uint64_t>(std::clamp(number_at(object, pointer).value_or(0), 0.0, kMost));
}

std::string text_at(const Json& object, const char* pointer) {
  const Json* found = at(object, pointer);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

MeasuredEndpoint endpoint_of(const Json& row) {
  MeasuredEndpoint endpoint{.method = text_at(row, "/method"),
                            .name = text_at(row, "/name"),
                            .figures = {.requests = count_at(row, "/requests"),
                                        .failures = count_at(row, "/failures"),
                                        .rate_per_s = number_at(row, "/requests_per_s").value_or(0),
                                        .mean_ms = number_at(row, "/duration_ms/mean"),
                                        .p50_ms = number_at(row, "/duration_ms/percentiles/50"),
                                        .p95_ms = number_at(row, "/duration_ms/percentiles/95"),
                                        .p99_ms = number_at(row, "/duration_ms/percentiles/99"),
                                        .max_ms = number_at(row, "/duration_ms/max")},
                            .durations = {}};
  endpoint.figures.failures = std::min(endpoint.figures.failures, endpoint.figures.requests);
  if (const std::string encoded = text_at(row, "/duration_ms/histogram"); !encoded.empty())
    if (auto decoded = metrics::Histogram::decode(encoded)) endpoint.durations = std::move(*decoded);
  return endpoint;
}

Json named_with_weight(const Json& each) {
  return {{"name", text_at(each, "/name")}, {"weight", number_at(each, "/weight").value_or(0)}};
}

/// The same keys as of a run in the history (store/run_conditions.h).
Json conditions_of(const Json& plan, const std::string& run_host) {
  Json conditions = Json::object(), scenarios = Json::array();
  for (const char* key : {"profile", "executor", "users", "spawn_rate_per_s", "stages", "run_time_s", "iterations",
                          "arrivals", "max_in_flight"})
    if (plan.contains(key)) conditions[key] = plan[key];
  std::set<std::string> hosts;
  if (const Json* planned = at(plan, "/scenarios"); planned != nullptr && planned->is_array()) {
    for (const Json& each : *planned) {
      Json scenario = named_with_weight(each), tasks = Json::array();
      if (const Json* all = at(each, "/tasks"); all != nullptr && all->is_array())
        for (const Json& task : *all) tasks.push_back(named_with_weight(task));
      if (const Json* sequential = at(each, "/sequential")) scenario["sequential"] = *sequential;
      scenario["tasks"] = std::move(tasks);
      scenarios.push_back(std::move(scenario));
      hosts.insert(text_at(each, "/host"));
    }
  }
  conditions["scenarios"] = std::move(scenarios);
  hosts.erase("");
  std::string host = run_host;
  if (host.empty())
    for (const std::string& each : hosts) host += (host.empty() ? "" : ", ") + each;
  conditions["host"] = host;
  return conditions;
}

std::vector<double> counts_of(const Json& document, const char* pointer) {
  std::vector<double> counts;
  if (const Json* column = at(document, pointer); column != nullptr && column->is_array())
    for (const Json& value : *column) counts.push_back(value.is_number() ? std::max(0.0, value.get<double>()) : 0);
  return counts;
}

std::vector<std::optional<double>> times_of(const Json& document, const char* pointer) {
  std::vector<std::optional<double>> times;
  constexpr double kMicroseconds = 1000;
  if (const Json* column = at(document, pointer); column != nullptr && column->is_array())
    for (const Json& value : *column)
      times.push_back(value.is_number() ? std::optional(value.get<double>() * kMicroseconds) : std::nullopt);
  return times;
}

/// Empty unless all columns are there and equally long.
Seconds seconds_of(const Json& document) {
  Seconds seconds{.requests = counts_of(document, "/seconds/requests"),
                  .failures = counts_of(document, "/seconds/failures"),
                  .p50 = times_of(document, "/seconds/duration_p50_ms"),
                  .p95 = times_of(document, "/seconds/duration_p95_ms"),
                  .p99 = times_of(document, "/seconds/duration_p99_ms")};
  const std::size_t size = seconds.requests.size();
  const bool whole = seconds.failures.size() == size && seconds.p50.size() == size && seconds.p95.size() == size &&
                     seconds.p99.size() == size;
  return whole ? seconds : Seconds{};
}

void read_standing(const Json& document, MeasuredRun& run) {
  run.verdict = text_at(document, "/verdict/word");
  run.validity = text_at(document, "/validity/state");
  if (run.validity == "INVALID") run.faults.push_back("is INVALID: its generator was the limit");
  if (run.validity == "DEGRADED") run.remarks.push_back("is DEGRADED: its generator was near its limit");
  if (run.verdict == "INTERRUPTED") run.faults.push_back("was interrupted");
  if (const Json* rehearsal = at(document, "/run/rehearsal"); rehearsal != nullptr && *rehearsal == Json(true))
    run.remarks.push_back("was a rehearsal: its times are a stand-in's");
  if (const double violations = number_at(document, "/oracle_violations").value_or(0); violations > 0)
    run.remarks.push_back(fmt::format("saw the target give {:.0f} wrong answers", violations));
}

MeasuredRun report_of(const Json& document, std::string label) {
  MeasuredRun run{.label = std::move(label)};
  run.version = text_at(document, "/run/thresher");
  run.started = text_at(document, "/stop/started");
  if (const Json* seed = at(document, "/run/seed"); seed != nullptr && seed->is_number_unsigned())
    run.seed = seed->get<std::uint64_t>();
  run.users = number_at(document, "/users/most");
  if (const Json* plan = at(document, "/plan"); plan != nullptr && plan->is_object()) {
    const Json conditions = conditions_of(*plan, text_at(document, "/run/host"));
    run.conditions = text_of(conditions);
    run.host = text_at(conditions, "/host");
    if (const std::string model = text_at(*plan, "/model"); !model.empty()) run.open_model = model == "open";
  }
  read_standing(document, run);
  for (const Json& row : document["requests"])
    if (row.is_object()) run.endpoints.push_back(endpoint_of(row));
  run.seconds = seconds_of(document);
  return run;
}

}  // namespace

const MeasuredEndpoint* MeasuredRun::find(std::string_view method, std::string_view name) const {
  const auto found = std::find_if(endpoints.begin(), endpoints.end(), [&](const MeasuredEndpoint& endpoint) {
    return endpoint.method == method && endpoint.name == name;
  });
  return found == endpoints.end() ? nullptr : &*found;
}

Result<MeasuredRun> read_measured_run(std::string_view text, std::string label) {
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return fail(ErrorCode::invalid_argument, "is not JSON, or was cut off");
  if (document.is_object()) {
    const Json* requests = at(document, "/requests");
    if (requests != nullptr && requests->is_array()) return report_of(document, std::move(label));
    const Json* metrics = at(document, "/metrics");
    if (metrics != nullptr && metrics->is_object()) return read_summary_export(text, std::move(label));
  }
  return fail(ErrorCode::invalid_argument,
              "is neither a report of thresher (--json) nor a summary of k6 (--summary-export)");
}

std::vector<ConditionDifference> differences_of(std::string_view first, std::string_view second) {
  const Json one = Json::parse(first, nullptr, false), other = Json::parse(second, nullptr, false);
  if (!one.is_object() || !other.is_object()) {
    if (first == second) return {};
    return {{"conditions", std::string(first), std::string(second)}};
  }
  std::set<std::string> keys;
  for (const Json* object : {&one, &other})
    for (const auto& [key, value] : object->items()) keys.insert(key);
  std::vector<ConditionDifference> differences;
  for (const std::string& key : keys) {
    const auto in = [&key](const Json& object) {
      return object.contains(key) ? text_of(object.at(key)) : std::string();
    };
    ConditionDifference difference{key, in(one), in(other)};
    if (difference.first != difference.second) differences.push_back(std::move(difference));
  }
  return differences;
}

}  // namespace thresher::comparison
