#include "prognosis.h"

#include <algorithm>

#include "thresher/fault.hpp"

namespace farm {
namespace {

/// Runs a workflow's tasks in index order, which respects their dependencies.
class Rehearsal {
 public:
  explicit Rehearsal(const Workflow& workflow) : workflow_(workflow) {}

  Prognosis run() {
    const auto& loop = workflow_.loop;
    for (const Task& task : workflow_.tasks) {
      if (loop && task.index == loop->to) run_loop(*loop);
      if (loop && loop->to <= task.index && task.index <= loop->from) continue;
      settle(task.index, reachable(task) ? run_task(task) : Fate::blocked);
    }
    for (FiredFault& fault : made_.fired) fault.recovered = (made_.completed & only(fault.task)) != 0;
    std::sort(made_.fired.begin(), made_.fired.end(),
              [](const FiredFault& left, const FiredFault& right) { return left.task < right.task; });
    made_.ending = ending();
    return std::move(made_);
  }

 private:
  enum class Fate : std::uint8_t { completed, failed, blocked };

  bool reachable(const Task& task) const {
    const auto dependencies = task.dependencies();
    return std::all_of(dependencies.begin(), dependencies.end(),
                       [this](std::uint8_t earlier) { return (made_.completed & only(earlier)) != 0; });
  }

  void settle(std::size_t task, Fate fate) {
    TaskSet& set = fate == Fate::completed ? made_.completed : fate == Fate::failed ? made_.failed : made_.blocked;
    set |= only(task);
  }

  /// One task, with its retries.
  Fate run_task(const Task& task) {
    std::uint8_t& attempts = made_.attempts[task.index];
    for (int left = max_retries(task.type, Dialect::ours); left >= 0; --left) {
      ++attempts;
      if (!task.chaos || !thresher::fault_fires(workflow_.fault_seed.bits(), workflow_.id, task.id, attempts,
                                                task.chaos->trigger_probability))
        return Fate::completed;
      record(task.index, attempts);
      const Recovery recovery = traits(task.chaos->type).recovery;
      if (recovery == Recovery::in_place) return Fate::completed;
      if (recovery == Recovery::fatal) return Fate::failed;
    }
    return Fate::failed;
  }

  void run_loop(const Loop& loop) {
    std::size_t task = loop.to;
    const bool open = reachable(workflow_.tasks[task]);
    made_.iterations = open ? 1 : 0;
    for (; open; ++made_.iterations) {
      task = loop.to;
      while (task <= loop.from && run_task(workflow_.tasks[task]) == Fate::completed) ++task;
      if (task > loop.from || made_.iterations == loop.max_iterations) break;
    }
    for (std::size_t body = loop.to; body <= loop.from; ++body)
      settle(body, !open || body > task ? Fate::blocked : body == task ? Fate::failed : Fate::completed);
  }

  void record(std::uint8_t task, std::uint8_t attempt) {
    const auto known = std::find_if(made_.fired.begin(), made_.fired.end(),
                                    [task](const FiredFault& fault) { return fault.task == task; });
    if (known != made_.fired.end()) {
      known->attempts.push_back(attempt);
    } else {
      made_.fired.push_back({task, false, {attempt}});
    }
  }

  Ending ending() const {
    if (made_.failed != 0) return workflow_.type == WorkflowType::saga ? Ending::compensated : Ending::failed;
    return made_.fired.empty() ? Ending::success : Ending::success_with_retries;
  }

  const Workflow& workflow_;
  Prognosis made_;
};

}  // namespace

std::string_view name_of(Ending ending) {
  constexpr std::array<std::string_view, 4> kNames = {"success", "success_with_retries", "failed", "compensated"};
  return kNames[static_cast<std::size_t>(ending)];
}

std::size_t Prognosis::recovered() const {
  return static_cast<std::size_t>(
      std::count_if(fired.begin(), fired.end(), [](const FiredFault& fault) { return fault.recovered; }));
}

Prognosis prognosis(const Workflow& workflow) { return Rehearsal(workflow).run(); }

std::vector<Ending> possible_endings(const Workflow& workflow) {
  bool may_recover = false, may_fail = false;
  for (const Task& task : workflow.tasks) {
    if (!task.chaos) continue;
    const Recovery recovery = traits(task.chaos->type).recovery;
    const bool looped = workflow.loop && workflow.loop->to <= task.index && task.index <= workflow.loop->from;
    may_recover = may_recover || recovery != Recovery::fatal || looped;
    may_fail = may_fail || recovery != Recovery::in_place;
  }
  std::vector<Ending> endings = {Ending::success};
  if (may_recover) endings.push_back(Ending::success_with_retries);
  if (may_fail) endings.push_back(workflow.type == WorkflowType::saga ? Ending::compensated : Ending::failed);
  return endings;
}

}  // namespace farm
