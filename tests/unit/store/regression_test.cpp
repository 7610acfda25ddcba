#include "store/regression.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;
using Catch::Matchers::Contains;
using State = Regression::State;
using Runs = std::vector<RegressionFigures>;

namespace {

RegressionFigures figures(double completion, Nanoseconds latency = 100ms, Nanoseconds duration = 60s) {
  return {completion, latency, duration};
}

State state_of(const Regression& regression, const std::string& check) {
  for (const Regression::Check& each : regression.checks)
    if (each.name == check) return each.state;
  FAIL("no check named " << check);
  return State::no_data;
}

}  // namespace

TEST_CASE("without an earlier run there is no baseline, and no pass", "[unit][store]") {
  const Regression regression = judge_regression(figures(0.99), Runs{});
  CHECK(regression.verdict == State::no_baseline);
  CHECK(regression.checks.size() == 4);
  for (const Regression::Check& check : regression.checks) CHECK(check.state == State::no_baseline);
}

TEST_CASE("a completion rate five points below the last run fails, less does not", "[unit][store]") {
  CHECK(judge_regression(figures(0.90), Runs{figures(0.95)}).verdict == State::fail);
  CHECK(judge_regression(figures(0.9001), Runs{figures(0.95)}).verdict == State::pass);
  CHECK(judge_regression(figures(1.0), Runs{figures(0.1)}).verdict == State::pass);
  CHECK_THAT(judge_regression(figures(0.90), Runs{figures(0.95)}).checks[0].text,
             Contains("90.0 %, 95.0 % in the last run: fell by 5.0 points, limit 5"));
}

TEST_CASE("a mean latency 200 ms above the last run fails, less does not", "[unit][store]") {
  CHECK(judge_regression(figures(1, 300ms), Runs{figures(1, 100ms)}).verdict == State::fail);
  CHECK(judge_regression(figures(1, 299ms), Runs{figures(1, 100ms)}).verdict == State::pass);
  CHECK(judge_regression(figures(1, 1ms), Runs{figures(1, 100s)}).verdict == State::pass);
}

TEST_CASE("a slow decline fails against the mean of three though each step was small", "[unit][store]") {
  const Runs earlier = {figures(0.86), figures(0.94), figures(0.96)};  // mean 0.92
  CHECK(judge_regression(figures(0.82), earlier).verdict == State::fail);
  CHECK(state_of(judge_regression(figures(0.82), earlier), "completion_rate_last") == State::pass);
  CHECK(state_of(judge_regression(figures(0.82), earlier), "completion_rate_mean") == State::fail);
  CHECK(judge_regression(figures(0.821), earlier).verdict == State::pass);
  // Only the last three count, and two are no three.
  Runs four = earlier;
  four.push_back(figures(0.0));
  CHECK(state_of(judge_regression(figures(0.82), four), "completion_rate_mean") == State::fail);
  CHECK(state_of(judge_regression(figures(0.82), Runs{earlier[0], earlier[1]}), "completion_rate_mean") ==
        State::no_baseline);
}

TEST_CASE("a duration a fifth longer is an issue and fails nobody", "[unit][store]") {
  const Regression slower = judge_regression(figures(1, 100ms, 72s), Runs{figures(1, 100ms, 60s)});
  CHECK(slower.verdict == State::pass);
  CHECK(state_of(slower, "duration_last") == State::issue);
  CHECK(state_of(judge_regression(figures(1, 100ms, 71s), Runs{figures(1, 100ms, 60s)}), "duration_last") ==
        State::pass);
}

TEST_CASE("a run that was cut short or is INVALID is judged by nothing", "[unit][store]") {
  RunRecord run, before;
  for (RunRecord* each : {&run, &before}) each->end.figures.completion_rate = 0.9;
  const auto verdict = [&] { return judge_regression(run, std::vector<RunRecord>{before}).verdict; };
  CHECK(verdict() == State::pass);
  run.end.status = status::kInterrupted;
  CHECK(verdict() == State::no_data);
  run.end.status = status::kCompletedWithFailures;
  CHECK(verdict() == State::pass);
  run.end.validity = "INVALID";
  CHECK(verdict() == State::no_data);
}

TEST_CASE("what was not observed in both is NO_DATA, never PASS", "[unit][store]") {
  const Regression nothing = judge_regression(RegressionFigures{}, Runs{figures(0.9)});
  CHECK(nothing.verdict == State::no_data);
  CHECK(judge_regression(figures(0.9), Runs{RegressionFigures{}}).verdict == State::no_data);
  // A mean of three in which one is missing would be a mean of two.
  const Runs holes = {figures(0.9), {std::nullopt, 100ms, 60s}, figures(0.9)};
  CHECK(state_of(judge_regression(figures(0.9), holes), "completion_rate_mean") == State::no_data);
  CHECK(judge_regression(figures(0.9), holes).verdict == State::pass);
}
