#include "metrics/recorder.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "metrics/totals.h"
#include "support/allocations.h"

using namespace thresher::metrics;
using namespace std::chrono_literals;
using thresher::TimePoint;
using thresher::WallTime;

namespace {

const MetricInfo kLogins{"logins", MetricKind::counter, Contains::plain};
const MetricInfo kDepth{"queue_depth", MetricKind::gauge, Contains::plain};
const MetricInfo kHits{"cache_hits", MetricKind::rate, Contains::plain};
const MetricInfo kRender{"render", MetricKind::trend, Contains::time};

std::unique_ptr<Recorder> recorder(RecorderOptions options = {}) { return Recorder::create(0, std::move(options)); }

/// The tags of the delta's new series of one metric.
std::vector<Tags> tags_of(const Delta& delta, std::string_view metric) {
  std::vector<Tags> found;
  for (const auto& entered : delta.new_series) {
    if (entered.metric.name == metric) found.push_back(entered.tags);
  }
  return found;
}

}  // namespace

TEST_CASE("a series is resolved once per metric and tags, in whatever order the tags come", "[unit][metrics]") {
  const auto worker = recorder();
  Counter& first = worker->counter(kLogins, {{"b", "2"}, {"a", "1"}});
  CHECK(&worker->counter(kLogins, {{"a", "1"}, {"b", "2"}}) == &first);
  CHECK(&worker->counter(kLogins, {{"a", "1"}}) != &first);
  CHECK(&worker->counter({"logouts", MetricKind::counter, Contains::plain}, {{"a", "1"}, {"b", "2"}}) != &first);
  CHECK(worker->take({}).new_series.size() == 3);
}

TEST_CASE("a delta holds what was added since the one before, of every kind", "[unit][metrics]") {
  const auto worker = Recorder::create(3, {});
  Counter& logins = worker->counter(kLogins, {});
  Gauge& depth = worker->gauge(kDepth, {});
  Rate& hits = worker->rate(kHits, {});
  Trend& render = worker->trend(kRender, {});
  logins.add(2);
  logins.add(3);
  depth.set(9);
  depth.set(4);
  hits.add(true);
  hits.add(false);
  render.add(5ms);

  const Delta delta = worker->take(TimePoint{7s});
  CHECK(delta.worker == 3);
  CHECK(delta.taken == TimePoint{7s});
  REQUIRE(delta.new_series.size() == 4);
  REQUIRE(delta.counters.size() == 1);
  CHECK(delta.counters[0].value.sum == 5);
  CHECK(delta.counters[0].value.count == 2);
  REQUIRE(delta.gauges.size() == 1);
  CHECK(delta.gauges[0].value.value == 4);
  CHECK(delta.gauges[0].value.max == 9);
  REQUIRE(delta.rates.size() == 1);
  CHECK(delta.rates[0].value.passes == 1);
  CHECK(delta.rates[0].value.total == 2);
  REQUIRE(delta.trends.size() == 1);
  CHECK(delta.trends[0].value.max() == 5000);

  hits.add(true);
  const Delta next = worker->take(TimePoint{8s});
  CHECK(next.new_series.empty());
  CHECK(next.counters.empty());
  CHECK(next.gauges.empty());
  CHECK(next.trends.empty());
  REQUIRE(next.rates.size() == 1);
  CHECK(next.rates[0].value.total == 1);
}

TEST_CASE("a series nobody added to is announced all the same", "[unit][metrics]") {
  const auto worker = recorder();
  worker->counter(kLogins, {});
  const Delta delta = worker->take({});
  CHECK(delta.new_series.size() == 1);
  CHECK(delta.counters.empty());
}

TEST_CASE("accumulators stay where they are while thousands of others come", "[unit][metrics]") {
  const auto worker = recorder();
  Trend& first = worker->trend(kRender, {{"n", "first"}});
  for (int i = 0; i < 2000; ++i) worker->trend(kRender, {{"n", std::to_string(i)}}).add(1ms);
  first.add(3ms);
  CHECK(&worker->trend(kRender, {{"n", "first"}}) == &first);
  const Delta delta = worker->take({});
  CHECK(delta.trends.size() == 2001);
  CHECK(delta.trends[0].value.max() == 3000);
}

