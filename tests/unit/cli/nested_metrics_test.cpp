#include "cli/nested_metrics.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace thresher;
using namespace thresher::cli;
using namespace std::chrono_literals;

namespace {

MetricsLook look(Nanoseconds at, std::map<std::string, double> series) {
  return {.at = TimePoint(at), .series = std::move(series), .problem = {}};
}

}  // namespace

TEST_CASE("a page of metrics is read line by line, labels and all", "[unit][cli]") {
  const auto series = parse_prometheus(
      "# HELP queue waiting work\n# TYPE queue gauge\nqueue 12\n"
      "inflight{agent=\"a\",kind=\"x y\"} 3 1700000000000\n"
      "inflight{agent=\"odd } \\\" label\"} 4e2\r\n"
      "step_bucket{le=\"+Inf\"} 7\n  spaced\t 1.5\nnot_a_number NaN\nlimit +Inf\nbroken\nbroken{a=\"\n\nlast -2");
  CHECK(series == std::map<std::string, double>{{"queue", 12},
                                                {"inflight{agent=\"a\",kind=\"x y\"}", 3},
                                                {"inflight{agent=\"odd } \\\" label\"}", 400},
                                                {"step_bucket{le=\"+Inf\"}", 7},
                                                {"spaced", 1.5},
                                                {"last", -2}});
}

TEST_CASE("a metric is the sum of its label sets, and its peak lies between the looks at the ends", "[unit][cli]") {
  const auto json = metrics_json(
      "http://x/metrics", {"inflight", "absent"},
      {look(0s, {{"inflight{a=\"1\"}", 1}}), look(1s, {{"inflight{a=\"1\"}", 5}, {"inflight{a=\"2\"}", 7}}),
       look(2s, {{"inflight{a=\"1\"}", 2}, {"inflight{a=\"2\"}", 1}})});
  CHECK(json["pre"]["inflight"] == 1);
  CHECK(json["post"]["inflight"] == 3);
  CHECK(json["delta"]["inflight"] == 2);
  CHECK(json["peak"]["inflight"] == 12);
  CHECK(json["pre"]["absent"].is_null());
  CHECK(json["delta"]["absent"].is_null());
  CHECK(json["series"]["inflight{a=\"2\"}"]["pre"].is_null());
  CHECK(json["series"]["inflight{a=\"2\"}"]["delta"] == 1);  // it was 0 before it was there
  CHECK(json["series"]["inflight{a=\"2\"}"]["peak"] == 7);
  REQUIRE(json["during"].size() == 1);
  CHECK(json["during"][0]["t_sec"] == 1);
  CHECK(json["during"][0]["inflight"] == 12);
}

TEST_CASE("a look that saw nothing says why, and spoils no other", "[unit][cli]") {
  MetricsLook failed = look(1s, {});
  failed.problem = "timeout";
  const auto json = metrics_json("u", {"queue"}, {look(0s, {{"queue", 4}}), failed, look(2s, {{"queue", 6}})});
  CHECK(json["during"][0]["error"] == "timeout");
  CHECK(json["delta"]["queue"] == 2);
  const auto blind = metrics_json("u", {"queue"}, {failed, look(2s, {{"queue", 6}})});
  CHECK(blind["pre"]["error"] == "timeout");
  CHECK(blind["delta"]["queue"].is_null());
  CHECK(blind["peak"]["queue"] == 6);
}

TEST_CASE("the default metrics carry the gateway's prefix", "[unit][cli]") {
  NestedOptions options;
  options.metrics_prefix = "playground_";
  const auto names = metric_names(options);
  CHECK(std::count(names.begin(), names.end(), "playground_gateway_queue_depth") == 1);
  options.metrics = {"mine"};
  CHECK(metric_names(options) == std::vector<std::string>{"mine"});
}
