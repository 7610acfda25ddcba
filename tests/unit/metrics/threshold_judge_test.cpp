#include <catch2/catch.hpp>

#include "metrics/threshold.h"

using namespace thresher::metrics;
using namespace std::chrono_literals;
using thresher::Nanoseconds;

namespace {

const MetricInfo kReqs = *builtin_metric("http_reqs");
const MetricInfo kDropped = *builtin_metric("dropped_iterations");
const MetricInfo kDuration = *builtin_metric("http_req_duration");
const MetricInfo kFailed = *builtin_metric("http_req_failed");
const MetricInfo kVus = *builtin_metric("vus");

Threshold threshold(std::string_view selector, std::string_view expression) {
  auto parsed = parse_threshold(selector, expression);
  REQUIRE(parsed.has_value());
  return *parsed;
}
Threshold windowed(std::string_view selector, std::string_view expression, Nanoseconds window) {
  Threshold made = threshold(selector, expression);
  made.window = window;
  return made;
}

/// One worker, its totals and one threshold being judged.
struct Trial {
  explicit Trial(Threshold judged) : judge({std::move(judged)}) {}

  void pass(Nanoseconds step = 1s) {
    elapsed += step;
    gather();
    judge.second_passed(totals, elapsed);
  }
  /// The run ends `step` after the last full second.
  void finish(Nanoseconds step) {
    elapsed += step;
    gather();
    judge.finish(totals, elapsed);
  }
  const ThresholdVerdict& verdict() const { return judge.verdicts()[0]; }
  ThresholdState state() const { return verdict().state; }

  std::unique_ptr<Recorder> worker = Recorder::create(0, {});
  Totals totals;
  ThresholdJudge judge;
  Nanoseconds elapsed{};

 private:
  void gather() {
    totals.begin_second({}, {});
    totals.add(worker->take({}));
  }
};

}  // namespace

TEST_CASE("each aggregation observes what its name says, times in milliseconds", "[unit][metrics]") {
  struct Row {
    const char* expression;
    double observed;
  };
  for (const Row& row : {Row{"avg<1", 2.5}, Row{"min<1", 1}, Row{"max<1", 4}, Row{"med<1", 2}, Row{"p(75)<1", 3},
                         Row{"p(76)<1", 4}, Row{"p(0.1)<1", 1}}) {
    INFO(row.expression);
    Trial trial{threshold("http_req_duration", row.expression)};
    for (int ms = 1; ms <= 4; ++ms) trial.worker->trend(kDuration, {}).add(std::chrono::milliseconds(ms));
    trial.pass();
    CHECK(trial.verdict().observed == Approx(row.observed).epsilon(0.001));
    CHECK(trial.verdict().samples == 4);
  }
}

TEST_CASE("a counter's rate is its sum per second of elapsed time", "[unit][metrics]") {
  Trial trial{threshold("http_reqs", "rate>10")};
  trial.worker->counter(kReqs, {}).add(30);
  trial.pass(2s);
  CHECK(trial.verdict().observed == 15);
  CHECK(trial.state() == ThresholdState::pass);
  trial.pass(2s);
  CHECK(trial.verdict().observed == 7.5);
  CHECK(trial.state() == ThresholdState::fail);
}

TEST_CASE("counts, gauges and rates are judged as they stand", "[unit][metrics]") {
  Trial count{threshold("http_reqs", "count>=3")};
  count.worker->counter(kReqs, {}).add(3);
  count.pass();
  CHECK(count.state() == ThresholdState::pass);

  Trial value{threshold("vus", "value<5")};
  value.worker->gauge(kVus, {}).set(9);
  value.worker->gauge(kVus, {}).set(4);
  value.pass();
  CHECK(value.verdict().observed == 4);
  CHECK(value.state() == ThresholdState::pass);

  Trial rate{threshold("http_req_failed", "rate<0.25")};
  for (const bool failed : {true, false, false, false}) rate.worker->rate(kFailed, {}).add(failed);
  rate.pass();
  CHECK(rate.verdict().observed == 0.25);
  CHECK(rate.state() == ThresholdState::fail);
}

TEST_CASE("only the series with the wanted tags are judged", "[unit][metrics]") {
  Trial trial{threshold("http_req_duration{tag:health}", "max<50")};
  trial.worker->trend(kDuration, {{"tag", "health"}, {"tag", "core"}}).add(10ms);
  trial.worker->trend(kDuration, {{"tag", "chat"}}).add(900ms);
  trial.pass();
  CHECK(trial.verdict().observed == 10);
  CHECK(trial.state() == ThresholdState::pass);
}

