#include "simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalogue.h"
#include "saga.h"
#include "thresher/fault.hpp"
#include "workflow_steps.h"

namespace aoa {
namespace {

/// A compensation takes this part of the step's nominal duration.
constexpr double kUndoPart = 0.5;

/// A task that is tried for ever must not keep whoever looks an hour later busy for long, at any speed.
constexpr Time kHopelessPause = std::chrono::milliseconds(10);

/// What an attempt's draws are keyed by: FNV-1a over the names, apart from fault_fires' key by its first byte.
std::uint64_t attempt_key(std::string_view workflow, std::string_view task) {
  std::uint64_t key = 14695981039346656037U;
  const auto mix = [&key](unsigned char byte) { key = (key ^ byte) * 1099511628211U; };
  mix('a');
  for (const char c : workflow) mix(static_cast<unsigned char>(c));
  mix(0);
  for (const char c : task) mix(static_cast<unsigned char>(c));
  return key;
}

thresher::Random draws_of(const Conduct& conduct, const WorkflowRun& run, std::uint32_t task, std::uint32_t attempt) {
  return thresher::Random(thresher::Random(conduct.seed, run.item).next(),
                          attempt_key(run.spec.id, run.spec.tasks[task].id), attempt);
}

void trim(std::vector<Attempt>& attempts) {
  if (attempts.size() > kKeptAttempts) attempts.erase(attempts.begin());
}

}  // namespace

Simulation::Simulation(const Conduct& conduct, OnEnd on_end)
    : conduct_(conduct), on_end_(std::move(on_end)), agents_(conduct.bugs.ignore_assignment) {}

void Simulation::schedule(Time at, What what, const Run& run, std::uint32_t task, std::unique_ptr<AttemptPlan> plan) {
  events_.push_back({at, next_order_++, what, run, task, run->tasks[task].attempts_made, std::move(plan)});
  std::push_heap(events_.begin(), events_.end(), later);
}

void Simulation::ingest(std::vector<AgentSpec> agents, Time at) {
  agents_.ingest(std::move(agents));
  place(at);
}

void Simulation::start(const Run& run, Time at) {
  run->submitted = at;
  std::vector<std::uint32_t> ready;
  begin(*run, conduct_.bugs.ignore_dependencies, ready);
  join(run, ready);
  place(at);
}

void Simulation::advance(Time now) {
  while (!events_.empty() && events_.front().at <= now) {
    std::pop_heap(events_.begin(), events_.end(), later);
    Event event = std::move(events_.back());
    events_.pop_back();
    play(event);
    place(event.at);
  }
}

void Simulation::play(Event& event) {
  const Run& run = event.run;
  TaskRun& task = run->tasks[event.task];
  switch (event.what) {
    case What::attempt_ends:
      return end_attempt(run, event.task, *event.plan, event.at);
    case What::checkpoint:
      return write_checkpoint(*run, event.task, event.at);
    case What::retry:  // unless the saga has given up meanwhile, or the loop begun anew
      if (task.state != TaskState::backing_off || task.attempts_made != event.attempt) return;
      task.state = TaskState::ready;
      return agents_.want({run, event.task});
    case What::undone:
      task.state = TaskState::compensated;
      run->compensations.back().done = true;
      return undo_next(run, event.at);
  }
}

void Simulation::join(const Run& run, std::vector<std::uint32_t>& ready) {
  for (const std::uint32_t task : ready) {
    run->tasks[task].state = TaskState::ready;
    ++run->pending;
    agents_.want({run, task});
  }
}

void Simulation::place(Time at) {
  agents_.place(
      [&](const Waiting& waiting, std::uint32_t agent) { begin_attempt(waiting.workflow, waiting.task, agent, at); });
}

void Simulation::begin_attempt(const Run& shared, std::uint32_t number, std::uint32_t agent, Time at) {
  WorkflowRun& run = *shared;
  if (run.state == WorkflowState::queued) {
    run.state = WorkflowState::running;
    run.started = at;
  }
  const TaskSpec& spec = run.spec.tasks[number];
  TaskRun& task = run.tasks[number];
  task.state = TaskState::running;
  if (!task.first_started) task.first_started = at;
  ++task.attempts_made;
  ++task.attempts_this_time;
  ++run.active;
  ++running_tasks_;
  const bool fires =
      spec.fault && !conduct_.fault_free &&
      thresher::fault_fires(run.spec.fault_seed, run.spec.id, spec.id, task.attempts_made, spec.fault->probability);
  const auto other = agents_.second_opinion(agent);
  const AttemptQuestion question{spec, agents_.agent(agent), other ? &agents_.agent(*other) : nullptr, fires,
                                 task.approved_at.has_value()};
  thresher::Random random = draws_of(conduct_, run, number, task.attempts_made);
  auto plan = std::make_unique<AttemptPlan>(plan_attempt(conduct_, question, random));
  if (task.hopeless) plan->ends = AttemptStatus::failed;
  const Time ends = at + plan->lasts;
  task.attempts.push_back({agent, task.attempts_made, task.iteration, at, ends});
  trim(task.attempts);
  if (plan->checkpointed) schedule(at + *plan->checkpointed, What::checkpoint, shared, number);
  schedule(ends, What::attempt_ends, shared, number, std::move(plan));
}

void Simulation::end_attempt(const Run& shared, std::uint32_t number, const AttemptPlan& plan, Time at) {
  WorkflowRun& run = *shared;
  TaskRun& task = run.tasks[number];
  Attempt& attempt = task.attempts.back();
  attempt.status = plan.ends;
  attempt.fault = plan.fault;
  --run.active;
  --running_tasks_;
  agents_.release(attempt.agent);
  run.cost_usd += plan.cost_usd;
  if (plan.fault) task.fault = plan.fault;
  if (plan.approved && !task.approved_at) {
    task.approved_at = attempt.started + *plan.approved;
    task.approved_by = plan.approver;
  }
  task.error = plan.error;
  if (plan.ends == AttemptStatus::completed)
    succeed(shared, number, plan, at);
  else
    retry_or_fail(shared, number, plan, at);
  settle(shared, at);
}

void Simulation::succeed(const Run& shared, std::uint32_t number, const AttemptPlan& plan, Time at) {
  WorkflowRun& run = *shared;
  TaskRun& task = run.tasks[number];
  const TaskSpec& spec = run.spec.tasks[number];
  task.effects.push_back(at);
  task.error.clear();
  if (plan.recovered) {
    task.recovered = plan.recovered;
    task.recovered->at += task.attempts.back().started;
    if (plan.recovered->action == Recovery::replay_from_checkpoint)
      task.recovered->effect = fmt::format("{} journal entries replayed", replay(run));
  } else if (task.fault && !plan.fault && !task.recovered) {
    task.recovered = Recovered{spec.fault->recovery, fmt::format("completed at attempt {}", task.attempts_made), at};
  }
  if (conduct_.bugs.repeat_effects && !spec.idempotent && task.effects.size() == 1) {
    task.state = TaskState::ready;
    return agents_.want({shared, number});
  }
  if (spec.checkpoint && !plan.checkpointed) write_checkpoint(run, number, at);
  std::vector<std::uint32_t> ready;
  complete(run, number, ready);
  join(shared, ready);
}

bool Simulation::may_retry(const WorkflowRun& run, std::uint32_t number, const AttemptPlan& plan) const {
  const TaskSpec& spec = run.spec.tasks[number];
  if (plan.fault && !shape_of(spec.fault->recovery).retries) return false;
  return run.tasks[number].attempts_this_time < spec.attempts_allowed;
}

void Simulation::retry_or_fail(const Run& shared, std::uint32_t number, const AttemptPlan& plan, Time at) {
  WorkflowRun& run = *shared;
  TaskRun& task = run.tasks[number];
  bool again = !run.failing && may_retry(run, number, plan);
  if (!again && conduct_.bugs.retry_forever) again = task.hopeless = true;
  if (again) {
    thresher::Random random = draws_of(conduct_, run, number, ~task.attempts_made);
    task.state = TaskState::backing_off;
    Time pause = backoff(conduct_, run.spec.tasks[number], task.attempts_this_time, random);
    if (task.hopeless) pause = std::max(pause, kHopelessPause);
    return schedule(at + pause, What::retry, shared, number);
  }
  task.recovered.reset();
  std::vector<std::uint32_t> ready;
  const TaskState how = plan.ends == AttemptStatus::timeout ? TaskState::timed_out : TaskState::failed;
  if (fail(run, number, how, ready) && run.spec.saga) stop_forward(run);
  join(shared, ready);
}

void Simulation::settle(const Run& shared, Time at) {
  WorkflowRun& run = *shared;
  if (run.pending > 0 || run.ended_already()) return;
  if (!run.failing) return end(run, at);
  run.state = WorkflowState::undoing;
  run.undo = undo_plan(run, conduct_.bugs);
  undo_next(shared, at);
}

void Simulation::undo_next(const Run& shared, Time at) {
  WorkflowRun& run = *shared;
  if (run.compensations.size() == run.undo.size()) {
    tell_recovery(run, at);
    return end(run, at);
  }
  const std::uint32_t task = run.undo[run.compensations.size()];
  const Time until = at + nominal(conduct_, kUndoPart * run.spec.tasks[task].duration_ms);
  run.compensations.push_back({task, at, until});
  schedule(until, What::undone, shared, task);
}

void Simulation::end(WorkflowRun& run, Time at) {
  const bool all = std::all_of(run.tasks.begin(), run.tasks.end(),
                               [](const TaskRun& task) { return task.state == TaskState::completed; });
  run.state = all ? WorkflowState::completed : WorkflowState::failed;
  run.ended = at;
  on_end_(run);
}

}  // namespace aoa
