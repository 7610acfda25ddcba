#include "metrics/series.h"

#include <catch2/catch.hpp>
#include <limits>
#include <set>

using namespace thresher::metrics;
using namespace std::chrono_literals;

TEST_CASE("the built-in metrics are k6's and ours, each with its kind", "[unit][metrics]") {
  const auto is = [](std::string_view name, MetricKind kind, Contains contains) {
    const MetricInfo* metric = builtin_metric(name);
    return metric != nullptr && metric->name == name && metric->kind == kind && metric->contains == contains;
  };
  for (const char* trend : {"http_req_duration", "http_req_blocked", "http_req_connecting", "http_req_tls_handshaking",
                            "http_req_sending", "http_req_waiting", "http_req_receiving", "iteration_duration",
                            "group_duration", "iteration_response_time", "iteration_lateness", "loop_lag",
                            "time_to_first_event", "inter_event_gap", "time_to_first_token", "inter_token_latency"}) {
    INFO(trend);
    CHECK(is(trend, MetricKind::trend, Contains::time));
  }
  for (const char* counter : {"http_reqs", "iterations", "dropped_iterations", "oracle_violations", "sse_events"}) {
    INFO(counter);
    CHECK(is(counter, MetricKind::counter, Contains::plain));
  }
  CHECK(is("data_sent", MetricKind::counter, Contains::data));
  CHECK(is("data_received", MetricKind::counter, Contains::data));
  CHECK(is("http_req_failed", MetricKind::rate, Contains::plain));
  CHECK(is("checks", MetricKind::rate, Contains::plain));
  CHECK(is("vus", MetricKind::gauge, Contains::plain));
  CHECK(is("vus_max", MetricKind::gauge, Contains::plain));
  CHECK(is("tokens_per_second", MetricKind::trend, Contains::plain));
  CHECK(builtin_metric("http_req") == nullptr);
  std::set<std::string> names;
  for (const MetricInfo& metric : builtin_metrics()) names.insert(metric.name);
  CHECK(names.size() == builtin_metrics().size());
}

TEST_CASE("tags are sorted by key, then value, and a pair stands once", "[unit][metrics]") {
  Tags tags{{"tag", "b"}, {"name", "/x"}, {"tag", "a"}, {"tag", "b"}};
  sort_tags(tags);
  CHECK(tags == Tags{{"name", "/x"}, {"tag", "a"}, {"tag", "b"}});
  CHECK(has_key(tags, "tag"));
  CHECK_FALSE(has_key(tags, "ta"));
  CHECK_FALSE(has_key({}, "tag"));
}

TEST_CASE("a gauge keeps its last, least and greatest value", "[unit][metrics]") {
  Gauge gauge;
  gauge.set(-5);
  CHECK(gauge.max == -5);
  gauge.set(3);
  gauge.set(1);
  CHECK(gauge.value == 1);
  CHECK(gauge.min == -5);
  CHECK(gauge.max == 3);
  CHECK(gauge.count == 3);
}

TEST_CASE("a trend rounds durations to the nearest microsecond", "[unit][metrics]") {
  Trend trend;
  trend.add(1499ns);
  trend.add(1500ns);
  CHECK(trend.histogram.min() == 1);
  CHECK(trend.histogram.max() == 2);
}

TEST_CASE("a trend keeps thousandths of a value in its own unit", "[unit][metrics]") {
  Trend trend;
  trend.add_value(12.3456);
  CHECK(trend.histogram.max() == 12'346);
  trend.add_value(0);
  CHECK(trend.histogram.min() == 0);
  CHECK(trend.histogram.clamped() == 0);
}

TEST_CASE("a trend clamps and counts values it cannot hold", "[unit][metrics]") {
  Trend trend;
  trend.add_value(3'600'000);
  CHECK(trend.histogram.clamped() == 0);
  trend.add_value(3'600'001);
  trend.add_value(std::numeric_limits<double>::infinity());
  trend.add_value(-std::numeric_limits<double>::infinity());
  trend.add_value(std::numeric_limits<double>::quiet_NaN());
  trend.add_value(-2);
  CHECK(trend.histogram.clamped() == 5);
  CHECK(trend.histogram.count() == 6);
  CHECK(trend.histogram.max() == Histogram::kHighest);
  CHECK(trend.histogram.min() == 0);
}
