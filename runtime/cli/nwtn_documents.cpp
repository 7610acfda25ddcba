#include "cli/nwtn_documents.h"

#include "base/text.h"
#include "cli/nwtn_advice.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kGigabyte = 1024.0 * 1024 * 1024;
constexpr int kSessionTimeoutS = 10;  // of scripts/nwtn_pipeline.lua

Json config_json(const NwtnStressReport& report) {
  return {{"base_url", report.url},
          {"max_concurrent_users", report.requirements.users},
          {"ramp_up_time_seconds", to_seconds(report.shape.ramp_up)},
          {"steady_state_time_seconds", to_seconds(report.shape.steady)},
          {"ramp_down_time_seconds", to_seconds(report.shape.ramp_down)},
          {"request_timeout_seconds", kSessionTimeoutS},
          {"max_latency_ms", report.requirements.latency_ms},
          {"min_success_rate", report.requirements.success_rate},
          {"output_file", report.output_file},
          {"seed", report.seed},
          {"rehearsal", report.rehearsal}};
}

/// The document gives agents' times in seconds.
Json agents_json(const NwtnFigures& figures) {
  Json agents = Json::object();
  for (const std::string_view name : kNwtnAgents) {
    const auto agent = figures.agents.find(std::string(name));
    if (agent == figures.agents.end()) continue;
    const NwtnSpread& times = agent->second;
    agents[agent->first] = {{"avg_time", times.average_ms / 1000},
                            {"median_time", times.p50_ms / 1000},
                            {"max_time", times.max_ms / 1000},
                            {"execution_count", times.count},
                            {"p95_time", times.p95_ms / 1000}};
  }
  return agents;
}

Json complexities_json(const NwtnFigures& figures) {
  Json all = Json::object();
  for (const auto& [name, times] : figures.by_complexity)
    all[name] = {{"requests", times.count},
                 {"avg_latency_ms", times.average_ms},
                 {"p50_latency_ms", times.p50_ms},
                 {"p95_latency_ms", times.p95_ms},
                 {"max_latency_ms", times.max_ms}};
  return all;
}

Json machine_json(const std::optional<MachineSummary>& machine) {
  if (!machine) return Json::object();
  return {{"avg_cpu_percent", machine->cpu_percent_average},
          {"max_cpu_percent", machine->cpu_percent_max},
          {"avg_memory_percent", machine->memory_percent_average},
          {"max_memory_percent", machine->memory_percent_max},
          {"min_available_memory_gb", machine->memory_available_bytes_min / kGigabyte},
          {"network_bytes_sent", machine->sent_bytes},
          {"network_bytes_recv", machine->received_bytes},
          {"max_network_bytes_sent_per_second", machine->sent_per_s_max},
          {"max_network_bytes_recv_per_second", machine->received_per_s_max},
          {"monitoring_duration", to_seconds(machine->over)}};
}

Json breakdown_json(const NwtnFigures& figures) {
  Json breakdown = Json::object();
  for (const NwtnFailure& failure : figures.failures) breakdown[failure.why] = failure.count;
  return breakdown;
}

Json point_json(const NwtnSecond& second) {
  Json point{{"timestamp", format_wall_time(second.wall)},
             {"elapsed_seconds", to_seconds(second.elapsed)},
             {"phase", name_of(second.phase)},
             {"active_users", second.users},
             {"requests", second.sessions},
             {"failed", second.failed},
             {"avg_latency_ms", nullptr},
             {"p50_latency_ms", nullptr},
             {"p95_latency_ms", nullptr},
             {"p99_latency_ms", nullptr}};
  if (second.latency.count > 0) {
    point["avg_latency_ms"] = second.latency.average_ms;
    point["p50_latency_ms"] = second.latency.p50_ms;
    point["p95_latency_ms"] = second.latency.p95_ms;
    point["p99_latency_ms"] = second.latency.p99_ms;
  }
  if (second.machine) {
    point["cpu_percent"] = second.machine->cpu_percent;
    point["memory_percent"] = second.machine->memory_percent;
    point["network_bytes_sent"] = second.machine->sent_bytes;
    point["network_bytes_recv"] = second.machine->received_bytes;
  }
  return point;
}

}  // namespace