TEST_CASE("what nobody observed is NO_DATA, not a pass", "[unit][metrics]") {
  const auto row = GENERATE(std::pair{"http_req_duration", "p(95)<500"}, std::pair{"http_req_failed", "rate<0.01"},
                            std::pair{"vus", "value<5"}, std::pair{"http_reqs{name:/typo}", "count<1"});
  INFO(row.first);
  Trial trial{threshold(row.first, row.second)};
  trial.worker->trend(kDuration, {});  // resolved, and nothing came
  trial.worker->rate(kFailed, {});
  trial.worker->gauge(kVus, {});
  trial.worker->counter(kReqs, {{"name", "/health"}});
  trial.pass();
  trial.finish(0s);
  CHECK(trial.state() == ThresholdState::no_data);
  CHECK_FALSE(trial.judge.must_abort());
}

TEST_CASE("a counter that was watched and counted nothing is zero", "[unit][metrics]") {
  Trial none{threshold("dropped_iterations", "count<1")};
  none.worker->counter(kDropped, {});
  none.pass();
  CHECK(none.state() == ThresholdState::pass);
  CHECK(none.verdict().observed == 0);

  Trial unwatched{threshold("dropped_iterations", "count<1")};
  unwatched.pass();
  CHECK(unwatched.state() == ThresholdState::no_data);
}

TEST_CASE("fewer than min_samples are NO_DATA", "[unit][metrics]") {
  Threshold wanted = threshold("http_req_duration", "max<1");
  wanted.min_samples = 3;
  Trial trial{wanted};
  Trend& duration = trial.worker->trend(kDuration, {});
  duration.add(5ms);
  duration.add(5ms);
  trial.pass();
  CHECK(trial.state() == ThresholdState::no_data);
  CHECK(trial.verdict().samples == 2);
  duration.add(5ms);
  trial.pass();
  CHECK(trial.state() == ThresholdState::fail);
  CHECK(trial.verdict().samples == 3);
}

TEST_CASE("a failed threshold aborts only when told to, and not before its delay", "[unit][metrics]") {
  Threshold wanted = threshold("http_req_duration", "max<1");
  Trial patient{wanted};
  patient.worker->trend(kDuration, {}).add(5ms);
  patient.pass();
  CHECK(patient.state() == ThresholdState::fail);
  CHECK_FALSE(patient.judge.must_abort());

  wanted.abort_on_fail = true;
  wanted.delay = 3s;
  Trial strict{wanted};
  strict.worker->trend(kDuration, {}).add(5ms);
  strict.pass();
  strict.pass();
  CHECK(strict.state() == ThresholdState::fail);
  CHECK_FALSE(strict.judge.must_abort());
  strict.pass();
  CHECK(strict.judge.must_abort());
  CHECK(strict.verdict().crossed_abort);
}

TEST_CASE("that a threshold aborted the run stays said, even if it passes in the end", "[unit][metrics]") {
  Threshold wanted = threshold("http_req_failed", "rate<0.5");
  wanted.abort_on_fail = true;
  Trial trial{wanted};
  Rate& failed = trial.worker->rate(kFailed, {});
  failed.add(true);
  trial.pass();
  for (int i = 0; i < 9; ++i) failed.add(false);
  trial.pass();
  CHECK(trial.state() == ThresholdState::pass);
  CHECK(trial.judge.must_abort());
}

TEST_CASE("one bad window fails, however good the whole run is", "[unit][metrics]") {
  Trial trial{windowed("http_req_duration", "p(50)<10", 5s)};
  Trend& duration = trial.worker->trend(kDuration, {});
  for (int second = 1; second <= 20; ++second) {
    duration.add(second > 5 && second <= 10 ? 100ms : 1ms);
    trial.pass();
    if (second == 4) CHECK(trial.state() == ThresholdState::no_data);
    if (second == 5) CHECK(trial.state() == ThresholdState::pass);
    if (second == 9) CHECK(trial.state() == ThresholdState::pass);
    if (second == 10) CHECK(trial.state() == ThresholdState::fail);
  }
  trial.finish(0s);
  CHECK(trial.state() == ThresholdState::fail);
  CHECK(trial.verdict().windows == 4);
  CHECK(trial.verdict().windows_failed == 1);
  CHECK(trial.verdict().observed == Approx(100).epsilon(0.001));
  CHECK(trial.verdict().samples == 5);
}

