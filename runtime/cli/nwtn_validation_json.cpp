#include <algorithm>
#include <map>

#include "cli/nwtn_validation.h"

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kReadyWithinS = 15;  // the public script's: on average over the scenarios

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json agent_json(const NwtnAgentWork& work) {
  return {{"agent_type", work.agent},
          {"success", work.success},
          {"execution_time", work.execution_time_s},
          {"context_used", work.context_used},
          {"confidence_score", work.confidence},
          {"output_quality", name_of(work.quality)},
          {"error_message", work.problem.empty() ? Json() : Json(work.problem)}};
}

Json detail_json(const NwtnValidation& session) {
  auto agents = Json::array();
  for (const NwtnAgentWork& work : session.work) agents.push_back(agent_json(work));
  return {{"test_name", session.scenario},
          {"overall_success", session.passed()},
          {"error", session.problem.empty() ? Json() : Json(session.problem)},
          {"total_execution_time", to_seconds(session.took)},
          {"max_execution_time", to_seconds(session.limit)},
          {"total_context_used", or_null(session.context_used)},
          {"total_ftns_charged", or_null(session.ftns_charged)},
          {"agent_results", std::move(agents)},
          {"pipeline_coordination_score", session.coordination},
          {"confidence_score", session.confidence},
          {"data_flow_integrity", session.problem.empty() && session.broken_flow.empty()},
          {"data_flow_issues", session.broken_flow},
          {"safety_compliance", session.problem.empty() && session.unsafe.empty()},
          {"safety_issues", session.unsafe},
          {"performance_rating", name_of(session.rating)},
          {"recommendations", session.recommendations()}};
}

/// By agent, over all sessions.
Json agents_json(const std::vector<NwtnValidation>& sessions) {
  struct Sum {
    std::uint64_t executions = 0, successes = 0;
    double time = 0, confidence = 0;
    std::map<NwtnQuality, std::uint64_t> qualities;
  };
  std::map<std::string, Sum> sums;
  for (const NwtnValidation& session : sessions)
    for (const NwtnAgentWork& work : session.work) {
      Sum& sum = sums[work.agent];
      ++sum.executions;
      sum.successes += work.success ? 1 : 0;
      sum.time += work.execution_time_s;
      sum.confidence += work.confidence;
      ++sum.qualities[work.quality];
    }
  Json all = Json::object();
  for (auto& [agent, sum] : sums) {
    const auto count = static_cast<double>(sum.executions);
    all[agent] = {{"total_executions", sum.executions},
                  {"successful_executions", sum.successes},
                  {"avg_execution_time", sum.time / count},
                  {"avg_confidence", sum.confidence / count},
                  {"quality_distribution",
                   {{"excellent", sum.qualities[NwtnQuality::excellent]},
                    {"good", sum.qualities[NwtnQuality::good]},
                    {"poor", sum.qualities[NwtnQuality::poor]}}},
                  {"success_rate", static_cast<double>(sum.successes) / count}};
  }
  return all;
}

}  // namespace

Json validation_json(const std::vector<NwtnValidation>& sessions, const std::string& url, bool interrupted) {
  auto results = Json::array(), details = Json::array();
  std::uint64_t passed = 0;
  double time = 0, context = 0, ftns = 0;
  for (const NwtnValidation& session : sessions) {
    passed += session.passed() ? 1 : 0;
    time += to_seconds(session.took);
    context += session.context_used.value_or(0);
    ftns += session.ftns_charged.value_or(0);
    results.push_back({{"name", session.scenario},
                       {"success", session.passed()},
                       {"execution_time", to_seconds(session.took)},
                       {"coordination_score", session.coordination},
                       {"performance_rating", name_of(session.rating)},
                       {"recommendations_count", session.recommendations().size()}});
    details.push_back(detail_json(session));
  }
  const auto count = static_cast<double>(std::max<std::size_t>(1, sessions.size()));
  const bool all_passed = !interrupted && !sessions.empty() && passed == sessions.size();
  auto overall = Json::array();
  for (const NwtnValidation& session : sessions)
    if (!session.passed()) overall.push_back(session.scenario + ": " + session.recommendations().front());
  return {{"base_url", url},
          {"interrupted", interrupted},
          {"validation_summary",
           {{"overall_success", all_passed},
            {"total_scenarios", sessions.size()},
            {"successful_scenarios", passed},
            {"success_rate", static_cast<double>(passed) / count},
            {"total_execution_time", time},
            {"avg_execution_time", time / count},
            {"total_context_used", context},
            {"total_ftns_charged", ftns}}},
          {"scenario_results", std::move(results)},
          {"agent_performance_summary", agents_json(sessions)},
          {"detailed_results", std::move(details)},
          {"overall_recommendations", std::move(overall)},
          {"phase1_readiness",
           {{"ready", all_passed && time / count < kReadyWithinS},
            {"next_step", all_passed ? "thresher nwtn stress" : "see overall_recommendations"}}}};
}

}  // namespace thresher::cli