Json nwtn_results(const NwtnFigures& figures, const NwtnStressReport& report) {
  const NwtnCompliance& met = report.compliance;
  Json results{{"test_config", config_json(report)},
               {"start_time", format_wall_time(figures.started)},
               {"end_time", format_wall_time(figures.finished)},
               {"duration_seconds", to_seconds(figures.elapsed)},
               {"interrupted", report.interrupted},
               {"verdict", report.verdict},
               {"total_requests", figures.sessions},
               {"successful_requests", figures.succeeded},
               {"failed_requests", figures.sessions - figures.succeeded},
               {"success_rate", figures.success_rate()},
               {"avg_latency_ms", figures.latency.average_ms},
               {"p50_latency_ms", figures.latency.p50_ms},
               {"p95_latency_ms", figures.latency.p95_ms},
               {"p99_latency_ms", figures.latency.p99_ms},
               {"max_latency_ms", figures.latency.max_ms},
               {"max_concurrent_users", figures.users_most},
               {"sustained_concurrent_users", nullptr},
               {"peak_rps", figures.peak_per_s},
               {"avg_rps", figures.per_s()},
               {"phase1_latency_compliance", met.latency},
               {"phase1_average_latency_compliance", met.average},
               {"phase1_concurrency_compliance", met.concurrency},
               {"phase1_ramp_up_compliance", met.ramp_up},
               {"phase1_success_rate_compliance", met.success_rate},
               {"phase1_stability_compliance", met.stability},
               {"phase1_overall_compliance", met.overall()},
               {"performance_rating", name_of(report.rating)},
               {"agent_performance", agents_json(figures)},
               {"complexity_performance", complexities_json(figures)},
               {"system_metrics", machine_json(report.machine)},
               {"error_breakdown", breakdown_json(figures)},
               {"script_errors", figures.script_errors},
               {"circuit_breaker_activations", figures.breaker_openings()},
               {"circuit_breaker_source", figures.breaker_activations ? "health" : "refused sessions"},
               {"performance_recommendations", advise(figures, report.requirements, met, report.machine)}};
  if (figures.users_sustained) results["sustained_concurrent_users"] = *figures.users_sustained;
  return results;
}

Json nwtn_timeline(const NwtnFigures& figures) {
  auto points = Json::array();
  for (const NwtnSecond& second : figures.seconds) points.push_back(point_json(second));
  return {{"start_time", format_wall_time(figures.started)}, {"interval_seconds", 1}, {"points", std::move(points)}};
}

Json nwtn_errors(const NwtnFigures& figures) {
  const std::uint64_t failed = figures.sessions - figures.succeeded;
  auto errors = Json::array();
  for (const NwtnFailure& failure : figures.failures)
    errors.push_back({{"error", failure.why},
                      {"count", failure.count},
                      {"share_of_requests", static_cast<double>(failure.count) / static_cast<double>(figures.sessions)},
                      {"share_of_failures", static_cast<double>(failure.count) / static_cast<double>(failed)},
                      {"by_complexity", failure.by_complexity},
                      {"first_seen", format_wall_time(failure.first_seen)},
                      {"last_seen", format_wall_time(failure.last_seen)},
                      {"remedy", remedy_for(failure.why)}});
  return {{"total_requests", figures.sessions},
          {"failed_requests", failed},
          {"failure_rate", figures.sessions == 0 ? 0.0 : 1 - figures.success_rate()},
          {"errors", std::move(errors)},
          {"script_errors", figures.script_errors},
          {"circuit_breaker_activations", figures.breaker_openings()}};
}

}  // namespace thresher::cli