TEST_CASE("windows close at the nearest tick although ticks jitter", "[unit][metrics]") {
  Trial trial{windowed("http_reqs", "count>0", 2s)};
  Counter& reqs = trial.worker->counter(kReqs, {});
  for (int i = 0; i < 10; ++i) {
    reqs.add(1);
    trial.pass(i % 2 == 0 ? 999ms : 1000ms);
  }
  CHECK(trial.verdict().windows == 5);
}

TEST_CASE("a counter's rate in a window is per second of that window", "[unit][metrics]") {
  Trial trial{windowed("http_reqs", "rate>=3", 2s)};
  Counter& reqs = trial.worker->counter(kReqs, {});
  reqs.add(6);
  trial.pass();
  trial.pass();
  CHECK(trial.verdict().observed == 3);
  CHECK(trial.state() == ThresholdState::pass);
  trial.pass();
  trial.pass();  // the target stalls: nothing in this window
  CHECK(trial.state() == ThresholdState::fail);
  CHECK(trial.verdict().observed == 0);
}

TEST_CASE("windows without enough samples are left out", "[unit][metrics]") {
  Threshold wanted = windowed("http_req_duration", "max<10", 2s);
  wanted.min_samples = 2;
  Trial trial{wanted};
  Trend& duration = trial.worker->trend(kDuration, {});
  duration.add(500ms);
  trial.pass();
  trial.pass();
  CHECK(trial.state() == ThresholdState::no_data);
  CHECK(trial.verdict().windows == 0);
  duration.add(1ms);
  duration.add(1ms);
  trial.pass();
  trial.pass();
  CHECK(trial.state() == ThresholdState::pass);
  CHECK(trial.verdict().windows == 1);
}

TEST_CASE("the last window is judged though the run ends inside it", "[unit][metrics]") {
  Trial trial{windowed("http_req_duration", "max<10", 30s)};
  Trend& duration = trial.worker->trend(kDuration, {});
  duration.add(1ms);
  trial.pass();
  duration.add(50ms);
  trial.finish(400ms);  // finish() takes in what no second has shown yet
  CHECK(trial.state() == ThresholdState::fail);
  CHECK(trial.verdict().windows == 1);
  CHECK(trial.verdict().samples == 2);
}

TEST_CASE("a count is not asked of a window cut short", "[unit][metrics]") {
  Trial trial{windowed("http_reqs", "count>=10", 5s)};
  Counter& reqs = trial.worker->counter(kReqs, {});
  for (int second = 0; second < 7; ++second) {
    reqs.add(2);
    trial.pass();
  }
  trial.finish(0s);
  CHECK(trial.verdict().windows == 1);
  CHECK(trial.state() == ThresholdState::pass);
}

TEST_CASE("finishing with the second already judged counts it once", "[unit][metrics]") {
  Trial trial{windowed("http_req_duration", "max<10", 30s)};
  trial.worker->trend(kDuration, {}).add(1ms);
  trial.pass();
  trial.judge.finish(trial.totals, trial.elapsed + 2ms);
  CHECK(trial.verdict().samples == 1);
  CHECK(trial.verdict().windows == 1);
}

TEST_CASE("a failed window aborts the run when told to", "[unit][metrics]") {
  Threshold wanted = windowed("http_req_duration", "max<10", 2s);
  wanted.abort_on_fail = true;
  Trial trial{wanted};
  trial.worker->trend(kDuration, {}).add(50ms);
  trial.pass();
  CHECK_FALSE(trial.judge.must_abort());
  trial.pass();
  CHECK(trial.judge.must_abort());
}

TEST_CASE("thresholds are judged each by itself and point at their own text", "[unit][metrics]") {
  ThresholdJudge judge{{threshold("http_reqs", "count>0"), threshold("http_req_duration", "max<1")}};
  const auto worker = Recorder::create(0, {});
  worker->counter(kReqs, {}).add(1);
  worker->trend(kDuration, {}).add(5ms);
  Totals totals;
  totals.begin_second({}, {});
  totals.add(worker->take({}));
  judge.second_passed(totals, 1s);
  REQUIRE(judge.verdicts().size() == 2);
  CHECK(judge.verdicts()[0].state == ThresholdState::pass);
  CHECK(judge.verdicts()[1].state == ThresholdState::fail);
  CHECK(judge.verdicts()[1].threshold->expression.text == "max<1");
}
