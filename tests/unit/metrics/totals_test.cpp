#include "metrics/totals.h"

#include <catch2/catch.hpp>

using namespace thresher::metrics;
using namespace std::chrono_literals;
using thresher::TimePoint;
using thresher::WallTime;

namespace {

const MetricInfo kReqs{"http_reqs", MetricKind::counter, Contains::plain};
const MetricInfo kTime{"http_req_duration", MetricKind::trend, Contains::time};
const MetricInfo kFailed{"http_req_failed", MetricKind::rate, Contains::plain};
const MetricInfo kVus{"vus", MetricKind::gauge, Contains::plain};

/// Workers and a coordinator; a second passes when the test says so.
struct Fleet {
  explicit Fleet(unsigned count, RecorderOptions options = {}) {
    for (unsigned i = 0; i < count; ++i) workers.push_back(Recorder::create(i, options));
  }
  void second_passes() {
    ++seconds;
    totals.begin_second(TimePoint{std::chrono::seconds(seconds)}, wall(seconds));
    for (auto& worker : workers) totals.add(worker->take({}));
  }
  static WallTime wall(int second) { return WallTime{std::chrono::seconds(1'000 + second)}; }

  std::vector<std::unique_ptr<Recorder>> workers;
  Totals totals;
  int seconds = 0;
};

}  // namespace

TEST_CASE("workers' series of the same metric and tags become one", "[unit][metrics]") {
  Fleet fleet{3};
  fleet.workers[1]->counter(kReqs, {{"name", "only here"}}).add(1);  // shifts this worker's numbers
  for (auto& worker : fleet.workers) {
    worker->counter(kReqs, {{"name", "/a"}}).add(2);
    worker->trend(kTime, {{"name", "/a"}}).add(3ms);
  }
  fleet.second_passes();
  REQUIRE(fleet.totals.series().size() == 3);
  CHECK(fleet.totals.aggregate("http_reqs", {{{"name", "/a"}}}).counter.sum == 6);
  CHECK(fleet.totals.aggregate("http_req_duration").trend.count() == 3);
}

TEST_CASE("the last second's share is kept apart and starts anew", "[unit][metrics]") {
  Fleet fleet{2};
  for (auto& worker : fleet.workers) {
    worker->counter(kReqs, {}).add(1);
    worker->rate(kFailed, {}).add(true);
    worker->trend(kTime, {}).add(3ms);
  }
  fleet.second_passes();
  CHECK(fleet.totals.aggregate("http_reqs", {}, true).counter.sum == 2);
  fleet.workers[0]->trend(kTime, {}).add(9ms);
  fleet.second_passes();
  CHECK(fleet.totals.aggregate("http_reqs", {}, true).counter.sum == 0);
  CHECK(fleet.totals.aggregate("http_req_failed", {}, true).rate.total == 0);
  CHECK(fleet.totals.aggregate("http_req_duration", {}, true).trend.count() == 1);
  CHECK(fleet.totals.aggregate("http_req_duration", {}, true).trend.min() == 9000);
  CHECK(fleet.totals.aggregate("http_req_duration").trend.count() == 3);
  CHECK(fleet.totals.aggregate("http_req_failed").rate.total == 2);
  CHECK(fleet.totals.second() == 2);
}

TEST_CASE("series come in the order of metric and tags, whatever order they were made in", "[unit][metrics]") {
  Fleet fleet{1};
  fleet.workers[0]->counter(kReqs, {{"name", "/b"}}).add(1);
  fleet.workers[0]->counter(kReqs, {{"name", "/a"}}).add(1);
  fleet.workers[0]->trend(kTime, {}).add(1ms);
  fleet.second_passes();
  std::vector<std::string> order;
  for (const auto& [key, series] : fleet.totals.series()) order.push_back(key.metric + std::string(series.tag("name")));
  CHECK(order == std::vector<std::string>{"http_req_duration", "http_reqs/a", "http_reqs/b"});
}

TEST_CASE("a filter wants every pair present, and a key may stand several times", "[unit][metrics]") {
  const Tags tags{{"name", "/a"}, {"tag", "core"}, {"tag", "health"}};
  CHECK(TagFilter{}.matches(tags));
  CHECK(TagFilter{{{"tag", "health"}}}.matches(tags));
  CHECK(TagFilter{{{"tag", "core"}, {"tag", "health"}, {"name", "/a"}}}.matches(tags));
  CHECK_FALSE(TagFilter{{{"tag", "core"}, {"tag", "chat"}}}.matches(tags));
  CHECK_FALSE(TagFilter{{{"tag", ""}}}.matches(tags));
  CHECK_FALSE(TagFilter{{{"status", "200"}}}.matches(tags));
}

TEST_CASE("an aggregate sums the series that match, and no metric with a longer name", "[unit][metrics]") {
  Fleet fleet{1};
  for (const char* tag : {"core", "health", "chat"}) {
    fleet.workers[0]->counter(kReqs, {{"tag", tag}, {"tag", "all"}}).add(1);
  }
  fleet.workers[0]->counter({"http_reqs_odd", MetricKind::counter, Contains::plain}, {{"tag", "all"}}).add(100);
  fleet.second_passes();
  const Aggregate all = fleet.totals.aggregate("http_reqs", {{{"tag", "all"}}});
  CHECK(all.metric == kReqs);
  CHECK(all.series == 3);
  CHECK(all.counter.sum == 3);
  CHECK(fleet.totals.aggregate("http_reqs", {{{"tag", "core"}}}).counter.sum == 1);
  const Aggregate none = fleet.totals.aggregate("http_reqs", {{{"tag", "typo"}}});
  CHECK(none.series == 0);
  CHECK(none.empty());
}

TEST_CASE("a gauge's value is the latest, its extremes are everyone's", "[unit][metrics]") {
  Fleet fleet{2};
  Gauge& first = fleet.workers[0]->gauge(kVus, {{"scenario", "a"}});
  Gauge& second = fleet.workers[1]->gauge(kVus, {{"scenario", "b"}});
  first.set(10);
  second.set(20);
  fleet.second_passes();
  CHECK(fleet.totals.aggregate("vus").gauge.value == 20);
  first.set(5);
  fleet.second_passes();
  const Aggregate vus = fleet.totals.aggregate("vus");
  CHECK(vus.gauge.value == 5);
  CHECK(vus.gauge.min == 5);
  CHECK(vus.gauge.max == 20);
  CHECK(vus.gauge.count == 3);
}

TEST_CASE("first and last seen are seconds in which a series got something", "[unit][metrics]") {
  Fleet fleet{1};
  Counter& counter = fleet.workers[0]->counter(kReqs, {});
  fleet.second_passes();
  const Series& series = fleet.totals.series().begin()->second;
  CHECK(series.first_seen == WallTime{});
  fleet.second_passes();
  counter.add(1);
  fleet.second_passes();
  counter.add(1);
  fleet.second_passes();
  fleet.second_passes();
  CHECK(series.first_seen == Fleet::wall(3));
  CHECK(series.last_seen == Fleet::wall(4));
}

TEST_CASE("a metric is known once a worker has resolved a series of it", "[unit][metrics]") {
  Fleet fleet{1};
  CHECK_FALSE(fleet.totals.knows("http_reqs"));
  fleet.workers[0]->counter(kReqs, {{"name", "/a"}});
  fleet.second_passes();
  CHECK(fleet.totals.knows("http_reqs"));
  CHECK_FALSE(fleet.totals.knows("http_req"));
  CHECK(fleet.totals.aggregate("http_reqs").empty());
}

TEST_CASE("a series' tag is the first of its key, or nothing", "[unit][metrics]") {
  Series series;
  series.tags = {{"name", "/a"}, {"tag", "core"}, {"tag", "health"}};
  CHECK(series.tag("tag") == "core");
  CHECK(series.tag("name") == "/a");
  CHECK(series.tag("nam").empty());
  CHECK(series.tag("zzz").empty());
}

TEST_CASE("script errors of all workers are merged, most frequent first", "[unit][metrics]") {
  Fleet fleet{2};
  for (auto& worker : fleet.workers) worker->exception("a.lua:1: boom", "trace");
  fleet.workers[0]->exception("b.lua:2: bang", "trace");
  fleet.second_passes();
  fleet.workers[1]->exception("b.lua:2: bang", "trace");
  fleet.workers[1]->exception("b.lua:2: bang", "trace");
  fleet.second_passes();
  REQUIRE(fleet.totals.exceptions().size() == 2);
  CHECK(fleet.totals.exceptions()[0].message == "b.lua:2: bang");
  CHECK(fleet.totals.exceptions()[0].count == 3);
  CHECK(fleet.totals.exceptions()[1].count == 2);
}

TEST_CASE("overflowed series of all workers are summed", "[unit][metrics]") {
  Fleet fleet{2, {.series_max = 1}};
  for (auto& worker : fleet.workers) {
    worker->counter(kReqs, {{"name", "/a"}});
    worker->counter(kReqs, {{"name", "/b"}});
  }
  fleet.second_passes();
  CHECK(fleet.totals.overflowed_series() == 2);
}

TEST_CASE("samples are those of the current second, with their series", "[unit][metrics]") {
  Fleet fleet{2, {.keep_samples = true}};
  for (auto& worker : fleet.workers) {
    Counter& counter = worker->counter(kReqs, {{"name", "/a"}});
    counter.add(1);
    worker->note(&counter, TimePoint{5ms}, 1);
  }
  fleet.second_passes();
  const auto samples = fleet.totals.samples();
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].series == samples[1].series);
  CHECK(samples[0].series->tag("name") == "/a");
  CHECK(samples[0].at == TimePoint{5ms});
  CHECK(samples[0].detail == nullptr);
  fleet.second_passes();
  CHECK(fleet.totals.samples().empty());
}