TEST_CASE("deltas add up to the totals", "[unit][metrics]") {
  const auto worker = recorder();
  Trend& render = worker->trend(kRender, {});
  Counter& logins = worker->counter(kLogins, {});
  Histogram all;
  Totals totals;
  for (int second = 0; second < 10; ++second) {
    for (int i = 0; i < 50; ++i) {
      const auto duration = std::chrono::microseconds(100 + 997 * second * i);
      render.add(duration);
      all.record(duration.count());
      logins.add(0.5);
    }
    totals.begin_second({}, WallTime{std::chrono::seconds(second)});
    totals.add(worker->take({}));
  }
  const Aggregate sum = totals.aggregate("render");
  CHECK(sum.trend.encode() == all.encode());
  CHECK(sum.trend.sum() == all.sum());
  CHECK(totals.aggregate("logins").counter.sum == 250);
}

TEST_CASE("the run's tags are on every series, unless it has that tag itself", "[unit][metrics]") {
  const auto worker = recorder({.run_tags = {{"testid", "42"}, {"env", "staging"}}});
  worker->counter(kLogins, {{"env", "canary"}});
  worker->counter(kLogins, {});
  const Delta delta = worker->take({});
  REQUIRE(delta.new_series.size() == 2);
  CHECK(delta.new_series[0].tags == Tags{{"env", "canary"}, {"testid", "42"}});
  CHECK(delta.new_series[1].tags == Tags{{"env", "staging"}, {"testid", "42"}});
}

TEST_CASE("series beyond the limit share one called __other__ and are counted", "[unit][metrics]") {
  const auto worker = recorder({.series_max = 3, .run_tags = {{"testid", "42"}}});
  for (int i = 0; i < 5; ++i) worker->counter(kLogins, {{"user", std::to_string(i)}}).add(1);
  worker->counter(kLogins, {{"user", "0"}}).add(1);  // known: not affected
  worker->rate(kHits, {}).add(true);
  const Delta delta = worker->take({});
  CHECK(delta.overflowed_series == 3);
  const auto logins = tags_of(delta, "logins");
  REQUIRE(logins.size() == 4);
  CHECK(logins.back() == Tags{{"name", "__other__"}, {"testid", "42"}});
  CHECK(tags_of(delta, "cache_hits") == std::vector<Tags>{{{"name", "__other__"}, {"testid", "42"}}});
  REQUIRE(delta.counters.size() == 4);
  CHECK(delta.counters[0].value.sum == 2);
  CHECK(delta.counters.back().value.sum == 2);
  CHECK(worker->take({}).overflowed_series == 0);
}

TEST_CASE("adding to resolved series allocates nothing, also after a delta was taken", "[unit][metrics]") {
  const auto worker = recorder();
  Counter& logins = worker->counter(kLogins, {});
  Trend& render = worker->trend(kRender, {});
  const auto record = [&] {
    for (int i = 0; i < 1000; ++i) {
      logins.add(1);
      render.add(std::chrono::microseconds(37 * i));
    }
  };
  record();
  const Delta delta = worker->take({});
  const std::size_t before = thresher::test::allocations();
  record();
  CHECK(thresher::test::allocations() == before);
}

TEST_CASE("samples of plain series are kept on request, in order and with their series", "[unit][metrics]") {
  const auto worker = recorder({.keep_samples = true});
  REQUIRE(worker->keeps_samples());
  Rate& hits = worker->rate(kHits, {});
  Trend& render = worker->trend(kRender, {});
  render.add_value(2.5);
  worker->note(&render, TimePoint{1s}, 2.5);
  hits.add(false);
  worker->note(&hits, TimePoint{2s}, 0);
  worker->note(worker.get(), TimePoint{3s}, 1);  // not a series
  const Delta delta = worker->take({});
  REQUIRE(delta.samples.size() == 2);
  CHECK(delta.samples[0].series == delta.trends[0].series);
  CHECK(delta.samples[0].value == 2.5);
  CHECK(delta.samples[1].series == delta.rates[0].series);
  CHECK(delta.samples[1].at == TimePoint{2s});
  CHECK(delta.samples[1].detail == 0);
  CHECK(worker->take({}).samples.empty());
}

TEST_CASE("samples are not kept unless asked for", "[unit][metrics]") {
  const auto worker = recorder();
  Rate& hits = worker->rate(kHits, {});
  worker->note(&hits, TimePoint{1s}, 1);
  CHECK_FALSE(worker->keeps_samples());
  CHECK(worker->take({}).samples.empty());
}

TEST_CASE("script errors go out with the next delta, each message counted", "[unit][metrics]") {
  const auto worker = recorder();
  worker->exception("login.lua:42: boom", "stack");
  worker->exception("login.lua:42: boom", "stack");
  const Delta delta = worker->take({});
  REQUIRE(delta.exceptions.size() == 1);
  CHECK(delta.exceptions[0].count == 2);
  CHECK(worker->take({}).exceptions.empty());
}
