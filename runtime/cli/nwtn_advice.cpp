#include "cli/nwtn_advice.h"

#include <fmt/format.h>

#include <cctype>
#include <initializer_list>

namespace thresher::cli {
namespace {

constexpr std::string_view kContractDrift = "contract drift";  // as scripts/nwtn_pipeline.lua says it
constexpr double kSlowAgentMs = 1000;                          // the public script's limits
constexpr double kBusyCpuPercent = 80, kFullMemoryPercent = 85;

class Advice {
 public:
  void finding(std::string text, std::initializer_list<std::string> remedies) {
    lines_.push_back(std::move(text));
    for (const std::string& remedy : remedies)
      if (!remedy.empty()) lines_.push_back("   - " + remedy);
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

std::string capitalised(std::string name) {
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

void advise_on_latency(const NwtnFigures& figures, const NwtnRequirements& requirements,
                       const NwtnCompliance& compliance, Advice& advice) {
  if (!compliance.latency)
    advice.finding(
        fmt::format("🔴 P95 latency ({:.0f}ms) exceeds target ({:.0f}ms)", figures.latency.p95_ms,
                    requirements.latency_ms),
        {"Optimize agent pipeline execution", "Implement request caching", "Consider agent parallelization"});
  if (!compliance.average)
    advice.finding(fmt::format("🟡 Average latency ({:.0f}ms) is not below {:.0f}ms", figures.latency.average_ms,
                               requirements.average_ms()),
                   {"Look at the slowest agents below first: they are on the way of every session"});
}

void advise_on_success(const NwtnFigures& figures, const NwtnRequirements& requirements,
                       const NwtnCompliance& compliance, Advice& advice) {
  if (!compliance.success_rate)
    advice.finding(fmt::format("🔴 Success rate ({:.1f}%) below target ({:.1f}%)", 100 * figures.success_rate(),
                               100 * requirements.success_rate),
                   {"Investigate error patterns", "Implement better error handling", "Add circuit breaker fallbacks"});
  constexpr std::size_t kNamed = 3;
  for (std::size_t i = 0; i < figures.failures.size() && i < kNamed; ++i) {
    const NwtnFailure& failure = figures.failures[i];
    const double share = 100.0 * static_cast<double>(failure.count) / static_cast<double>(figures.sessions);
    advice.finding(fmt::format("🟡 {}: {} sessions ({:.1f}%)", failure.why, failure.count, share),
                   {remedy_for(failure.why)});
  }
}

void advise_on_agents(const NwtnFigures& figures, Advice& advice) {
  for (const std::string_view name : kNwtnAgents) {
    const auto agent = figures.agents.find(std::string(name));
    if (agent == figures.agents.end() || agent->second.p95_ms <= kSlowAgentMs) continue;
    const std::string finding = fmt::format("🟡 {} agent P95 time high: {:.1f}s", capitalised(std::string(name)),
                                            agent->second.p95_ms / 1000);
    if (name == "executor")
      advice.finding(finding, {"Optimize model API calls", "Implement connection pooling", "Add timeout handling"});
    else
      advice.finding(finding, {"See what it waits for: models, stores, other agents", "Add timeout handling"});
  }
}

}  // namespace

std::string remedy_for(std::string_view why) {
  if (why == kContractDrift)
    return "The service answers with a created session instead of the session's answer: agree on one contract";
  if (why == "timeout") return "Sessions took longer than their 10 s: find the agent that does not come back";
  if (why == "circuit breaker open") return "The orchestrator refused work after failures before: look for those";
  if (why == "missing agent") return "An agent that such a question needs was left out: look at the routing";
  if (why == "agents out of order") return "The trace contradicts the pipeline's order: look at the coordination";
  if (why == "empty answer" || why == "broken trace") return "The session says it is complete and is not";
  if (why == "connect_refused" || why == "dns" || why == "unreachable")
    return "Nobody was there to answer: check the address and that the service runs";
  if (why == "HTTP 429") return "The service limits requests: raise its limits, or test with fewer users";
  if (why.starts_with("HTTP 5")) return "The service failed by itself: its log has the reason";
  return {};
}

std::vector<std::string> advise(const NwtnFigures& figures, const NwtnRequirements& requirements,
                                const NwtnCompliance& compliance, const std::optional<MachineSummary>& machine) {
  Advice advice;
  if (figures.sessions == 0) {
    advice.finding("❌ No session ended: nothing was measured", {});
    return advice.take();
  }
  if (figures.succeeded == 0 && !figures.failures.empty() && figures.failures.front().why == kContractDrift) {
    advice.finding("❌ Contract drift: what was tested is not what the service offers", {remedy_for(kContractDrift)});
    return advice.take();
  }
  advice.finding(compliance.overall() ? "✅ Phase 1 requirements met" : "❌ Phase 1 requirements not met", {});
  advise_on_latency(figures, requirements, compliance, advice);
  advise_on_success(figures, requirements, compliance, advice);
  if (!compliance.concurrency)
    advice.finding(fmt::format("🔴 {} users at once, {} were wanted", figures.users_most, requirements.users),
                   {"Look whether the test ended early; users are the generator's, the service cannot refuse them"});
  else if (!compliance.ramp_up)
    advice.finding("🔴 The users were not all there when the ramp was over",
                   {"Give the generator more cores, or the ramp more time"});
  if (!compliance.stability)
    advice.finding(fmt::format("🔴 The circuit breaker opened {} time{}: system instability", figures.breaker_openings(),
                               figures.breaker_openings() == 1 ? "" : "s"),
                   {"Find the failures that opened it in error_breakdown.json", "Add circuit breaker fallbacks"});
  advise_on_agents(figures, advice);
  if (machine && machine->cpu_percent_max > kBusyCpuPercent)
    advice.finding(fmt::format("🟡 CPU of the machine that generated the load was {:.0f}% busy at its peak",
                               machine->cpu_percent_max),
                   {"If the service runs on it too, give the generator a machine of its own"});
  if (machine && machine->memory_percent_max > kFullMemoryPercent)
    advice.finding(fmt::format("🟡 Memory of the machine that generated the load was {:.0f}% in use at its peak",
                               machine->memory_percent_max),
                   {"Look for leaks, and for what else runs there"});
  return advice.take();
}

}  // namespace thresher::cli
