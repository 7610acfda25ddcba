// Runs that were killed and go on: what they do after it, and what they make of what came before.
#include <catch2/catch.hpp>

#include "engine/run.h"
#include "support/fake_rehearsal.h"

using namespace thresher;
using namespace thresher::engine;
using namespace thresher::test;
using Catch::Matchers::Contains;

namespace {

/// What a second of a run leaves behind, as if it had been saved there.
class Saver final : public RunObserver {
 public:
  Saver(Run& run, Nanoseconds at) : run_(run), at_(at) {}

  void on_second(const Snapshot& snapshot) override {
    if (snapshot.elapsed < at_ || saved) return;
    std::vector<metrics::Series> series;
    for (const auto& [key, one] : snapshot.totals->series()) series.push_back(one);
    saved = std::make_shared<Continuation>();
    Progress progress = run_.progress().value();
    progress.gaps.push_back({progress.elapsed, 90s});
    saved->progress = std::make_shared<const Progress>(std::move(progress));
    saved->totals.restore(std::move(series), snapshot.totals->exceptions(), snapshot.totals->overflowed_series());
    run_.control().kill();
  }

  std::shared_ptr<Continuation> saved;

 private:
  Run& run_;
  Nanoseconds at_;
};

FakeScript taking(Nanoseconds service, Nanoseconds think = 0ns) {
  FakeScript script;
  script.service = [service](auto, auto&) { return service; };
  script.think = [think](auto) { return think; };
  return script;
}

/// Kills a run of this plan at `at` and lets another one go on.
struct Halves {
  FakeRehearsal first, second;

  Halves(const profile::Plan& plan, const FakeScript& script, Nanoseconds at, Run::Options options = {})
      : first(plan, script, options), second(plan, script, continued(first, at, options)) {}

  static Run::Options continued(FakeRehearsal& first, Nanoseconds at, Run::Options options) {
    Saver saver(first.run(), at);
    first.run().observe(saver);
    first.go();
    REQUIRE(saver.saved);
    options.continued = saver.saved;
    return options;
  }
};

profile::Plan over(unsigned workers, profile::Plan plan) {
  plan.workers = workers;
  return plan;
}

}  // namespace

TEST_CASE("an open model goes on with the arrivals that were not due yet, however many workers", "[unit][engine]") {
  const unsigned workers = GENERATE(1U, 3U);
  const bool poisson = GENERATE(false, true);
  profile::Plan plan = over(workers, ramping_rate({{0s, 20}, {10s, 60}, {5s, 10}}));
  plan.arrivals = poisson ? profile::Arrivals::poisson : profile::Arrivals::even;
  FakeRehearsal whole{plan, taking(1ms)};
  whole.go();
  Halves halves{plan, taking(1ms), 6s};
  halves.second.go();
  // Arrivals that fell into the second that was never saved are nowhere; here it was killed right after the save.
  CHECK(halves.second.log.counters["iterations"] == whole.log.counters["iterations"]);
  CHECK(halves.second.summary.elapsed == 15s);
  CHECK(halves.second.log.seconds.front().elapsed == 7s);
  CHECK(halves.second.log.seconds.front().rate_planned == whole.log.seconds[6].rate_planned);
}

TEST_CASE("a ramp goes on at the height it had reached", "[unit][engine]") {
  const profile::Plan plan = ramping_users({{10s, 10}, {10s, 10}, {10s, 0}});
  FakeRehearsal whole{plan, taking(100ms)};
  whole.go();
  Halves halves{plan, taking(100ms), 5s};
  halves.second.go();
  const auto& seconds = halves.second.log.seconds;
  CHECK(seconds[0].elapsed == 6s);
  CHECK(seconds[0].planned == 30s);
  for (std::size_t i = 0; i < 24; ++i) CHECK(seconds[i].users == whole.log.seconds[i + 5].users);
  CHECK(halves.second.summary.elapsed == 30s);
  CHECK(halves.second.log.trends["iteration_lateness"].max() == 0);  // nobody was late because of the gap
}

TEST_CASE("iterations that were done are not done again", "[unit][engine]") {
  SECTION("each user's own") {
    // The users differ: user i takes (i + 1) x 100 ms, so that by 2 s they have done 20, 10, 6, 5 and 4.
    FakeScript script;
    script.service = [](UserNumber user, auto&) { return (static_cast<int>(user) + 1) * Nanoseconds(100ms); };
    Halves halves{over(2, iterations_each(5, 12)), script, 2s};
    halves.second.go();
    CHECK(halves.second.log.counters["iterations"] == 60);
    CHECK(halves.second.summary.stop == StopReason::completed);
  }
  SECTION("those that all share") {
    Halves halves{over(2, iterations_shared(4, 100)), taking(100ms), 1s};
    halves.second.go();
    CHECK(halves.second.log.counters["iterations"] == 100);
  }
}

