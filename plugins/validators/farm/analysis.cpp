#include "farm/analysis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "oracle/statistics.h"

namespace farm {

using thresher::Verdict;

namespace {

std::string percent(double rate) { return fmt::format("{:.3g}%", 100 * rate); }

/// "80% (4 of 5; 95% interval 37.6% to 96.4%)"; says so when the interval holds the threshold, for then chance alone
/// decides on which side of it the point falls.
std::string estimate(std::int64_t hits, std::int64_t trials, double threshold) {
  const oracle::Interval bounds = oracle::wilson(static_cast<std::uint64_t>(hits), static_cast<std::uint64_t>(trials));
  const bool thin = bounds.low < threshold && threshold <= bounds.high;
  return fmt::format(
      "{} ({} of {}; 95% interval {} to {}{})", percent(static_cast<double>(hits) / static_cast<double>(trials)), hits,
      trials, percent(bounds.low), percent(bounds.high), thin ? "; thin data: it may well be on the other side" : "");
}

std::string relation(Verdict verdict, const Threshold& threshold, const std::string& pass,
                     const std::string& degraded) {
  const bool more = threshold.more_is_better;
  if (verdict == Verdict::pass) return fmt::format("{} the {} threshold", more ? "meets" : "is under", pass);
  if (verdict == Verdict::degraded) return fmt::format("is {} the {} threshold", more ? "below" : "above", pass);
  return fmt::format("is {} {}, the failure threshold", more ? "below" : "above", degraded);
}

void judge_reliability(const Figures& figures, const std::vector<FarmCheck>& checks, Section& section) {
  if (figures.workflows == 0) return section.findings.push_back("No workflow ended: nothing to judge");
  Threshold completion = kCompletionRate;
  completion.degraded *= figures.reachable_completion();
  const Verdict completed = completion.grade(figures.completion_rate());
  section.note(
      completed,
      fmt::format("Completion rate {} {}", estimate(figures.workflows_completed, figures.workflows, completion.pass),
                  relation(completed, completion, percent(completion.pass), percent(completion.degraded))));
  if (completed != Verdict::pass)
    section.recommendations.push_back(
        "Look at the failed workflows first: their first failed task says why they stopped");
  if (figures.tasks > 0) {
    Threshold errors = kErrorRate;
    errors.degraded = std::max(errors.degraded, errors.pass + figures.unavoidable_errors());
    const Verdict erring = errors.grade(figures.error_rate());
    section.note(erring,
                 fmt::format("Task error rate {} {}", estimate(figures.tasks_failed, figures.tasks, errors.pass),
                             relation(erring, errors, percent(errors.pass), percent(errors.degraded))));
  }
  for (const FarmCheck& check : checks)
    if (!check.passed)
      section.note(Verdict::degraded,
                   fmt::format("Check {} failed: expected {}, actual {}{}", check.name, check.expected.dump(),
                               check.actual.dump(), check.note.empty() ? "" : " (" + check.note + ")"));
  if (figures.vacuous > 0)
    section.findings.push_back(
        fmt::format("Vacuous: {} of {} answers gave only the platform's own counters, and a rate "
                    "computed from them proves nothing",
                    figures.vacuous, figures.items));
}

void judge_performance(const Figures& figures, Section& section) {
  const double throughput = figures.throughput_per_s();
  if (throughput > 0 || figures.end > figures.begin) {
    const Verdict verdict = kThroughputPerS.grade(throughput);
    section.note(verdict, fmt::format("Throughput {:.3g} tasks/sec {}", throughput,
                                      relation(verdict, kThroughputPerS, "1 task/sec", "0.5 task/sec")));
    if (verdict != Verdict::pass)
      section.recommendations.push_back(
          "Raise parallelism: agents' max_concurrent_tasks, or more agents of the busiest type");
  }
  if (figures.latencies.count() == 0) return section.findings.push_back("No task has times: latency is unknown");
  const double mean = figures.latencies.mean_ms(), p99 = figures.latencies.percentile_ms(0.99);
  const Verdict verdict = kLatencyMs.grade(mean);
  section.note(verdict,
               fmt::format("Average latency {:.4g}ms {} ({} attempts; those that wait for a human are left out)", mean,
                           relation(verdict, kLatencyMs, "1000ms", "2000ms"), figures.latencies.count()));
  section.note(p99 < kLatencyMsP99 ? Verdict::pass : Verdict::degraded,
               fmt::format("p99 latency {:.4g}ms is {} 3000ms", p99, p99 < kLatencyMsP99 ? "under" : "above"));
  if (verdict != Verdict::pass || p99 >= kLatencyMsP99)
    section.recommendations.push_back("Find the slow agents: compare the attempts' durations by agent_id");
}

void judge_resilience(const Figures& figures, Section& section) {
  if (figures.faults == 0) {
    section.findings.push_back(
        figures.injected > 0 ? fmt::format("None of {} injected faults fired: recovery is unknown", figures.injected)
                             : std::string("No faults were injected: recovery is unknown"));
  } else {
    Threshold recovery = kChaosRecovery;
    recovery.degraded *= figures.reachable_recovery();
    const Verdict verdict = recovery.grade(figures.recovery_rate());
    section.note(verdict, fmt::format("Chaos recovery rate {} {}",
                                      estimate(figures.faults_recovered, figures.faults, recovery.pass),
                                      relation(verdict, recovery, percent(recovery.pass), percent(recovery.degraded))));
    if (verdict != Verdict::pass)
      section.recommendations.push_back("Check the recovery action of each fault type that was not recovered from");
  }
  if (figures.retried == 0) return;
  const bool well = figures.retry_rate() >= kRetrySuccess;
  section.note(
      well ? Verdict::pass : Verdict::degraded,
      fmt::format("Retries succeeded for {}, {} 90%", estimate(figures.retried_well, figures.retried, kRetrySuccess),
                  well ? "at least" : "below"));
}

Verdict worse(Verdict a, Verdict b) { return static_cast<Verdict>(std::max(static_cast<int>(a), static_cast<int>(b))); }

std::string title_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "Stress Test PASSED";
    case Verdict::degraded:
      return "Stress Test DEGRADED";
    case Verdict::fail:
      return "Stress Test FAILED";
    case Verdict::no_data:
      break;
  }
  return "Stress Test without data";
}

