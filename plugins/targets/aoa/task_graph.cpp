#include "task_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace aoa {
namespace {

/// Which tasks can be reached from `start`, itself included, by the edges that `next(task)` gives.
template <class Next>
std::vector<bool> reachable(const WorkflowSpec& workflow, std::uint32_t start, Next&& next) {
  std::vector<bool> seen(workflow.tasks.size());
  std::vector<std::uint32_t> open{start};
  seen[start] = true;
  while (!open.empty()) {
    const std::uint32_t task = open.back();
    open.pop_back();
    for (const std::uint32_t other : next(workflow.tasks[task])) {
      if (seen[other]) continue;
      seen[other] = true;
      open.push_back(other);
    }
  }
  return seen;
}

}  // namespace

std::string link_dependents(WorkflowSpec& workflow) {
  std::vector<std::size_t> missing;
  std::vector<std::uint32_t> ready;
  for (std::uint32_t i = 0; i < workflow.tasks.size(); ++i) {
    for (const std::uint32_t dependency : workflow.tasks[i].dependencies)
      workflow.tasks[dependency].dependents.push_back(i);
    missing.push_back(workflow.tasks[i].dependencies.size());
    if (missing.back() == 0) ready.push_back(i);
  }
  std::size_t ordered = 0;  // Kahn's algorithm: what cannot be ordered is on a cycle or behind one
  for (; !ready.empty(); ++ordered) {
    const std::uint32_t task = ready.back();
    ready.pop_back();
    for (const std::uint32_t dependent : workflow.tasks[task].dependents)
      if (--missing[dependent] == 0) ready.push_back(dependent);
  }
  if (ordered == workflow.tasks.size()) return {};
  const auto stuck = std::find_if(missing.begin(), missing.end(), [](std::size_t count) { return count > 0; });
  return fmt::format("tasks: the dependencies of \"{}\" form a cycle",
                     workflow.tasks[static_cast<std::size_t>(std::distance(missing.begin(), stuck))].id);
}

std::string add_loop(LoopSpec loop, WorkflowSpec& workflow) {
  const auto after = reachable(
      workflow, loop.to, [](const TaskSpec& task) -> auto& { return task.dependents; });
  const auto before = reachable(
      workflow, loop.from, [](const TaskSpec& task) -> auto& { return task.dependencies; });
  if (!after[loop.from])
    return fmt::format("\"{}\" does not depend on \"{}\"", workflow.tasks[loop.from].id, workflow.tasks[loop.to].id);
  const auto number = static_cast<std::int32_t>(workflow.loops.size());
  for (std::uint32_t i = 0; i < workflow.tasks.size(); ++i) {
    if (!after[i] || !before[i]) continue;
    if (workflow.tasks[i].loop >= 0) return fmt::format("task \"{}\" is in another loop already", workflow.tasks[i].id);
    workflow.tasks[i].loop = number;
    loop.body.push_back(i);
  }
  workflow.loops.push_back(std::move(loop));
  return {};
}

}  // namespace aoa
