#include "engine/run.h"

#include <catch2/catch.hpp>

#include "support/fake_rehearsal.h"

using namespace thresher;
using namespace thresher::engine;
using namespace thresher::test;

namespace {

using Kind = RunEvent::Kind;
using Texts = std::vector<std::string>;

FakeScript taking(Nanoseconds service, Nanoseconds think = 0ns) {
  FakeScript script;
  script.service = [service](auto, auto&) { return service; };
  script.think = [think](auto) { return think; };
  return script;
}

profile::Plan over(unsigned workers, profile::Plan plan) {
  plan.workers = workers;
  return plan;
}

Run::Options with_threshold(const std::string& selector, const std::string& expression, Nanoseconds delay) {
  metrics::Threshold threshold;
  threshold.selector = metrics::parse_metric_selector(selector).value();
  threshold.expression = metrics::parse_threshold_expression(expression).value();
  threshold.abort_on_fail = true;
  threshold.delay = delay;
  Run::Options options;
  options.thresholds.push_back(threshold);
  return options;
}

}  // namespace

TEST_CASE("a run goes through its phases and reports once", "[unit][engine]") {
  FakeScript script = taking(100ms);
  script.setup = 2s;
  script.teardown = 1s;
  FakeRehearsal rehearsal{over(3, constant_users(7, 10s)), script};
  const RunSummary& summary = rehearsal.go();
  CHECK(rehearsal.log.told(Kind::phase_changed) ==
        Texts{"preparing", "setup", "running", "stopping", "teardown", "finished"});
  CHECK(rehearsal.done == 1);
  CHECK(rehearsal.log.finished == 1);
  CHECK(summary.stop == StopReason::completed);
  CHECK_FALSE(summary.error.has_value());
  CHECK(summary.elapsed == 10s);
  CHECK(summary.finished - summary.started == 13s);
  CHECK(rehearsal.log.counters["iterations"] == 700);
  CHECK(rehearsal.log.last.validity == ValidityState::valid);
}

TEST_CASE("what setup returned reaches every worker and teardown", "[unit][engine]") {
  Texts heard;
  FakeScript script = taking(100ms);
  script.setup_result = std::string("token");
  script.on_destroy = [&heard](const FakeRunner& runner) {
    heard.push_back(runner.setup_data() + "/" + runner.torn_down().value_or("-"));
  };
  FakeRehearsal rehearsal{over(3, constant_users(3, 1s)), script};
  rehearsal.go();
  std::sort(heard.begin(), heard.end());
  CHECK(heard == Texts{"token/-", "token/-", "token/token"});
}

TEST_CASE("seconds come without drift, and each has what it added", "[unit][engine]") {
  FakeRehearsal rehearsal{over(2, arrival_rate(50, 10s)), taking(25ms)};
  rehearsal.go();
  const auto& seconds = rehearsal.log.seconds;
  REQUIRE(seconds.size() >= 9);
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(seconds[i].elapsed == (static_cast<int>(i) + 1) * Nanoseconds(1s));
    CHECK(seconds[i].planned == 10s);
    CHECK(seconds[i].rate_planned == 50);
    CHECK(seconds[i].iterations_last == (i == 0 ? 49 : 50));  // the last of a second is due 10 ms before its end
  }
  CHECK(rehearsal.log.last.iterations == 500);
  CHECK(rehearsal.log.trends["iteration_duration"].count() == 500);
}

TEST_CASE("users and what was planned are shown, summed over workers", "[unit][engine]") {
  FakeRehearsal rehearsal{over(3, ramping_users({{15s, 10}, {5s, 10}, {5s, 0}})), taking(10ms, 90ms)};
  rehearsal.go();
  const auto& seconds = rehearsal.log.seconds;
  REQUIRE(seconds.size() >= 24);
  CHECK(seconds[3].users_planned == 3);
  CHECK(seconds[3].users == 3);
  CHECK(seconds[16].users == 10);
  CHECK(rehearsal.log.gauges["vus_max"].value == 10);
  CHECK(rehearsal.log.gauges["vus"].max == 10);
}

