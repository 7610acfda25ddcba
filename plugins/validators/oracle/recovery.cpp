#include "oracle/recovery.h"

#include <algorithm>

namespace oracle {
namespace {

using history::Status;

/// With attempts: one that succeeded, the first faulted one itself (repaired in place) or a later one. Without: the
/// task's own end.
bool succeeded_after_fault(const TaskRun& run) {
  if (run.attempts.empty()) return run.succeeded;
  const auto faulted = std::find_if(run.attempts.begin(), run.attempts.end(),
                                    [](const history::Attempt& attempt) { return !attempt.fault.empty(); });
  if (faulted == run.attempts.end()) return run.succeeded;
  return std::any_of(faulted, run.attempts.end(),
                     [](const history::Attempt& attempt) { return history::has_succeeded(attempt.status); });
}

bool undone(const Case& answered, const WorkflowCase& workflow) {
  const auto all = answered.answer->compensations_of(*workflow.result);
  return std::any_of(all.begin(), all.end(),
                     [](const auto& compensation) { return history::has_succeeded(compensation.status); });
}

}  // namespace

FaultSeen fault_seen(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const TaskRun& run = workflow.runs[task];
  FaultSeen seen;
  if (run.result == nullptr) return seen;
  const auto& chaos = workflow.graph->tasks[task].chaos;
  seen.occurred =
      run.result->chaos_occurred || std::any_of(run.attempts.begin(), run.attempts.end(),
                                                [](const history::Attempt& attempt) { return !attempt.fault.empty(); });
  seen.claimed = !run.result->recovery_action.empty() || !run.result->recovery_effect.empty();
  seen.recovered =
      seen.occurred && (succeeded_after_fault(run) ||
                        (chaos && chaos->recovery_action == "compensate_or_fail" && undone(answered, workflow)));
  return seen;
}

FaultCount count_faults(const Case& answered) {
  FaultCount count;
  for (const WorkflowCase& workflow : answered.workflows)
    for (std::uint32_t task = 0; task < workflow.runs.size(); ++task) {
      const FaultSeen seen = fault_seen(answered, workflow, task);
      count.occurred += seen.occurred;
      count.recovered += seen.recovered;
    }
  return count;
}

}  // namespace oracle