TEST_CASE("setup is not called again, and its data are handed over; unless it is asked for", "[unit][engine]") {
  FakeScript script = taking(100ms);
  script.setup_result = std::string("first");
  script.setup = 1s;
  const profile::Plan plan = constant_users(2, 5s);
  Halves halves{plan, script, 2s};
  halves.second.go();
  CHECK(halves.second.log.told(RunEvent::Kind::phase_changed) ==
        std::vector<std::string>{"preparing", "running", "stopping", "teardown", "finished"});

  FakeRehearsal first{plan, script};
  Run::Options options = Halves::continued(first, 2s, {});
  CHECK(options.continued->progress->setup_data == "first");
  options.continued->setup_again = true;
  FakeRehearsal again{plan, script, options};
  again.go();
  CHECK(again.log.told(RunEvent::Kind::phase_changed)[1] == "setup");
}

TEST_CASE("what a run was scaled to holds after it was killed", "[unit][engine]") {
  SECTION("users") {
    FakeRehearsal first{controlled_users(2), taking(100ms)};
    first.at(1500ms, [](RunControl& control) { REQUIRE(control.scale_users(9)); });
    FakeRehearsal second{controlled_users(2), taking(100ms), Halves::continued(first, 4s, {})};
    second.at(3500ms, [](RunControl& control) { control.stop(StopReason::externally_stopped); });
    second.go();
    CHECK(second.log.seconds[1].users == 9);
    CHECK(second.log.seconds[1].users_planned == 9);
  }
  SECTION("the rate") {
    FakeRehearsal first{arrival_rate(10, 10s), taking(1ms)};
    first.at(500ms, [](RunControl& control) { REQUIRE(control.scale_rate(40)); });
    FakeRehearsal second{arrival_rate(10, 10s), taking(1ms), Halves::continued(first, 4s, {})};
    second.go();
    CHECK(second.log.seconds[2].iterations_last == Approx(40).margin(1));
    CHECK(second.log.seconds[2].rate_planned == 40);
  }
}

TEST_CASE("pauses before the kill stay pauses", "[unit][engine]") {
  FakeRehearsal first{constant_users(2, 10s), taking(100ms)};
  first.at(1s, [](RunControl& control) { REQUIRE(control.pause()); });
  first.at(3s, [](RunControl& control) { REQUIRE(control.resume()); });
  FakeRehearsal second{constant_users(2, 10s), taking(100ms), Halves::continued(first, 5s, {})};
  second.go();
  CHECK(second.summary.elapsed == 12s);
  CHECK(second.log.seconds.front().planned == 12s);
}

TEST_CASE("a windowed threshold keeps what its windows had shown", "[unit][engine]") {
  metrics::Threshold threshold =
      metrics::parse_threshold("iteration_duration", "p(95)<150").value();  // 100 ms passes, 200 ms fails
  threshold.window = 2s;
  Run::Options options;
  options.thresholds.push_back(threshold);
  const profile::Plan plan = constant_users(1, 12s);
  FakeRehearsal first{plan, taking(200ms), options};
  FakeRehearsal second{plan, taking(50ms), Halves::continued(first, 5s, options)};
  struct Last final : RunObserver {
    metrics::ThresholdVerdict verdict;
    void on_finish(const Snapshot& s) override { verdict = s.thresholds->front(); }
  } last;
  second.run().observe(last);
  second.go();
  CHECK(last.verdict.state == metrics::ThresholdState::fail);
  CHECK(last.verdict.windows_failed == 2);
  CHECK(last.verdict.windows >= 5);
}

TEST_CASE("the gap is told as a remark, and more than one of them each", "[unit][engine]") {
  const profile::Plan plan = constant_users(2, 10s);
  FakeRehearsal first{plan, taking(100ms)};
  FakeRehearsal second{plan, taking(100ms), Halves::continued(first, 2s, {})};
  FakeRehearsal third{plan, taking(100ms), Halves::continued(second, 6s, {})};
  third.go();
  REQUIRE(third.log.validity.remarks.size() == 2);
  CHECK_THAT(third.log.validity.remarks[0], Contains("gap of 90.0 s, behind 2.0 s of load"));
  CHECK_THAT(third.log.validity.remarks[1], Contains("behind 6.0 s of load"));
  CHECK(third.summary.started == first.summary.started);
  CHECK(third.summary.interrupted_iterations == 4);  // two users' each time
}