TEST_CASE("the same plan gives the same run, event for event", "[unit][engine]") {
  const auto trace = [](unsigned workers) {
    std::vector<std::tuple<UserNumber, std::uint64_t, TimePoint>> begun;
    FakeScript script = taking(7ms, 13ms);
    script.on_begin = [&begun](auto&, UserNumber user, const Iteration& i) {
      begun.emplace_back(user, i.number, i.due);
    };
    FakeRehearsal rehearsal{over(workers, constant_users(20, 5s)), script};
    rehearsal.go();
    return begun;
  };
  const auto once = trace(3);
  CHECK(once == trace(3));
  auto sorted = once, alone = trace(1);
  std::sort(sorted.begin(), sorted.end());
  std::sort(alone.begin(), alone.end());
  CHECK(sorted == alone);  // whatever the workers, each user does the same at the same moments
}

TEST_CASE("a runner that cannot be built ends the run before anything is sent", "[unit][engine]") {
  int begun = 0;
  FakeScript script = taking(100ms);
  script.on_begin = [&begun](auto&, auto, auto&) { ++begun; };
  const RunnerFactory good = fake_runners(script);
  FakeRehearsal rehearsal{over(3, constant_users(3, 1s)),
                          [good](const WorkerContext& context) -> Result<std::unique_ptr<IterationRunner>> {
                            if (context.index == 1)
                              return fail(ErrorCode::script, "unexpected symbol near 'end'", "a.lua:3");
                            return good(context);
                          }};
  const RunSummary& summary = rehearsal.go();
  CHECK(summary.stop == StopReason::worker_failed);
  REQUIRE(summary.error.has_value());
  CHECK(to_text(*summary.error) == "a.lua:3: unexpected symbol near 'end'");
  CHECK(summary.stop_text == "a.lua:3: unexpected symbol near 'end'");
  CHECK(begun == 0);
  CHECK(rehearsal.log.told(Kind::phase_changed) == Texts{"preparing", "finished"});
  CHECK(rehearsal.log.finished == 1);
}

TEST_CASE("a failing setup ends the run without load or teardown", "[unit][engine]") {
  FakeScript script = taking(100ms);
  script.setup_result = fail(ErrorCode::script, "no such user", "a.lua:9");
  FakeRehearsal rehearsal{constant_users(3, 1s), script};
  const RunSummary& summary = rehearsal.go();
  CHECK(summary.stop == StopReason::setup_failed);
  REQUIRE(summary.error.has_value());
  CHECK(to_text(*summary.error) == "a.lua:9: no such user");
  CHECK(rehearsal.log.told(Kind::phase_changed) == Texts{"preparing", "setup", "finished"});
  CHECK(rehearsal.log.counters["iterations"] == 0);
}

TEST_CASE("a setup that takes too long ends the run", "[unit][engine]") {
  FakeScript script = taking(100ms);
  script.setup = 11s;
  FakeRehearsal rehearsal{constant_users(3, 1s), script};
  const RunSummary& summary = rehearsal.go();
  CHECK(summary.stop == StopReason::setup_timed_out);
  REQUIRE(summary.error.has_value());
  CHECK(summary.error->message == "setup took longer than 10 s");
  CHECK(summary.finished - summary.started == 10s);
}

TEST_CASE("a teardown that takes too long is said, and its error too", "[unit][engine]") {
  FakeScript script = taking(100ms);
  script.teardown = -1ns;
  FakeRehearsal late{constant_users(3, 1s), script};
  CHECK(late.go().teardown_timed_out);
  CHECK(late.summary.stop == StopReason::completed);
  CHECK(late.log.told(Kind::note) == Texts{"teardown took longer than 10 s"});

  script.teardown = 0ns;
  script.teardown_result = fail(ErrorCode::script, "cannot clean up", "a.lua:12");
  FakeRehearsal failing{constant_users(3, 1s), script};
  failing.go();
  CHECK(failing.log.told(Kind::script_error) == Texts{"teardown: a.lua:12: cannot clean up"});
}

