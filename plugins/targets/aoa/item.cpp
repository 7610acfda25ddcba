#include "item.h"

namespace aoa {

void Tally::add(const WorkflowRun& run) {
  workflows_completed += run.state == WorkflowState::completed;
  workflows_failed += run.state == WorkflowState::failed;
  tasks += run.tasks.size();
  for (const TaskRun& task : run.tasks) {
    tasks_completed += task.state == TaskState::completed || task.state == TaskState::compensated;
    tasks_failed += task.state == TaskState::failed || task.state == TaskState::timed_out;
    faults += task.fault.has_value();
    faults_recovered += task.recovered.has_value();
  }
  cost_usd += run.cost_usd;
}

double Tally::completion_rate(std::size_t workflows) const {
  return workflows == 0 ? 0 : static_cast<double>(workflows_completed) / static_cast<double>(workflows);
}

double Tally::recovery_rate() const {
  return faults == 0 ? 1 : static_cast<double>(faults_recovered) / static_cast<double>(faults);
}

Tally tally(const Item& item) {
  Tally sum;
  for (const auto& run : item.runs) sum.add(*run);
  return sum;
}

}  // namespace aoa
