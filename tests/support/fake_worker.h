#pragma once

#include <algorithm>
#include <memory>

#include "engine/load.h"
#include "metrics/totals.h"
#include "support/fake_clock.h"
#include "support/fake_runner.h"
#include "support/plans.h"

namespace thresher::test {

/// One worker's load with neither loop nor thread nor script: a FakeClock, a FakeRunner, and a Load between them. Times
/// are offsets from the start of load.
class FakeWorker final : private engine::Load::Alarm {
 public:
  explicit FakeWorker(profile::Plan plan, FakeScript script = {}, unsigned worker = 0, unsigned workers = 1,
                      Nanoseconds shortest_cycle = {})
      : plan_(std::move(plan)),
        recorder_(metrics::Recorder::create(worker, {})),
        runner_({.index = worker, .workers = workers, .plan = &plan_, .recorder = recorder_.get(), .events = &events_},
                clock_, std::move(script)),
        load_({.plan = &plan_,
               .worker = worker,
               .workers = workers,
               .shortest_cycle = shortest_cycle,
               .clock = &clock_,
               .recorder = recorder_.get(),
               .runner = &runner_,
               .alarm = this}),
        origin_(clock_.now()) {
    events_.load = &load_;
    load_.start(origin_);
    next_ = origin_;
  }

  /// Everything on time: each moment at which the load or the runner wants something, in order.
  void run_to(Nanoseconds offset) {
    const TimePoint until = origin_ + offset;
    for (TimePoint next = next_moment(); next <= until; next = next_moment()) {
      clock_.set(std::max(next, clock_.now()));
      if (runner_.next_due() <= clock_.now()) runner_.fire(clock_.now());
      if (next_ <= clock_.now()) tick();
    }
    clock_.set(std::max(until, clock_.now()));
  }
  /// The loop is away: time passes and nothing happens.
  void stall_to(Nanoseconds offset) { clock_.set(origin_ + offset); }
  /// The loop was away until `offset`; then everything happens that was due.
  void advance_to(Nanoseconds offset) {
    stall_to(offset);
    runner_.fire(clock_.now());
    do tick();
    while (next_ <= clock_.now());
  }
  void run_to_the_end() { run_to(24h); }

  void pause() { load_.pause(clock_.now()); }
  void resume() { load_.resume(clock_.now()); }
  void stop(Nanoseconds grace) { load_.stop(clock_.now(), grace); }
  void kill() { load_.kill(clock_.now()); }
  Result<void> scale_users(std::uint64_t users) { return load_.scale_users(clock_.now(), users); }
  Result<void> scale_rate(double per_s) { return load_.scale_rate(clock_.now(), per_s); }

  Nanoseconds now() const { return clock_.now() - origin_; }
  Nanoseconds offset(TimePoint moment) const { return moment - origin_; }
  Nanoseconds due(std::size_t begun) const { return offset(runner_.begun().at(begun).iteration.due); }
  Nanoseconds started(std::size_t begun) const { return offset(runner_.begun().at(begun).iteration.started); }
  const std::vector<Begun>& begun() const { return runner_.begun(); }
  FakeRunner& runner() { return runner_; }
  engine::Load& load() { return load_; }
  bool finished() const { return load_.finished(); }
  /// When it finished: the offset of the last tick.
  Nanoseconds finished_at() const { return offset(last_tick_); }
  std::size_t ticks() const { return ticks_; }
  /// Most iterations begun in one tick.
  std::size_t begun_most() const { return begun_most_; }
  const profile::Plan& plan() const { return plan_; }

  metrics::Totals totals() {
    metrics::Totals totals;
    totals.begin_second(clock_.now(), clock_.wall_now());
    totals.add(recorder_->take(clock_.now()));
    return totals;
  }

 private:
  struct Events final : engine::RunnerEvents {
    engine::Load* load = nullptr;
    void iteration_ended(engine::UserNumber user, const engine::IterationEnd& end) override {
      load->iteration_ended(user, end);
    }
    void user_retired(engine::UserNumber user) override { load->user_retired(user); }
  };

  void ring_at(TimePoint at) override { next_ = std::min(next_, at); }
  TimePoint next_moment() const { return std::min(next_, runner_.next_due()); }
  void tick() {
    const std::size_t before = begun().size();
    if (!load_.finished()) last_tick_ = clock_.now();
    next_ = load_.advance(clock_.now());
    ++ticks_;
    begun_most_ = std::max(begun_most_, begun().size() - before);
  }

  FakeClock clock_;
  const profile::Plan plan_;
  Events events_;
  std::unique_ptr<metrics::Recorder> recorder_;
  FakeRunner runner_;
  engine::Load load_;
  const TimePoint origin_;
  TimePoint next_{}, last_tick_{};
  std::size_t ticks_ = 0, begun_most_ = 0;
};

}  // namespace thresher::test
