#include "cli/nwtn_summary.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/nwtn_advice.h"
#include "report/number_text.h"

namespace thresher::cli {
namespace {

std::string ms(double milliseconds) { return report::time_text(1000 * milliseconds, report::TimeUnit::automatic, " "); }

void line(bool met, const std::string& name, const std::string& measured, const std::string& required) {
  fmt::print("  {} {:<18}{:>14}   {}\n", met ? "met    " : "NOT MET", name, measured, required);
}

void print_compliance(const NwtnFigures& figures, const NwtnStressReport& report) {
  const NwtnCompliance& met = report.compliance;
  const NwtnRequirements& required = report.requirements;
  line(met.latency, "p95 latency", ms(figures.latency.p95_ms), "below " + ms(required.latency_ms));
  line(met.average, "average latency", ms(figures.latency.average_ms), "below " + ms(required.average_ms()));
  line(met.concurrency, "users at once", report::count_text(figures.users_most),
       "at least " + report::count_text(required.users));
  line(met.ramp_up, "ramp-up", met.ramp_up ? "complete" : "incomplete", "all users there when it is over");
  line(met.success_rate, "success rate", report::ratio_text(figures.success_rate()),
       "at least " + report::ratio_text(required.success_rate));
  line(met.stability, "circuit breaker", fmt::format("opened {}x", figures.breaker_openings()), "never opened");
}

}  // namespace

void print_stress_summary(const NwtnFigures& figures, const NwtnStressReport& report,
                          const std::vector<std::string>& files) {
  fmt::print("\nNWTN Phase 1: {}, rating {}\n", report.compliance.overall() ? "MET" : "NOT MET",
             name_of(report.rating));
  if (figures.sessions > 0) {
    print_compliance(figures, report);
    fmt::print("\n  {} sessions, {}/s on average, {}/s at most\n", report::count_text(figures.sessions),
               report::quantity_text(figures.per_s()), report::quantity_text(figures.peak_per_s));
  }
  for (const std::string_view name : kNwtnAgents) {
    const auto agent = figures.agents.find(std::string(name));
    if (agent == figures.agents.end()) continue;
    fmt::print("  {:<10} average {:>8}, p95 {:>8}, {} times\n", name, ms(agent->second.average_ms),
               ms(agent->second.p95_ms), report::count_text(agent->second.count));
  }
  fmt::print("\n");
  for (const std::string& advice : advise(figures, report.requirements, report.compliance, report.machine))
    fmt::print("  {}\n", advice);
  fmt::print("\n");
  for (const std::string& file : files) fmt::print("  {}\n", file);
  std::fflush(stdout);
}

}  // namespace thresher::cli