TEST_CASE("a script can abort the run", "[unit][engine]") {
  FakeScript script;
  script.service = [](UserNumber user, const Iteration& i) { return user == 2 && i.number == 0 ? 500ms : -1ms; };
  script.on_begin = [](const WorkerContext& context, UserNumber user, const Iteration& i) {
    if (user == 2 && i.number == 1) context.run->abort("the sky fell");
  };
  FakeRehearsal rehearsal{over(2, constant_users(4, 1h)), script};
  const RunSummary& summary = rehearsal.go();
  CHECK(summary.stop == StopReason::aborted_by_script);
  CHECK(summary.stop_text == "the sky fell");
  CHECK(rehearsal.log.told(Kind::stop_requested) == Texts{"the sky fell"});
  CHECK(summary.elapsed == 500ms);  // nobody was waited for
  CHECK(summary.interrupted_iterations == 4);
  CHECK(rehearsal.log.told(Kind::phase_changed).back() == "finished");
  CHECK(rehearsal.log.told(Kind::phase_changed).end()[-2] == "teardown");
}

TEST_CASE("a script can mark the run as failed, and go on", "[unit][engine]") {
  FakeScript script = taking(100ms);
  script.on_begin = [](const WorkerContext& context, UserNumber user, auto&) {
    context.run->mark_failed(user % 2 == 0 ? "even" : "odd");
    if (user == 0) context.run->say("hello");
  };
  FakeRehearsal rehearsal{over(2, iterations_each(4, 3)), script};
  const RunSummary& summary = rehearsal.go();
  CHECK(summary.stop == StopReason::completed);
  CHECK(summary.marked_failed == Texts{"even", "odd"});
  CHECK(rehearsal.log.told(Kind::script_output) == Texts{"hello", "hello", "hello"});
  CHECK(rehearsal.log.counters["iterations"] == 12);
}

TEST_CASE("a script error is told once, with its traceback", "[unit][engine]") {
  FakeScript script = taking(100ms);
  script.result = IterationResult::failed;
  script.on_begin = [](const WorkerContext& context, auto, auto&) {
    context.recorder->exception("a.lua:7: oh", "stack traceback: a.lua:7");
  };
  FakeRehearsal rehearsal{over(2, constant_users(4, 5s)), script};
  rehearsal.go();
  CHECK(rehearsal.log.told(Kind::script_error) == Texts{"a.lua:7: oh\nstack traceback: a.lua:7"});
}

