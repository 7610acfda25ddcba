#include "store/run_figures.h"

#include <catch2/catch.hpp>

#include "metrics/recorder.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;

namespace {

/// Totals of requests that took 1 ms to `requests` ms, every tenth failed.
metrics::Totals totals_of(int requests) {
  const auto recorder = metrics::Recorder::create(0, {});
  metrics::RequestSeries& series =
      recorder->request({.name = "/x", .method = "GET", .scenario = "s", .task = "t", .group = "", .tags = {}});
  for (int i = 1; i <= requests; ++i) {
    metrics::RequestSample sample;
    sample.status = i % 10 == 0 ? 500 : 200;
    sample.expected = i % 10 != 0;
    sample.waiting = std::chrono::milliseconds(i);
    series.record(sample);
  }
  recorder->counter(*metrics::builtin_metric("iterations"), {}).add(7);
  recorder->counter(*metrics::builtin_metric("dropped_iterations"), {}).add(2);
  recorder->counter(*metrics::builtin_metric("oracle_violations"), {{"check", "order"}}).add(1);
  recorder->counter(*metrics::builtin_metric("oracle_violations"), {{"check", "saga"}}).add(3);
  metrics::Totals totals;
  totals.begin_second(TimePoint{}, WallTime{});
  totals.add(recorder->take(TimePoint{}));
  return totals;
}

}  // namespace

TEST_CASE("a run's figures are those of all its series", "[unit][store]") {
  const metrics::Totals totals = totals_of(100);
  engine::Snapshot snapshot;
  snapshot.totals = &totals;
  snapshot.elapsed = 4s;
  const RunFigures figures = figures_of(snapshot);
  CHECK(figures.requests == 100);
  CHECK(figures.requests_failed == 10);
  CHECK(figures.rate_per_s == 25);
  CHECK(figures.completion_rate.value() == Approx(0.9));
  CHECK(figures.latency_mean.value() == 50'500us);
  CHECK(figures.latency_p50.value() / 1ms == 50);
  CHECK(figures.latency_p99.value() / 1ms == 99);
  CHECK(figures.latency_max.value() == 100ms);
  CHECK(figures.iterations == 7);
  CHECK(figures.iterations_dropped == 2);
  CHECK(figures.oracle_violations == 4);
}

TEST_CASE("without requests there is no latency and no completion rate, not one of 0 or 100 %", "[unit][store]") {
  const metrics::Totals totals = totals_of(0);
  engine::Snapshot snapshot;
  snapshot.totals = &totals;
  CHECK_FALSE(figures_of(snapshot).latency_p95);
  CHECK_FALSE(figures_of(snapshot).completion_rate);
  CHECK(figures_of(snapshot).rate_per_s == 0);
  CHECK(figures_of(engine::Snapshot{}) == RunFigures{});
}

TEST_CASE("how a run ended decides its status", "[unit][store]") {
  const auto status = [](engine::StopReason stop, int exit_code) {
    engine::RunSummary summary;
    summary.stop = stop;
    return status_of(summary, exit_code);
  };
  using Stop = engine::StopReason;
  CHECK(status(Stop::completed, 0) == "completed");
  CHECK(status(Stop::completed, 99) == "completed_with_failures");
  CHECK(status(Stop::externally_stopped, 0) == "completed");
  CHECK(status(Stop::aborted_by_threshold, 99) == "completed_with_failures");
  CHECK(status(Stop::interrupted, 105) == "interrupted");
  CHECK(status(Stop::interrupted, 121) == "interrupted");  // INVALID decides the exit code, and still it was cut short
  CHECK(status(Stop::aborted_by_script, 108) == "interrupted");
  CHECK(status(Stop::setup_failed, 107) == "failed");
  CHECK(status(Stop::worker_failed, 109) == "failed");
}
