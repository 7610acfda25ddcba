// Runs with one thread and one libuv loop per worker. Real time, so every bound is generous.

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "engine/run.h"
#include "event/uv_loop.h"
#include "support/fake_rehearsal.h"

using namespace thresher;
using namespace thresher::engine;
using namespace thresher::test;

namespace {

struct ThreadedRun {
  explicit ThreadedRun(profile::Plan plan, RunnerFactory factory, Nanoseconds script_limit = 10s)
      : coordinator(event::make_uv_loop()),
        run(Run::create(std::move(plan), *coordinator,
                        {.make_loop = [](unsigned) { return event::make_uv_loop(); },
                         .threads = true,
                         .process_cpu = {},
                         .script_limit = script_limit},
                        std::move(factory), {.recorder = {}, .thresholds = {}, .snapshot_interval = 20ms})) {
    run->observe(log);
  }
  const RunSummary& go() {
    run->start([this](const RunSummary& s) {
      summary = s;
      coordinator->stop();
    });
    coordinator->run();
    return summary;
  }

  RunLog log;
  RunSummary summary;
  std::unique_ptr<event::Loop> coordinator;
  std::unique_ptr<Run> run;
};

/// Begins a script that does not come back until it is broken or, if it cannot be, let go.
class EndlessRunner final : public FakeRunner {
 public:
  struct Switches {
    std::atomic<bool> heeds_break{true}, let_go{false};
  };
  EndlessRunner(WorkerContext context, std::shared_ptr<Switches> switches)
      : FakeRunner(context, *context.loop, {}), switches_(std::move(switches)) {
    attach(context.loop->timers());
  }
  void begin(UserNumber user, const Iteration& iteration) override {
    ++activity_;
    while (context().index == 0 && !broken_ && !switches_->let_go) std::this_thread::yield();
    ++activity_;
    FakeRunner::begin(user, iteration);
  }
  void break_script() override { broken_ = switches_->heeds_break.load(); }
  std::uint64_t script_activity() const override { return activity_; }

 private:
  std::shared_ptr<Switches> switches_;
  std::atomic<bool> broken_{false};
  std::atomic<std::uint64_t> activity_{0};
};

RunnerFactory endless(std::shared_ptr<EndlessRunner::Switches> switches) {
  return [switches](const WorkerContext& context) -> Result<std::unique_ptr<IterationRunner>> {
    return std::make_unique<EndlessRunner>(context, switches);
  };
}

}  // namespace

TEST_CASE("workers on threads perform all iterations and merge all figures", "[unit][engine]") {
  FakeScript script;
  script.service = [](auto, auto&) { return 1ms; };
  profile::Plan plan = iterations_each(30, 10);
  plan.workers = 3;
  ThreadedRun threaded{plan, fake_runners(script)};
  const RunSummary& summary = threaded.go();
  CHECK(summary.stop == StopReason::completed);
  CHECK(threaded.log.counters["iterations"] == 300);
  CHECK(threaded.log.trends["iteration_duration"].count() == 300);
  CHECK(threaded.log.trends["loop_lag"].count() > 0);
  CHECK(threaded.log.finished == 1);
}

TEST_CASE("a worker on a thread that cannot be built ends the run", "[unit][engine]") {
  profile::Plan plan = constant_users(4, 1h);
  plan.workers = 2;
  ThreadedRun threaded{plan, [](const WorkerContext&) -> Result<std::unique_ptr<IterationRunner>> {
                         return fail(ErrorCode::script, "no", "a.lua:1");
                       }};
  const RunSummary& summary = threaded.go();
  CHECK(summary.stop == StopReason::worker_failed);
  REQUIRE(summary.error.has_value());
  CHECK(to_text(*summary.error) == "a.lua:1: no");
}

TEST_CASE("a run that is destroyed before it ended takes its threads with it", "[unit][engine]") {
  profile::Plan plan = constant_users(4, 1h);
  plan.workers = 2;
  ThreadedRun threaded{plan, fake_runners({})};
  threaded.run->start([](const RunSummary&) { FAIL("it did not end"); });
  threaded.run.reset();
}

TEST_CASE("the watchdog breaks a script that does not come back", "[unit][engine]") {
  auto switches = std::make_shared<EndlessRunner::Switches>();
  profile::Plan plan = iterations_each(2, 1);
  plan.workers = 2;
  ThreadedRun threaded{plan, endless(switches), 60ms};
  const RunSummary& summary = threaded.go();
  CHECK(summary.stop == StopReason::completed);
  CHECK(threaded.log.counters["iterations"] == 2);
  CHECK(threaded.log.told(RunEvent::Kind::note) ==
        std::vector<std::string>{"a script on worker 0 has run for more than 0.06 s without a wait; breaking it"});
  REQUIRE_FALSE(threaded.log.validity.reasons.empty());  // it did not answer meanwhile
  bool named = false;
  for (const Validity::Reason& reason : threaded.log.validity.reasons) {
    named = named || reason.text.find("worker 0 did not answer within a snapshot's interval") == 0;
  }
  CHECK(named);
}

TEST_CASE("a run does not wait for ever for a script that cannot be broken", "[unit][engine]") {
  auto switches = std::make_shared<EndlessRunner::Switches>();
  switches->heeds_break = false;
  profile::Plan plan = constant_users(2, 1h);
  plan.workers = 2;
  {
    ThreadedRun threaded{plan, endless(switches), 60ms};
    const RunSummary& summary = threaded.go();
    CHECK(summary.stop == StopReason::worker_failed);
    REQUIRE(summary.error.has_value());
    CHECK(summary.error->message == "worker 0 is stuck in a script that cannot be broken");
    CHECK(summary.stuck_workers == 1);
    CHECK(threaded.log.validity.state == ValidityState::invalid);
    CHECK(threaded.log.finished == 1);
  }
  switches->let_go = true;  // the run is gone; the thread comes back, finds its seat, and ends
  while (switches.use_count() > 1) std::this_thread::yield();
}