TEST_CASE("an interrupted run ends gracefully and reports", "[unit][engine]") {
  FakeRehearsal rehearsal{over(2, constant_users(4, 1h)), taking(700ms)};
  rehearsal.at(10s, [](RunControl& control) { control.stop(StopReason::interrupted); });
  const RunSummary& summary = rehearsal.go();
  CHECK(summary.stop == StopReason::interrupted);
  CHECK(summary.elapsed == 10'500ms);
  CHECK(summary.interrupted_iterations == 0);
  CHECK(rehearsal.log.told(Kind::phase_changed).end()[-2] == "teardown");
}

TEST_CASE("a killed run ends now, without teardown, and reports", "[unit][engine]") {
  FakeRehearsal rehearsal{over(2, constant_users(4, 1h)), taking(-1ns)};
  rehearsal.at(10s, [](RunControl& control) { control.stop(StopReason::interrupted); });
  rehearsal.at(11s, [](RunControl& control) { control.kill(); });
  const RunSummary& summary = rehearsal.go();
  CHECK(summary.stop == StopReason::interrupted);
  CHECK(summary.elapsed == 11s);
  CHECK(summary.interrupted_iterations == 4);
  CHECK(rehearsal.log.told(Kind::phase_changed) == Texts{"preparing", "setup", "running", "stopping", "finished"});
  CHECK(rehearsal.log.finished == 1);
}

TEST_CASE("a run can be stopped while it is set up", "[unit][engine]") {
  FakeScript script = taking(100ms);
  script.setup = 9s;
  FakeRehearsal rehearsal{constant_users(4, 1h), script};
  rehearsal.at(1s, [](RunControl& control) { control.stop(StopReason::externally_stopped); });
  const RunSummary& summary = rehearsal.go();
  CHECK(summary.stop == StopReason::externally_stopped);
  CHECK(summary.finished - summary.started == 1s);
  CHECK(rehearsal.log.told(Kind::phase_changed) == Texts{"preparing", "setup", "finished"});
}

TEST_CASE("a paused run stands still and goes on", "[unit][engine]") {
  FakeRehearsal rehearsal{over(2, arrival_rate(10, 10s)), taking(10ms)};
  rehearsal.at(4s, [](RunControl& control) {
    REQUIRE(control.pause().has_value());
    CHECK(control.pause().error().message == "a run that is paused cannot be paused");
  });
  rehearsal.at(24s, [](RunControl& control) {
    REQUIRE(control.resume().has_value());
    CHECK(control.resume().error().message == "a run that is running cannot be resumed");
  });
  const RunSummary& summary = rehearsal.go();
  CHECK(summary.elapsed == 30s);
  CHECK(rehearsal.log.counters["iterations"] == 100);
  CHECK(rehearsal.log.trends["iteration_lateness"].max() == 0);
  CHECK(rehearsal.log.seconds[14].phase == Phase::paused);
  CHECK(rehearsal.log.last.planned == 30s);
}

TEST_CASE("users and rates are scaled live, where the shape allows it", "[unit][engine]") {
  FakeRehearsal users{over(3, controlled_users(2)), taking(10ms, 90ms)};
  users.at(1500ms, [](RunControl& control) {
    REQUIRE(control.scale_users(11).has_value());
    CHECK_FALSE(control.scale_rate(5).has_value());
  });
  users.at(5s, [](RunControl& control) { control.stop(StopReason::externally_stopped); });
  users.go();
  CHECK(users.log.seconds[0].users == 2);
  CHECK(users.log.seconds[2].users == 11);
  CHECK(users.log.seconds[2].users_planned == 11);
  CHECK(users.log.seconds[2].planned == 0s);

  FakeRehearsal rate{over(3, arrival_rate(10, 20s)), taking(1ms)};
  rate.at(10s, [](RunControl& control) {
    REQUIRE(control.scale_rate(100).has_value());
    CHECK(control.scale_rate(-1).error().message == "a rate of -1 per second");
    CHECK_FALSE(control.scale_users(5).has_value());
  });
  rate.go();
  CHECK(rate.log.counters["iterations"] == 1100);
  CHECK(rate.log.seconds[14].rate_planned == 100);
}

TEST_CASE("a threshold aborts the run once its delay has passed", "[unit][engine]") {
  FakeRehearsal rehearsal{over(2, constant_users(4, 1h)), taking(300ms),
                          with_threshold("iteration_duration", "p(95)<200", 5s)};
  const RunSummary& summary = rehearsal.go();
  CHECK(summary.stop == StopReason::aborted_by_threshold);
  CHECK(summary.stop_text == "threshold iteration_duration: p(95)<200 failed");
  CHECK(summary.elapsed >= 5s);
  CHECK(summary.elapsed <= 6s);
  CHECK(rehearsal.log.told(Kind::threshold_crossed).size() == 1);
}

TEST_CASE("dropped iterations reach the summary and the verdict", "[unit][engine]") {
  profile::Plan plan = over(2, arrival_rate(100, 5s));
  plan.max_in_flight = 4;
  FakeRehearsal rehearsal{plan, taking(1s)};
  const RunSummary& summary = rehearsal.go();
  CHECK(summary.dropped_iterations == 500 - 20);
  CHECK(rehearsal.log.counters["dropped_iterations"] == 480);
  CHECK(rehearsal.log.validity.state == ValidityState::invalid);
  REQUIRE(rehearsal.log.validity.reasons.size() == 1);
  CHECK(rehearsal.log.validity.reasons[0].text ==
        "480 of 500 iterations were dropped (96.00 %; limit 1 %); 480 of them met the max_in_flight cap");
}

TEST_CASE("iterations without time do not hold virtual time still", "[unit][engine]") {
  FakeRehearsal rehearsal{over(2, constant_users(4, 1s)), taking(0ns)};
  rehearsal.go();
  CHECK(rehearsal.log.counters["iterations"] == 4000);
}

TEST_CASE("more users than a tick may begin all begin at the same virtual moment", "[unit][engine]") {
  FakeRehearsal rehearsal{over(1, constant_users(5000, 1s)), taking(10ms, 1h)};
  rehearsal.go();
  CHECK(rehearsal.log.counters["iterations"] == 5000);
  CHECK(rehearsal.log.trends["iteration_lateness"].max() == 0);
}
