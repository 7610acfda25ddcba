#include "saga.h"

#include <fmt/format.h>

#include <algorithm>

#include "workflow_steps.h"

namespace aoa {

std::vector<std::uint32_t> undo_plan(const WorkflowRun& run, const Bugs& bugs) {
  std::vector<std::uint32_t> order = undo_order(run);
  if (bugs.skip_compensation && !order.empty()) order.pop_back();
  if (bugs.misorder_compensation) std::reverse(order.begin(), order.end());
  if (bugs.repeat_compensation && !order.empty()) order.push_back(order.back());
  return order;
}

void tell_recovery(WorkflowRun& run, Time at) {
  if (run.compensations.empty()) return;
  for (std::size_t i = 0; i < run.tasks.size(); ++i) {
    TaskRun& task = run.tasks[i];
    const auto& fault = run.spec.tasks[i].fault;
    if (task.state != TaskState::failed || !task.fault || fault->recovery != Recovery::compensate_or_fail) continue;
    task.recovered =
        Recovered{Recovery::compensate_or_fail, fmt::format("{} steps compensated", run.compensations.size()), at};
  }
}

}  // namespace aoa
