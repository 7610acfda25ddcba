#include "workflow_steps.h"

#include <algorithm>

namespace aoa {
namespace {

using What = JournalEntry::What;

bool in_body(const WorkflowRun& run, std::uint32_t task, std::int32_t loop) {
  return run.spec.tasks[task].loop == loop;
}

/// How many dependencies a task waits for.
std::uint32_t needed_by(const TaskSpec& task) {
  const auto count = static_cast<std::uint32_t>(task.dependencies.size());
  return task.any_suffices ? std::min(count, 1U) : count;
}

/// Whether a waiting task can never become ready.
bool hopeless(const WorkflowRun& run, std::uint32_t task) {
  const TaskSpec& spec = run.spec.tasks[task];
  return !spec.any_suffices ||
         std::all_of(spec.dependencies.begin(), spec.dependencies.end(), [&](std::uint32_t needed) {
           const TaskState state = run.tasks[needed].state;
           return state == TaskState::failed || state == TaskState::timed_out || state == TaskState::skipped;
         });
}

/// One dependency of `dependent` is met.
void met(WorkflowRun& run, std::uint32_t dependent, Ready& ready) {
  TaskRun& task = run.tasks[dependent];
  if (task.missing > 0) --task.missing;
  if (task.missing == 0 && task.state == TaskState::waiting) ready.push_back(dependent);
}

/// The body of a loop begins anew: its tasks miss what they need of each other again.
void rewind(WorkflowRun& run, std::uint32_t number, Ready& ready) {
  const LoopSpec& loop = run.spec.loops[number];
  run.loops[number] = {run.loops[number].iteration + 1, false};
  run.journal.push_back({What::looped, number});
  for (const std::uint32_t task : loop.body) {
    TaskRun& again = run.tasks[task];
    if (again.state == TaskState::ready || again.state == TaskState::backing_off) --run.pending;
    again.state = TaskState::waiting;
    ++again.iteration;
    again.attempts_this_time = 0;
    const auto& needs = run.spec.tasks[task].dependencies;
    again.missing = static_cast<std::uint32_t>(std::count_if(needs.begin(), needs.end(), [&](std::uint32_t needed) {
      return in_body(run, needed, static_cast<std::int32_t>(number));
    }));
    if (task == loop.to) ready.push_back(task);
  }
}

/// Rewinds a loop that is to restart, once nothing of its body is running.
void rewind_if_idle(WorkflowRun& run, std::uint32_t number, Ready& ready) {
  const auto& body = run.spec.loops[number].body;
  if (std::none_of(body.begin(), body.end(),
                   [&](std::uint32_t task) { return run.tasks[task].state == TaskState::running; }))
    rewind(run, number, ready);
}

/// The loop is done: what depends on its body from outside gets its dependencies.
void leave(WorkflowRun& run, std::uint32_t number, Ready& ready) {
  for (const std::uint32_t task : run.spec.loops[number].body)
    for (const std::uint32_t dependent : run.spec.tasks[task].dependents)
      if (!in_body(run, dependent, static_cast<std::int32_t>(number))) met(run, dependent, ready);
}

void skip(TaskRun& task, WorkflowRun& run) {
  if (task.state == TaskState::ready || task.state == TaskState::backing_off) --run.pending;
  task.state = TaskState::skipped;
}

}  // namespace

void begin(WorkflowRun& run, bool ignore_dependencies, Ready& ready) {
  run.tasks.assign(run.spec.tasks.size(), {});
  run.loops.assign(run.spec.loops.size(), {});
  for (std::uint32_t i = 0; i < run.tasks.size(); ++i) {
    run.tasks[i].missing = ignore_dependencies ? 0 : needed_by(run.spec.tasks[i]);
    if (run.tasks[i].missing == 0) ready.push_back(i);
  }
}

void complete(WorkflowRun& run, std::uint32_t number, Ready& ready) {
  run.tasks[number].state = TaskState::completed;
  --run.pending;
  run.journal.push_back({What::completed, number});
  if (run.failing) return;
  const std::int32_t loop = run.spec.tasks[number].loop;
  const auto index = static_cast<std::uint32_t>(loop);
  if (loop >= 0 && run.loops[index].restarting) return rewind_if_idle(run, index, ready);
  for (const std::uint32_t dependent : run.spec.tasks[number].dependents)
    if (loop < 0 || in_body(run, dependent, loop)) met(run, dependent, ready);
  if (loop >= 0 && run.spec.loops[index].from == number) leave(run, index, ready);
}

bool fail(WorkflowRun& run, std::uint32_t number, TaskState how, Ready& ready) {
  run.tasks[number].state = how;
  --run.pending;
  const std::int32_t loop = run.spec.tasks[number].loop;
  const auto index = static_cast<std::uint32_t>(loop);
  if (loop >= 0 && !run.failing && run.loops[index].iteration < run.spec.loops[index].iterations) {
    run.loops[index].restarting = true;
    rewind_if_idle(run, index, ready);
    return false;
  }
  std::vector<std::uint32_t> lost{number};
  while (!lost.empty()) {
    const std::uint32_t task = lost.back();
    lost.pop_back();
    for (const std::uint32_t dependent : run.spec.tasks[task].dependents) {
      if (run.tasks[dependent].state != TaskState::waiting || !hopeless(run, dependent)) continue;
      skip(run.tasks[dependent], run);
      lost.push_back(dependent);
    }
  }
  return true;
}

void stop_forward(WorkflowRun& run) {
  run.failing = true;
  for (TaskRun& task : run.tasks) {
    const TaskState state = task.state;
    if (state == TaskState::waiting || state == TaskState::ready || state == TaskState::backing_off) skip(task, run);
  }
}

void write_checkpoint(WorkflowRun& run, std::uint32_t task, Time at) {
  Checkpoint& written = run.checkpoints.emplace_back();
  written.task = task;
  written.sequence = static_cast<std::uint32_t>(run.checkpoints.size());
  written.at = at;
  written.journal = run.journal.size();
  for (const TaskRun& each : run.tasks) written.missing.push_back(each.missing);
  written.loops = run.loops;
}

std::size_t replay(WorkflowRun& run) {
  WorkflowRun rebuilt;  // the process that starts anew: it knows the plan, reads the checkpoint, then the journal
  rebuilt.spec = run.spec;
  Ready ready;
  begin(rebuilt, false, ready);
  std::size_t from = 0;
  if (!run.checkpoints.empty()) {
    const Checkpoint& last = run.checkpoints.back();
    from = last.journal;
    for (std::size_t i = 0; i < rebuilt.tasks.size(); ++i) rebuilt.tasks[i].missing = last.missing[i];
    rebuilt.loops = last.loops;
  }
  for (std::size_t i = from; i < run.journal.size(); ++i) {
    const auto [what, index] = run.journal[i];
    if (what == What::looped) {
      rewind(rebuilt, index, ready);
    } else {
      ++rebuilt.pending;
      complete(rebuilt, index, ready);
    }
  }
  for (std::size_t i = 0; i < run.tasks.size(); ++i) run.tasks[i].missing = rebuilt.tasks[i].missing;
  run.loops = rebuilt.loops;
  return run.journal.size() - from;
}

std::vector<std::uint32_t> undo_order(const WorkflowRun& run) {
  std::vector<std::uint32_t> order;
  for (auto entry = run.journal.rbegin(); entry != run.journal.rend(); ++entry) {
    if (entry->what != What::completed || run.tasks[entry->index].state != TaskState::completed) continue;
    if (std::find(order.begin(), order.end(), entry->index) == order.end()) order.push_back(entry->index);
  }
  return order;
}

}  // namespace aoa