std::string summary_of(const Figures& figures, const std::string& problem) {
  if (figures.workflows == 0) return problem.empty() ? "Nothing was observed." : fmt::format("No result: {}.", problem);
  std::string summary = fmt::format("Platform handled {} workflow{} with {} chaos event{}. {} completion rate",
                                    figures.workflows, figures.workflows == 1 ? "" : "s", figures.faults,
                                    figures.faults == 1 ? "" : "s", percent(figures.completion_rate()));
  summary +=
      figures.faults == 0 ? "." : fmt::format(", {} of the events recovered from.", percent(figures.recovery_rate()));
  if (!problem.empty()) summary += fmt::format(" But {}.", problem);
  return summary;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  constexpr std::string_view kNames[] = {"NO_DATA", "PASS", "DEGRADED", "FAIL"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Verdict Threshold::grade(double value) const {
  if (more_is_better) return value >= pass ? Verdict::pass : value >= degraded ? Verdict::degraded : Verdict::fail;
  return value < pass ? Verdict::pass : value <= degraded ? Verdict::degraded : Verdict::fail;
}

void Section::note(Verdict part, std::string finding) {
  verdict = worse(verdict, part);
  findings.push_back(std::move(finding));
}

Json Analysis::to_json() const {
  const auto section = [](const Section& from) {
    return Json{{"verdict", name_of(from.verdict)}, {"findings", from.findings}};
  };
  return {{"verdict", name_of(verdict)},
          {"title", title},
          {"summary", summary},
          {"sections",
           {{"reliability", section(reliability)},
            {"performance", section(performance)},
            {"resilience", section(resilience)}}},
          {"recommendations", recommendations},
          {"metrics", metrics}};
}

Analysis analyse(const Figures& figures, const std::vector<FarmCheck>& checks, const std::string& problem) {
  Analysis analysis;
  if (!problem.empty()) analysis.reliability.note(Verdict::fail, problem);
  judge_reliability(figures, checks, analysis.reliability);
  judge_performance(figures, analysis.performance);
  judge_resilience(figures, analysis.resilience);
  analysis.verdict =
      worse(analysis.reliability.verdict, worse(analysis.performance.verdict, analysis.resilience.verdict));
  analysis.title = title_of(analysis.verdict);
  analysis.summary = summary_of(figures, problem);
  for (Section* section : {&analysis.reliability, &analysis.performance, &analysis.resilience})
    std::move(section->recommendations.begin(), section->recommendations.end(),
              std::back_inserter(analysis.recommendations));
  const auto known = [](bool is, double value) { return is ? Json(value) : Json(); };
  analysis.metrics = {{"completion_rate", known(figures.workflows > 0, figures.completion_rate())},
                      {"chaos_recovery_rate", known(figures.faults > 0, figures.recovery_rate())},
                      {"throughput_tasks_per_sec", known(figures.end > figures.begin, figures.throughput_per_s())},
                      {"avg_latency_ms", known(figures.latencies.count() > 0, figures.latencies.mean_ms())}};
  return analysis;
}

}  // namespace farm
