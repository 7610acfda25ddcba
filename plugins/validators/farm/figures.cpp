#include "farm/figures.h"

#include <algorithm>
#include <cmath>

#include "oracle/recovery.h"

namespace farm {

using history::Status;

namespace {

constexpr double kSmallestMs = 0.001, kGrowth = 1.02;

}  // namespace

void Latencies::add(double ms) {
  const double place = std::log(std::max(ms, kSmallestMs) / kSmallestMs) / std::log(kGrowth);
  ++buckets_[std::min(kBuckets - 1, static_cast<std::size_t>(place))];
  ++count_;
  sum_ += ms;
}

double Latencies::percentile_ms(double part) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket)
    if ((seen += buckets_[bucket]) >= wanted) return kSmallestMs * std::pow(kGrowth, static_cast<double>(bucket) + 0.5);
  return 0;
}

double Figures::throughput_per_s() const {
  if (!begin.known() || !end.known() || end <= begin) return 0;
  return static_cast<double>(tasks_completed) / (history::milliseconds(end - begin) / 1e3);
}

void Figures::add_promises(const history::Expectations& expected, const oracle::Case& answered) {
  constexpr double kUsualCompletionRate = 0.95;
  std::int64_t asked = 0, injections = 0;
  for (const auto& workflow : answered.item->workflows) {
    asked += static_cast<std::int64_t>(workflow->tasks.size());
    for (const history::Task& task : workflow->tasks) injections += task.chaos.has_value();
  }
  const auto count = static_cast<double>(answered.item->workflows.size());
  completions_promised += expected.completion_rate.value_or(kUsualCompletionRate) * count;
  injected += expected.chaos_events.value_or(injections);
  const bool knows = expected.faults_recovered && expected.faults_fired;
  knows_recoveries = knows && (knows_recoveries || items == 1);
  promised_recoveries += expected.faults_recovered.value_or(injections);
  promised_firings += expected.faults_fired.value_or(injections);
  promised_tasks += expected.tasks_completed.value_or(asked);
  promised_failures += expected.workflows_failed.value_or(0);
}

void Figures::add_counters(const history::Answer& answer) {
  ++vacuous;
  workflows += answer.workflows_completed.value_or(0) + answer.workflows_failed.value_or(0);
  workflows_completed += answer.workflows_completed.value_or(0);
  tasks += answer.total_tasks.value_or(answer.tasks_completed.value_or(0) + answer.tasks_failed.value_or(0));
  tasks_completed += answer.tasks_completed.value_or(0);
  tasks_failed += answer.tasks_failed.value_or(0);
  faults += answer.chaos_events_total.value_or(0);
  faults_recovered += answer.chaos_events_recovered.value_or(0);
}

void Figures::add_task(const oracle::Case& answered, const oracle::WorkflowCase& workflow, std::uint32_t task) {
  const oracle::TaskRun& run = workflow.runs[task];
  ++tasks;
  if (run.result == nullptr) {
    ++unmentioned;
    return;
  }
  tasks_completed += run.succeeded;
  tasks_failed += run.result->status == Status::failed || run.result->status == Status::timeout;
  unassigned += run.ran() && run.result->agent.empty();
  if (run.made > 1) ++retried, retried_well += run.succeeded;
  const oracle::FaultSeen fault = oracle::fault_seen(answered, workflow, task);
  faults += fault.occurred;
  faults_recovered += fault.recovered;
  if (workflow.graph->tasks[task].requires_human) return;
  for (const history::Attempt& attempt : run.attempts)
    if (attempt.begin.known() && attempt.end.known()) latencies.add(history::milliseconds(attempt.end - attempt.begin));
  if (run.attempts.empty() && run.result->begin.known() && run.result->end.known())
    latencies.add(history::milliseconds(run.result->end - run.result->begin));
}

void Figures::add(const oracle::Case& answered) {
  ++items;
  add_promises(answered.item->expected, answered);
  const history::Answer& answer = *answered.answer;
  if (answer.begin.known() && (!begin.known() || answer.begin < begin)) begin = answer.begin;
  end = std::max(end, answer.end);
  if (answered.workflows.empty()) return add_counters(answer);
  workflows += static_cast<std::int64_t>(answered.item->workflows.size());
  for (const history::Workflow* missing : answered.missing) {
    unmentioned += static_cast<std::int64_t>(missing->tasks.size());
    tasks += static_cast<std::int64_t>(missing->tasks.size());
  }
  for (const oracle::WorkflowCase& workflow : answered.workflows) {
    const Status status = workflow.result->status;
    workflows_completed += status == Status::completed || status == Status::retried;
    for (std::uint32_t task = 0; task < workflow.runs.size(); ++task) add_task(answered, workflow, task);
  }
}

}  // namespace farm
