#include "report/live_digest.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <set>

#include "fake_run.h"
#include "report/json_number.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;

namespace {

/// A digest that somebody looks at every second.
struct Watched {
  explicit Watched(FakeRun& of) : fake(of) {}
  Json second() {
    digest.second_passed(fake.second());
    return text();
  }
  Json text() { return Json::parse(digest.text(fake.snapshot())); }

  FakeRun& fake;
  LiveDigest digest{fake.run};
};

const Json& row_called(const Json& digest, const std::string& name) {
  for (const Json& row : digest["requests"])
    if (row["name"] == name) return row;
  FAIL("no row " + name);
  return digest;
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

}  // namespace

TEST_CASE("a digest has everything the page's contract lists, in its order", "[unit][report]") {
  FakeRun fake;
  Watched watched(fake);
  fake.request({.duration = 400us});
  const Json digest = watched.second();
  CHECK(keys_of(digest) ==
        std::vector<std::string>{
            "phase",        "wall",      "elapsed_s",  "planned_s",     "users",    "users_most", "users_planned",
            "rate_planned", "in_flight", "scalable",   "point",         "totals",   "requests",   "failures",
            "exceptions",   "checks",    "thresholds", "warning_signs", "validity", "oracle",     "workers"});
  CHECK(keys_of(digest["point"]) == std::vector<std::string>{"elapsed_s", "users", "in_flight", "requests_per_s",
                                                             "failures_per_s", "iterations_per_s", "dropped_per_s",
                                                             "service_ms", "response_ms"});
  CHECK(keys_of(digest["totals"]) == std::vector<std::string>{"requests", "failures", "failure_ratio", "requests_per_s",
                                                              "iterations", "dropped", "received_bytes", "sent_bytes",
                                                              "service_ms", "response_ms"});
  CHECK(keys_of(digest["requests"][0]) ==
        std::vector<std::string>{"method", "name", "tags", "requests", "failures", "requests_per_s", "failures_per_s",
                                 "mean_ms", "p50_ms", "p95_ms", "p99_ms", "max_ms", "received_bytes_average"});
  CHECK(digest["phase"] == "running");
  CHECK(digest["wall"] == "2026-11-21T02:46:01.000000000Z");
  CHECK(digest["elapsed_s"] == 1);
  CHECK(digest["planned_s"] == 300);
  CHECK(digest["users_planned"] == 10);
  CHECK(digest["rate_planned"].is_null());
  CHECK(digest["oracle"].is_null());
  CHECK(digest["validity"] == Json::parse(R"({"state": "VALID", "reasons": [], "remarks": []})"));
}

TEST_CASE("a point is of its second, totals are of the whole run", "[unit][report]") {
  FakeRun fake;
  Watched watched(fake);
  fake.request({.duration = 10ms}, 20);
  fake.iteration(5ms, 10ms, 4);
  watched.second();
  fake.request({.duration = 30ms, .status = 500}, 5);
  fake.request({.duration = 30ms}, 15);
  fake.iteration(0us, 20ms, 2);
  fake.count("dropped_iterations", 3);
  const Json digest = watched.second();
  CHECK(digest["point"] == Json::parse(R"({"elapsed_s": 2, "users": 10, "in_flight": 0, "requests_per_s": 20,
      "failures_per_s": 5, "iterations_per_s": 2, "dropped_per_s": 3,
      "service_ms": {"p50": 30, "p95": 30, "p99": 30},
      "response_ms": {"p50": 20, "p95": 20, "p99": 20}})"));
  CHECK(digest["totals"] == Json::parse(R"({"requests": 40, "failures": 5, "failure_ratio": 0.125,
      "requests_per_s": 20, "iterations": 6, "dropped": 3, "received_bytes": 20000, "sent_bytes": 4000,
      "service_ms": {"mean": 20, "p50": 10.007, "p95": 30, "p99": 30, "max": 30},
      "response_ms": {"mean": 16.666667, "p50": 15.007, "p95": 20, "p99": 20, "max": 20}})"));
}

TEST_CASE("a second without samples has no percentiles", "[unit][report]") {
  FakeRun fake;
  Watched watched(fake);
  const Json digest = watched.second();
  CHECK(digest["point"]["service_ms"].is_null());
  CHECK(digest["point"]["response_ms"].is_null());
  CHECK(digest["totals"]["service_ms"].is_null());
  CHECK(digest["requests"] == Json::array());
}

TEST_CASE("rows of requests gather their statuses and tags, by name and method", "[unit][report]") {
  FakeRun fake;
  Watched watched(fake);
  fake.request({.name = "/b", .duration = 2ms, .tags = {{"tag", "health"}}}, 3);
  fake.request({.name = "/b", .duration = 4ms, .status = 404, .tags = {{"tag", "core"}, {"tag", "health"}}});
  fake.request({.method = "POST", .name = "/b", .duration = 8ms});
  fake.request({.name = "/a \"quoted\"\n", .duration = 1ms, .bytes = 250});
  const Json digest = watched.second();
  REQUIRE(digest["requests"].size() == 3);
  CHECK(digest["requests"][0]["name"] == "/a \"quoted\"\n");
  CHECK(digest["requests"][0]["tags"] == Json::array());
  const Json& row = digest["requests"][1];
  CHECK(row["method"] == "GET");
  CHECK(row["name"] == "/b");
  CHECK(row["tags"] == Json{"core", "health"});
  CHECK(row["requests"] == 4);
  CHECK(row["failures"] == 1);
  CHECK(row["mean_ms"] == 2.5);
  CHECK(row["max_ms"] == 4);
  CHECK(row["received_bytes_average"] == 500);
  CHECK(digest["requests"][2]["method"] == "POST");
}

TEST_CASE("rates of rows are over the last ten seconds, whoever looks", "[unit][report]") {
  FakeRun fake;
  Watched watched(fake);
  for (int second = 0; second < 20; ++second) {
    fake.request({.name = "/early", .duration = 1ms}, second < 15 ? 10 : 0);
    fake.request({.name = "/always", .duration = 1ms, .status = 500}, 4);
    const Json digest = watched.second();
    CHECK(row_called(digest, "/always")["requests_per_s"] == 4);
    CHECK(row_called(digest, "/always")["failures_per_s"] == 4);
    CHECK(watched.text() == digest);  // asked again, between two seconds
  }
  CHECK(row_called(watched.text(), "/early")["requests_per_s"] == 5);
  CHECK(row_called(watched.text(), "/early")["requests"] == 150);
  SECTION("after seconds in which nobody looked they are of the last one alone") {
    for (int second = 0; second < 30; ++second) {
      fake.request({.name = "/early", .duration = 1ms}, 100);
      watched.digest.second_passed(fake.second());
    }
    fake.request({.name = "/early", .duration = 1ms}, 7);
    const Json digest = watched.second();
    CHECK(row_called(digest, "/early")["requests_per_s"] == 7);
    CHECK(row_called(digest, "/always")["requests_per_s"] == 0);
    fake.request({.name = "/early", .duration = 1ms}, 8);
    CHECK(row_called(watched.second(), "/early")["requests_per_s"] == 7.5);
  }
}

TEST_CASE("a row keeps its figures while it has no news, and takes new ones when it has", "[unit][report]") {
  FakeRun fake;
  Watched watched(fake);
  fake.request({.name = "/a", .duration = 1ms}, 9);
  const Json first = row_called(watched.second(), "/a");
  const Json second = row_called(watched.second(), "/a");
  CHECK(second["p95_ms"] == first["p95_ms"]);
  fake.request({.name = "/a", .duration = 100ms}, 1);
  const Json third = row_called(watched.second(), "/a");
  CHECK(third["max_ms"] == 100);
  CHECK(third["mean_ms"] == 10.9);
}

TEST_CASE("a row's percentiles follow its requests within eight seconds, its mean and maximum at once",
          "[unit][report]") {
  FakeRun fake;
  Watched watched(fake);
  fake.request({.name = "/a", .duration = 1ms}, 10'000);
  CHECK(row_called(watched.second(), "/a")["p50_ms"] == 1);
  fake.request({.name = "/a", .duration = 9ms}, 150);  // less than a sixty-fourth
  Json row = row_called(watched.second(), "/a");
  CHECK(row["p99_ms"] == 1);
  CHECK(row["max_ms"] == 9);
  CHECK(row["mean_ms"] == 1.118);
  for (int second = 0; second < 6; ++second) CHECK(row_called(watched.second(), "/a")["p99_ms"] == 1);
  CHECK(row_called(watched.second(), "/a")["p99_ms"] == 9);
  fake.request({.name = "/a", .duration = 1us}, 20'000);  // more than that
  CHECK(row_called(watched.second(), "/a")["p50_ms"] == 0.001);
}

TEST_CASE("the totals' percentiles are of the whole run, whether it was watched or not", "[unit][report]") {
  FakeRun fake;
  Watched watched(fake);
  for (int second = 0; second < 12; ++second) {
    fake.request({.name = "/a", .duration = std::chrono::milliseconds(1 + second)}, 10);
    fake.request({.name = "/b", .duration = 50ms, .status = 500}, 1);
    watched.digest.second_passed(fake.second());
    if (second != 5 && second != 6) watched.text();  // nobody looks for two seconds
  }
  const Json read_in_parts = watched.text()["totals"];
  LiveDigest fresh(fake.run);
  fresh.second_passed(fake.snapshot());
  CHECK(Json::parse(fresh.text(fake.snapshot()))["totals"] == read_in_parts);
  CHECK(read_in_parts["requests"] == 132);
  CHECK(read_in_parts["service_ms"]["max"] == 50);
}

TEST_CASE("what went wrong is told: failures, exceptions, checks, thresholds, warning signs", "[unit][report]") {
  EventfulRun fake;
  fake.snapshot().validity = {
      engine::ValidityState::degraded, {{engine::ValidityState::degraded, "late"}}, {"stalled"}};
  Watched watched(fake);
  const Json digest = watched.second();
  REQUIRE(digest["failures"].size() == 2);
  CHECK(digest["failures"][0]["method"] == "POST");
  CHECK(digest["failures"][0]["error"] == "timeout");
  CHECK(digest["failures"][0]["occurrences"] == 2);
  CHECK(digest["failures"][0]["first_seen"] == "2026-11-21T02:46:02.000000000Z");
  CHECK(digest["failures"][1]["error"] == "HTTP 503");
  CHECK(digest["exceptions"] == Json::parse(R"([{"count": 3, "message": "login.lua:42: attempt to index a nil value",
      "traceback": "stack traceback:\n\tlogin.lua:42: in function 'step'"}])"));
  CHECK(digest["checks"][0] == Json::parse(R"({"group": "", "name": "status is 200", "passes": 99, "fails": 1})"));
  CHECK(digest["thresholds"].size() == 3);
  CHECK(digest["thresholds"][0]["ok"] == false);
  CHECK(digest["warning_signs"].size() == 2);
  CHECK(digest["validity"]["state"] == "DEGRADED");
  CHECK(digest["validity"]["remarks"] == Json{"stalled"});
}

TEST_CASE("a failure has an example of what the target said", "[unit][report]") {
  FakeRun fake;
  Watched watched(fake);
  fake.request({.duration = 1ms, .status = 503, .url = "http://h/health?a=\"1\"", .said = "busy\n"});
  fake.request({.duration = 1ms, .outcome = Outcome::timeout, .url = "http://h/slow"});
  const Json digest = watched.second();
  REQUIRE(digest["failures"].size() == 2);
  for (const Json& failure : digest["failures"]) {
    if (failure["error"] == "timeout")
      CHECK(failure["example"] == Json{{"url", "http://h/slow"}, {"status", 0}, {"text", ""}});
    else
      CHECK(failure["example"] == Json{{"url", "http://h/health?a=\"1\""}, {"status", 503}, {"text", "busy\n"}});
  }
}

TEST_CASE("an open model has a rate planned, a shape without end no length", "[unit][report]") {
  FakeRun fake;
  fake.plan.executor = profile::ExecutorKind::constant_arrival_rate;
  fake.snapshot().rate_planned = 120.5;
  fake.snapshot().planned = {};
  Watched watched(fake);
  const Json digest = watched.second();
  CHECK(digest["users_planned"].is_null());
  CHECK(digest["rate_planned"] == 120.5);
  CHECK(digest["planned_s"].is_null());
  CHECK(digest["scalable"] == Json::parse(R"({"users": false, "rate": true})"));
}

TEST_CASE("what can be scaled is the shape's to say, and nothing is in a rehearsal", "[unit][report]") {
  FakeRun fake;
  fake.plan.executor = profile::ExecutorKind::externally_controlled;
  fake.run.rehearsal = GENERATE(false, true);
  Watched watched(fake);
  CHECK(watched.second()["scalable"] == Json{{"users", !fake.run.rehearsal}, {"rate", false}});
}

TEST_CASE("workers are told by their index", "[unit][report]") {
  FakeRun fake;
  fake.snapshot().workers = {{3, 1, 0.25, 0}, {2, 0, 0, 4}};
  Watched watched(fake);
  CHECK(watched.second()["workers"] == Json::parse(R"([
      {"index": 0, "users": 3, "in_flight": 1, "cpu_share": 0.25, "late_seconds": 0},
      {"index": 1, "users": 2, "in_flight": 0, "cpu_share": 0, "late_seconds": 4}])"));
}

TEST_CASE("a run, a line of its log and its end are told in one line each", "[unit][report]") {
  FakeRun fake;
  const std::string run = live_run_text(fake.run, {"1m7y01sr0ynq", "health_checks", 4711});
  CHECK(run.find('\n') == std::string::npos);
  const Json read = Json::parse(run);
  CHECK(keys_of(read) == std::vector<std::string>{"id", "name", "kind", "command_line", "started", "seed", "version",
                                                  "host", "plan", "process"});
  CHECK(read["id"] == "1m7y01sr0ynq");
  CHECK(read["kind"] == "run");
  CHECK(read["started"] == "2026-11-21T02:46:00.000000000Z");
  CHECK(read["plan"]["profile"] == "light");
  CHECK(read["process"] == 4711);
  fake.run.rehearsal = true;
  CHECK(Json::parse(live_run_text(fake.run, {}))["kind"] == "rehearsal");

  CHECK(live_log_text({engine::RunEvent::Kind::script_error, fake.wall(), "a\n\"b\" \xff"}) ==
        R"({"at":"2026-11-21T02:46:00.000000000Z","kind":"script_error","text":"a\n\"b\" )"
        "\xef\xbf\xbd\"}");
  CHECK(
      live_end_text({99, "FAILED", "a threshold", {"WRONG: x"}}, 99, "1m7y", {"out/a.html"}) ==
      R"({"exit_code":99,"word":"FAILED","text":"a threshold","also":["WRONG: x"],"id":"1m7y","files":["out/a.html"]})");
}

TEST_CASE("a latency that grows is told however long the run has lasted", "[unit][report]") {
  FakeRun fake;
  Watched watched(fake);
  for (int second = 0; second < 9000; ++second) {
    fake.request({.duration = std::chrono::microseconds(1000 + second)}, 1);
    watched.digest.second_passed(fake.second());
  }
  const Json signs = watched.second()["warning_signs"];
  REQUIRE(signs.size() == 1);
  CHECK(signs[0].get<std::string>().starts_with("response times grew under the same load, their median from 2."));
}

TEST_CASE("a run that goes on after it was killed begins with its earlier points", "[unit][report]") {
  FakeRun before;
  SecondSeries series;
  for (int second = 0; second < 3; ++second) {
    before.request({.duration = 1ms}, 5 + second);
    series.add(before.second());
  }
  FakeRun fake;
  fake.run.seconds_before = &series;
  fake.run.elapsed_before = 3s;
  Watched watched(fake);
  const std::vector<std::string> points = watched.digest.points_before();
  REQUIRE(points.size() == 3);
  CHECK(Json::parse(points[2])["elapsed_s"] == 3);
  CHECK(Json::parse(points[2])["requests_per_s"] == 7);
  CHECK(Json::parse(points[2])["response_ms"].is_null());
  fake.snapshot().elapsed = 3s;
  fake.request({.duration = 1ms}, 4);
  CHECK(watched.second()["point"]["requests_per_s"] == 4);
}
