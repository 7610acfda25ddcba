#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "agent_pool.h"
#include "attempt_plan.h"
#include "conduct.h"
#include "run_state.h"

namespace aoa {

/// Executes the workflows of one tenant as a discrete-event simulation. Nothing happens by itself: advance() plays what
/// falls due, so the state is always that of the last time it was given, whether that is a clock's or invented.
///
///   event            task                                            workflow
///   start, met       waiting -> ready -> running as a slot is free    queued -> running at its first attempt
///   attempt ends     completed | backing_off | failed, timed_out      a saga's failure: nothing new starts
///   backoff is over  backing_off -> ready                            -
///   nothing pending  -                                               completed | failed | undoing (a saga)
///   undo ends        completed -> compensated                        the last one: undoing -> failed
class Simulation {
 public:
  /// `on_end(workflow)`: it has just ended, at workflow.ended; may call start().
  using OnEnd = std::function<void(WorkflowRun&)>;
  using Run = std::shared_ptr<WorkflowRun>;

  Simulation(const Conduct& conduct, OnEnd on_end);

  /// Agents that come, or come again; those that wait for them start at `at`.
  void ingest(std::vector<AgentSpec> agents, Time at);
  const AgentPool& agents() const { return agents_; }
  /// Starts a workflow at `at`, the time of the last advance() or of the event being played.
  void start(const Run& run, Time at);
  /// Plays everything due up to and including `now`, which never goes back.
  void advance(Time now);
  std::size_t running_tasks() const { return running_tasks_; }

 private:
  enum class What : std::uint8_t { attempt_ends, checkpoint, retry, undone };
  struct Event {
    Time at{};
    std::uint64_t order = 0;
    What what = What::attempt_ends;
    Run run = {};
    std::uint32_t task = 0;
    std::uint32_t attempt = 0;  ///< of the task, when this was scheduled
    std::unique_ptr<AttemptPlan> plan = {};
  };
  static bool later(const Event& left, const Event& right) {
    return left.at != right.at ? left.at > right.at : left.order > right.order;
  }

  void schedule(Time at, What what, const Run& run, std::uint32_t task, std::unique_ptr<AttemptPlan> plan = {});
  void play(Event& event);
  void place(Time at);
  void join(const Run& run, std::vector<std::uint32_t>& ready);
  void begin_attempt(const Run& run, std::uint32_t task, std::uint32_t agent, Time at);
  void end_attempt(const Run& run, std::uint32_t task, const AttemptPlan& plan, Time at);
  void succeed(const Run& run, std::uint32_t task, const AttemptPlan& plan, Time at);
  void retry_or_fail(const Run& run, std::uint32_t task, const AttemptPlan& plan, Time at);
  bool may_retry(const WorkflowRun& run, std::uint32_t task, const AttemptPlan& plan) const;
  void settle(const Run& run, Time at);
  void undo_next(const Run& run, Time at);
  void end(WorkflowRun& run, Time at);

  const Conduct& conduct_;
  OnEnd on_end_;
  AgentPool agents_;
  std::vector<Event> events_;  ///< a heap, the next first
  std::uint64_t next_order_ = 0;
  std::size_t running_tasks_ = 0;
};

}  // namespace aoa
