#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "book.h"
#include "conduct.h"
#include "execution.h"

namespace gateway {

/// Told what comes to pass, when it does. The execution lives at least until the call returns.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void started(const Execution& execution) = 0;
  virtual void ended(const Execution& execution) = 0;
};

/// Executes, as a discrete-event simulation. Nothing happens by itself: advance() plays what falls due, so polling more
/// often changes nothing.
///
///   event              execution                              what it occupies
///   start              -> queued                              a place in a queue
///   a slot is free     queued -> running                      a worker; a nested call: a nested slot
///   own work is over   makes its calls and waits for them     a nested slot is given back, a worker is kept
///   last call ended    -> succeeded, or failed with one       everything is given back
///   work failed        -> failed                              likewise
///   deadline, cancel   -> timeout, cancelled; all below it    likewise
///                         that has not ended: cancelled
///
/// Synchronous calls, and all that comes of them, run on their caller's connection: no queue and no slots. Their end is
/// computed when they begin, in a simulation of their own, because the answer must be given then; what comes to pass in
/// it is told when its time comes.
class Simulation {
 public:
  Simulation(const Conduct& conduct, Book& book, Observer& observer);

  /// An asynchronous call of a client's. There is room: has_room().
  void start(Execution& root);
  /// A synchronous one; afterwards its times, and those of all that came of it, are known.
  void run(Execution& root);
  /// Plays everything due up to and including `now`, which never goes back.
  void advance(Time now);
  /// Ends an execution that has not ended, and all below it.
  void abandon(Execution& execution, Status outcome, std::string why, Time at);

  /// Whether another asynchronous call may be taken.
  bool has_room() const { return workers_busy_ < conduct_.capacity.workers || waiting_ < conduct_.capacity.queue; }
  std::size_t queue_depth() const { return waiting_; }

 private:
  enum class What : std::uint8_t { work_is_over, tell_started, tell_ended };
  struct Event {
    Time at{};
    std::uint64_t order = 0;
    What what = What::work_is_over;
    Execution* execution = nullptr;
  };
  struct Deadline {
    Time at{};
    std::string id;
  };
  Simulation(const Conduct& conduct, Book& book, Observer& observer, Simulation& teller);

  static bool later(const Event& left, const Event& right) {
    return left.at != right.at ? left.at > right.at : left.order > right.order;
  }
  void schedule(Time at, What what, Execution& execution);
  void play(const Event& event);
  bool meet_deadline(Time now);
  bool needs_worker(const Execution& execution) const;
  void admit(Execution& execution, Time at);
  void enqueue(Execution& execution, Time at);
  void place(Time at);
  void begin(Execution& execution, Slot slot, Time at);
  void work_is_over(Execution& execution, Time at);
  void make_calls(Execution& caller, Time at);
  void end(Execution& execution, Status outcome, Time at);
  void call_ended(Execution& caller, const Execution& call, Time at);
  void release(Execution& execution);
  void cut_off(Execution& execution, Time at);
  void tell(What what, Execution& execution, Time at);

  const Conduct& conduct_;
  Book& book_;
  Observer& observer_;
  Simulation* teller_ = nullptr;    ///< of a synchronous call: the simulation that tells what came to pass
  std::vector<Event> events_;       ///< a heap, the next first
  std::deque<Deadline> deadlines_;  ///< of clients' calls, in order, as all have the same time
  std::deque<Execution*> queue_;    ///< waiting for a worker; what was abandoned is passed over
  std::deque<Execution*> nested_;   ///< waiting for a nested slot, likewise
  std::size_t waiting_ = 0;         ///< in queue_ without the abandoned
  std::size_t workers_busy_ = 0, nested_busy_ = 0;
  std::uint64_t next_order_ = 0;
};

}  // namespace gateway
