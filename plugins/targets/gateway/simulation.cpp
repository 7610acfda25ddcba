#include "simulation.h"

#include <algorithm>
#include <utility>

#include "plan.h"

namespace gateway {

Simulation::Simulation(const Conduct& conduct, Book& book, Observer& observer)
    : conduct_(conduct), book_(book), observer_(observer) {}

Simulation::Simulation(const Conduct& conduct, Book& book, Observer& observer, Simulation& teller)
    : conduct_(conduct), book_(book), observer_(observer), teller_(&teller) {}

void Simulation::schedule(Time at, What what, Execution& execution) {
  ++execution.run->pending;  // an event keeps its run from being forgotten
  events_.push_back({at, next_order_++, what, &execution});
  std::push_heap(events_.begin(), events_.end(), later);
}

void Simulation::start(Execution& root) {
  admit(root, root.created);
  place(root.created);
}

void Simulation::run(Execution& root) {
  Simulation own(conduct_, book_, observer_, *this);
  own.start(root);
  own.advance(kNever);
}

void Simulation::advance(Time now) {
  for (;;) {
    const bool due = !events_.empty() && events_.front().at <= now;
    if (meet_deadline(due ? std::min(now, events_.front().at) : now)) continue;
    if (!due) return;
    std::pop_heap(events_.begin(), events_.end(), later);
    const Event event = events_.back();
    events_.pop_back();
    play(event);
    place(event.at);
    book_.settle(*event.execution->run);
  }
}

/// Ends the first execution whose time is up before `now`, or at it; false when there is none.
bool Simulation::meet_deadline(Time now) {
  while (!deadlines_.empty()) {
    Execution* late = book_.find(deadlines_.front().id);
    if (late == nullptr || late->ended != kNever) {
      deadlines_.pop_front();
      continue;
    }
    const Time at = deadlines_.front().at;
    if (at > now) return false;
    deadlines_.pop_front();
    abandon(*late, Status::timeout, "execution timed out", at);
    return true;
  }
  return false;
}

void Simulation::play(const Event& event) {
  switch (event.what) {
    case What::tell_started:
      return observer_.started(*event.execution);
    case What::tell_ended:
      return observer_.ended(*event.execution);
    case What::work_is_over:
      if (event.execution->ended == kNever) work_is_over(*event.execution, event.at);
  }
}

/// Whether it waits among the clients' calls.
bool Simulation::needs_worker(const Execution& execution) const {
  return execution.parent == nullptr || execution.detached || conduct_.capacity.nested_slots == 0;
}

void Simulation::enqueue(Execution& execution, Time at) {
  if (execution.parent == nullptr || execution.detached)
    deadlines_.push_back({at + conduct_.work.timeout, execution.id});
  if (teller_ != nullptr) return begin(execution, Slot::none, at);
  ++execution.run->pending;  // a place in a queue keeps the run, even when it has been abandoned
  if (needs_worker(execution)) {
    queue_.push_back(&execution);
    ++waiting_;
  } else {
    nested_.push_back(&execution);
  }
}

void Simulation::place(Time at) {
  const auto take = [&](std::deque<Execution*>& queue, Slot slot) {
    Execution& next = *queue.front();
    queue.pop_front();
    if (next.ended == kNever) {
      if (slot == Slot::worker) --waiting_;
      begin(next, slot, at);
    }
    book_.settle(*next.run);
  };
  while (workers_busy_ < conduct_.capacity.workers && !queue_.empty()) take(queue_, Slot::worker);
  while (nested_busy_ < conduct_.capacity.nested_slots && !nested_.empty()) take(nested_, Slot::nested);
}

void Simulation::begin(Execution& execution, Slot slot, Time at) {
  execution.slot = slot;
  if (slot == Slot::worker) ++workers_busy_;
  if (slot == Slot::nested) ++nested_busy_;
  execution.started = at;
  tell(What::tell_started, execution, at);
  if (execution.plan.lasts != kNever) schedule(at + execution.plan.lasts, What::work_is_over, execution);
}

void Simulation::release(Execution& execution) {
  if (execution.slot == Slot::worker) --workers_busy_;
  if (execution.slot == Slot::nested) --nested_busy_;
  execution.slot = Slot::none;
}

void Simulation::work_is_over(Execution& execution, Time at) {
  if (execution.plan.fails) {
    execution.error = "agent error (500): synthetic failure";
    return end(execution, Status::failed, at);
  }
  if (execution.levels_below == 0 || execution.call->width == 0) return end(execution, Status::succeeded, at);
  if (execution.slot == Slot::nested) release(execution);
  make_calls(execution, at);
}

void Simulation::make_calls(Execution& caller, Time at) {
  caller.open_children = caller.call->width;
  for (std::uint32_t i = 0; i < caller.call->width; ++i) {
    Execution& call = book_.add(*caller.run, &caller, caller.call, child_key(caller.key, i), at);
    call.levels_below = caller.levels_below - 1;
    admit(call, at);
  }
}

/// Lets it wait for its turn; and once more, when it is one that is executed twice.
void Simulation::admit(Execution& execution, Time at) {
  enqueue(execution, at);
  Run& run = *execution.run;
  if (!execution.plan.duplicated || execution.copy || run.executions.size() >= conduct_.bounds.run_executions) return;
  Execution& again = book_.add(run, execution.parent, execution.call, child_key(execution.key, ~0ULL), at);
  again.levels_below = execution.levels_below;
  again.detached = again.copy = true;
  enqueue(again, at);
}

void Simulation::end(Execution& execution, Status outcome, Time at) {
  release(execution);
  execution.outcome = outcome;
  execution.ended = at;
  tell(What::tell_ended, execution, at);
  Execution* caller = execution.detached ? nullptr : execution.parent;
  if (caller != nullptr && caller->ended == kNever) call_ended(*caller, execution, at);
  book_.settle(*execution.run);
}

void Simulation::call_ended(Execution& caller, const Execution& call, Time at) {
  --caller.open_children;
  if (call.outcome != Status::succeeded && caller.failed_children++ == 0)
    caller.error = "nested call " + call.id + ": " + call.error;
  if (caller.open_children > 0) return;
  const bool failed = caller.failed_children > 0 && !caller.plan.swallows;
  if (!failed) caller.error.clear();
  end(caller, failed ? Status::failed : Status::succeeded, at);
}

void Simulation::abandon(Execution& execution, Status outcome, std::string why, Time at) {
  for (Execution* child : execution.children)
    if (!child->detached && child->ended == kNever) cut_off(*child, at);
  if (execution.started == kNever && needs_worker(execution)) --waiting_;
  execution.error = std::move(why);
  end(execution, outcome, at);
  place(at);
}

/// Ends what an abandoned execution waits for, from the leaves up, without a word to the callers.
void Simulation::cut_off(Execution& execution, Time at) {
  for (Execution* child : execution.children)
    if (!child->detached && child->ended == kNever) cut_off(*child, at);
  if (execution.started == kNever && needs_worker(execution)) --waiting_;
  release(execution);
  execution.error = "cancelled with its caller";
  execution.outcome = Status::cancelled;
  execution.ended = at;
  tell(What::tell_ended, execution, at);
  book_.settle(*execution.run);
}

/// At once, unless what comes to pass lies in the future.
void Simulation::tell(What what, Execution& execution, Time at) {
  if (teller_ != nullptr) return teller_->schedule(at, what, execution);
  if (what == What::tell_started) return observer_.started(execution);
  observer_.ended(execution);
}

}  // namespace gateway
