#include "engine/load.h"

#include <catch2/catch.hpp>

#include "support/fake_worker.h"

using namespace thresher;
using namespace thresher::engine;
using namespace thresher::test;

namespace {

FakeScript taking(Nanoseconds service, Nanoseconds think = 0ns) {
  FakeScript script;
  script.service = [service](auto, auto&) { return service; };
  script.think = [think](auto) { return think; };
  return script;
}

}  // namespace

TEST_CASE("iterations in progress at the end of the shape may end", "[unit][engine]") {
  FakeWorker worker{constant_users(3, 10s), taking(700ms)};
  worker.run_to_the_end();
  CHECK(worker.runner().interrupted() == 0);
  CHECK(worker.finished_at() == 10500ms);
  CHECK(worker.load().tally().ended == 3 * 15);
  CHECK(worker.runner().retired().size() == 3);
}

TEST_CASE("after stop_timeout they are interrupted, and on_stop still runs", "[unit][engine]") {
  FakeScript script = taking(-1ns);
  script.on_stop = 100ms;
  FakeWorker worker{constant_users(3, 10s), script};
  worker.run_to(12999ms);
  CHECK(worker.runner().interrupted() == 0);
  worker.run_to_the_end();
  CHECK(worker.runner().interrupted() == 3);
  CHECK(worker.runner().retired().size() == 3);
  CHECK(worker.finished_at() == 13100ms);
  CHECK(worker.load().tally().interrupted == 3);
}

TEST_CASE("nobody begins once somebody stopped the run", "[unit][engine]") {
  FakeWorker worker{constant_users(2, 1h), taking(100ms, 100ms)};
  worker.run_to(1050ms);
  worker.stop(3s);
  worker.run_to_the_end();
  CHECK(worker.begun().size() == 12);
  CHECK(worker.finished_at() == 1100ms);
}

TEST_CASE("less grace brings the end nearer", "[unit][engine]") {
  FakeWorker worker{constant_users(2, 1h), taking(-1ns)};
  worker.run_to(1s);
  worker.stop(30s);
  worker.run_to(2s);
  CHECK(worker.runner().interrupted() == 0);
  worker.stop(1s);
  worker.run_to_the_end();
  CHECK(worker.runner().interrupted() == 2);
  CHECK(worker.finished_at() == 3s);
}

TEST_CASE("more grace does not put it off", "[unit][engine]") {
  FakeWorker worker{constant_users(1, 1h), taking(-1ns)};
  worker.run_to(1s);
  worker.stop(1s);
  worker.stop(1h);
  worker.run_to_the_end();
  CHECK(worker.finished_at() == 2s);
}

TEST_CASE("a user whose on_stop never ends is abandoned", "[unit][engine]") {
  FakeScript script = taking(10ms, 1s);
  script.on_stop = -1ns;
  FakeWorker worker{constant_users(2, 10s), script};
  worker.run_to_the_end();
  CHECK(worker.finished());
  CHECK(worker.finished_at() == 10s + Load::kOnStopLeast);  // above the stop_timeout of 3 s
  CHECK(worker.load().abandoned() == 2);
}

TEST_CASE("an iteration that heeds no interrupt is abandoned", "[unit][engine]") {
  FakeScript script = taking(-1ns);
  script.heeds_interrupts = false;
  FakeWorker worker{constant_users(1, 10s), script};
  worker.run_to_the_end();
  CHECK(worker.runner().interrupted() == 1);
  CHECK(worker.finished_at() == 13s + Load::kOnStopLeast);
  CHECK(worker.load().abandoned() == 1);
}

TEST_CASE("kill interrupts everything at once and runs no on_stop", "[unit][engine]") {
  FakeWorker worker{constant_users(1000, 1h), taking(-1ns)};
  worker.run_to(1s);
  worker.kill();
  CHECK(worker.finished());
  CHECK(worker.runner().interrupted() == 1000);
  CHECK(worker.load().tally().interrupted == 1000);
  CHECK(worker.load().tally().in_flight == 0);
  CHECK(worker.runner().retired().empty());
}

TEST_CASE("kill ends a graceful stop", "[unit][engine]") {
  FakeWorker worker{constant_users(3, 1h), taking(-1ns)};
  worker.run_to(1s);
  worker.stop(30s);
  worker.run_to(2s);
  worker.kill();
  CHECK(worker.finished());
  CHECK(worker.runner().interrupted() == 3);
}

