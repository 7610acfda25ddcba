#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/run.h"
#include "event/virtual_world.h"
#include "support/fake_runner.h"
#include "support/plans.h"

namespace thresher::test {

/// Remembers what a run told.
class RunLog final : public engine::RunObserver {
 public:
  struct Second {
    engine::Phase phase;
    Nanoseconds elapsed, planned;
    std::uint64_t users, in_flight, users_planned;
    double rate_planned, iterations, iterations_last;
    engine::ValidityState validity;
  };

  void on_event(const engine::RunEvent& event) override { events.emplace_back(event.kind, event.text); }
  void on_second(const engine::Snapshot& s) override { seconds.push_back(taken_from(s)); }
  void on_finish(const engine::Snapshot& s) override {
    ++finished;
    last = taken_from(s);
    validity = s.validity;
    for (const auto& [key, series] : s.totals->series()) {
      counters[key.metric] += series.counter.sum;
      trends[key.metric].merge(series.trend);
      if (series.metric.kind == metrics::MetricKind::gauge) gauges[key.metric] = series.gauge;
    }
  }

  std::vector<std::string> told(engine::RunEvent::Kind kind) const {
    std::vector<std::string> texts;
    for (const auto& [k, text] : events) {
      if (k == kind) texts.push_back(text);
    }
    return texts;
  }

  std::vector<std::pair<engine::RunEvent::Kind, std::string>> events;
  std::vector<Second> seconds;
  Second last{};
  int finished = 0;
  engine::Validity validity;
  std::map<std::string, double> counters;
  std::map<std::string, metrics::Histogram> trends;
  std::map<std::string, metrics::Gauge> gauges;

 private:
  static Second taken_from(const engine::Snapshot& s) {
    return {.phase = s.phase,
            .elapsed = s.elapsed,
            .planned = s.planned,
            .users = s.users,
            .in_flight = s.in_flight,
            .users_planned = s.users_planned,
            .rate_planned = s.rate_planned,
            .iterations = s.totals->aggregate("iterations").counter.sum,
            .iterations_last = s.totals->aggregate("iterations", {}, true).counter.sum,
            .validity = s.validity.state};
  }
};

/// A whole run in virtual time over FakeRunners.
class FakeRehearsal {
 public:
  FakeRehearsal(profile::Plan plan, FakeScript script, engine::Run::Options options = {})
      : FakeRehearsal(std::move(plan), fake_runners(std::move(script)), std::move(options)) {}
  FakeRehearsal(profile::Plan plan, engine::RunnerFactory factory, engine::Run::Options options = {})
      : coordinator_(world_.make_loop()),
        run_(engine::Run::create(
            std::move(plan), *coordinator_,
            {.make_loop = [this](unsigned) { return world_.make_loop(); }, .threads = false, .process_cpu = {}},
            std::move(factory), std::move(options))) {
    run_->observe(log);
  }

  /// Does `work` on the coordinator's loop, that long after the start.
  void at(Nanoseconds offset, std::function<void(engine::RunControl&)> work) {
    timers_.push_back(std::make_unique<event::Timer>(
        coordinator_->timers(), [this, work = std::move(work)](TimePoint) { work(run_->control()); }));
    timers_.back()->start_at(world_.now() + offset);
  }
  engine::Run& run() { return *run_; }
  const engine::RunSummary& go() {
    run_->start([this](const engine::RunSummary& s) {
      ++done;
      summary = s;
      coordinator_->stop();
    });
    world_.run();
    return summary;
  }

  RunLog log;
  engine::RunSummary summary;
  int done = 0;

 private:
  event::VirtualWorld world_;
  std::unique_ptr<event::Loop> coordinator_;
  std::vector<std::unique_ptr<event::Timer>> timers_;
  std::unique_ptr<engine::Run> run_;
};

}  // namespace thresher::test