TEST_CASE("a load that never began stops at once", "[unit][engine]") {
  FakeWorker worker{constant_users(3, 1h), taking(1s)};
  worker.kill();
  CHECK(worker.finished());
  CHECK(worker.begun().empty());
}

TEST_CASE("the clock of a closed shape stands still while paused", "[unit][engine]") {
  FakeWorker worker{constant_users(1, 10s), taking(100ms, 900ms)};  // begins at 0, 1, 2 ... s
  worker.run_to(2500ms);
  worker.pause();
  worker.run_to(12500ms);
  CHECK(worker.begun().size() == 3);
  worker.resume();
  worker.run_to_the_end();
  REQUIRE(worker.begun().size() == 10);
  CHECK(worker.due(3) == 13s);
  CHECK(worker.started(3) == 13s);  // no lateness for the pause
  CHECK(worker.finished_at() == 20s);
}

TEST_CASE("an iteration that ends during a pause thinks after it", "[unit][engine]") {
  FakeWorker worker{constant_users(1, 20s), taking(5s, 2s)};
  worker.run_to(4s);
  worker.pause();
  worker.run_to(10s);
  CHECK(worker.load().tally().ended == 1);
  worker.resume();
  worker.run_to(13s);
  REQUIRE(worker.begun().size() == 2);
  CHECK(worker.due(1) == 12s);
}

TEST_CASE("a ramp goes on after a pause where it stood", "[unit][engine]") {
  FakeWorker worker{ramping_users({{10s, 10}}), taking(10ms, 1h)};
  worker.run_to(4500ms);
  CHECK(worker.load().tally().alive == 5);
  worker.pause();
  worker.run_to(60s);
  CHECK(worker.load().tally().alive == 5);
  worker.resume();
  worker.run_to(60'400ms);
  CHECK(worker.load().tally().alive == 5);
  worker.run_to(60'500ms);
  CHECK(worker.load().tally().alive == 6);
}

TEST_CASE("arrivals stand still while paused, and none is late or lost", "[unit][engine]") {
  FakeWorker worker{arrival_rate(10, 10s), taking(1ms)};
  worker.run_to(5s);
  worker.pause();
  worker.run_to(65s);
  CHECK(worker.begun().size() == 50);
  worker.resume();
  worker.run_to_the_end();
  REQUIRE(worker.begun().size() == 100);
  CHECK(worker.due(50) == 65'050ms);
  CHECK(worker.started(50) == 65'050ms);
  CHECK(worker.load().dropped().all == 0);
  CHECK(worker.finished_at() == 70s);
}

TEST_CASE("a paused run can be stopped", "[unit][engine]") {
  FakeWorker worker{constant_users(2, 10s), taking(100ms, 100ms)};
  worker.run_to(1s);
  worker.pause();
  worker.run_to(5s);
  worker.stop(1s);
  worker.run_to(6s);
  CHECK(worker.finished());
  CHECK(worker.runner().retired().size() == 2);
}

TEST_CASE("failed iterations count, interrupted ones do not", "[unit][engine]") {
  FakeScript script = taking(100ms);
  script.result = IterationResult::failed;
  FakeWorker worker{iterations_each(2, 5), script};
  worker.run_to_the_end();
  CHECK(worker.load().tally().ended == 10);
  CHECK(worker.load().tally().failed == 10);
  CHECK(worker.totals().aggregate("iterations").counter.sum == 10);
}

TEST_CASE("iterations are recorded per scenario", "[unit][engine]") {
  profile::Plan plan = plan_of(profile::ExecutorKind::per_vu_iterations, {1, 1});
  plan.users = 2;
  plan.iterations = 3;
  FakeWorker worker{plan, taking(10ms)};
  worker.run_to_the_end();
  const metrics::Totals totals = worker.totals();
  CHECK(totals.aggregate("iterations", {{{"scenario", "s0"}}}).counter.sum == 3);
  CHECK(totals.aggregate("iterations", {{{"scenario", "s1"}}}).counter.sum == 3);
  CHECK(totals.aggregate("iteration_duration", {{{"scenario", "s1"}}}).trend.mean() == Approx(10'000));
}

TEST_CASE("time between handing over and hearing of the end is kept beside what the runner says", "[unit][engine]") {
  FakeWorker worker{constant_users(1, 10s), taking(100ms, 900ms)};
  worker.run_to(50ms);
  worker.advance_to(350ms);  // the end at 100 ms was heard of at 350 ms, and the runner says so
  CHECK(worker.load().tally().handled == 350ms);
  CHECK(worker.load().tally().performed == 350ms);
}
