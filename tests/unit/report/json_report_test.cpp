#include "report/json_report.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "fake_run.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;
using Json = nlohmann::ordered_json;

namespace {

Json report_of(FakeRun& fake) {
  SecondSeries seconds;
  seconds.add(fake.snapshot());
  return Json::parse(json_report_text(fake.run, fake.snapshot(), seconds, fake.summary()));
}

}  // namespace

TEST_CASE("equal runs give equal bytes", "[unit][report][json]") {
  EventfulRun first, second;
  SecondSeries seconds;
  seconds.add(first.snapshot());
  CHECK(json_report_text(first.run, first.snapshot(), seconds, first.summary()) ==
        json_report_text(second.run, second.snapshot(), seconds, second.summary()));
}

TEST_CASE("the report's parts stand in a fixed order", "[unit][report][json]") {
  EventfulRun fake;
  std::vector<std::string> keys;
  const Json report = report_of(fake);
  for (const auto& [key, value] : report.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"schema", "run", "verdict", "stop", "validity", "plan", "users", "iterations",
                                         "requests", "checks", "thresholds", "warning_signs", "oracle_violations",
                                         "oracle", "failures", "exceptions", "metrics", "series_beyond_limit",
                                         "seconds"});
}

TEST_CASE("the report says what was run and how it ended", "[unit][report][json]") {
  EventfulRun fake;
  fake.snapshot().validity = {engine::ValidityState::degraded,
                              {{engine::ValidityState::degraded, "lateness p99 3 ms, limit 1 ms"}},
                              {"the target stalled for 2 s"}};
  const Json report = report_of(fake);
  CHECK(report["schema"] == "thresher.report/1");
  CHECK(report["run"]["seed"] == 7);
  CHECK(report["run"]["command_line"] == "thresher run scripts/health_checks.lua --profile light");
  CHECK(report["run"]["dependencies"].dump() == R"({"libuv":"1.44.2","luajit":"2.1"})");
  CHECK(report["run"]["elapsed_s"] == 2);
  CHECK(report["run"]["id"].get<std::string>().size() == 16);
  CHECK(report["verdict"]["exit_code"] == 122);
  CHECK(report["verdict"]["word"] == "NO_DATA");
  CHECK(report["verdict"]["also"].size() == 1);
  CHECK(report["stop"]["reason"].is_string());
  CHECK(report["stop"]["error"].is_null());
  CHECK(
      report["validity"].dump() ==
      R"({"state":"DEGRADED","reasons":[{"state":"DEGRADED","text":"lateness p99 3 ms, limit 1 ms"}],"remarks":["the target stalled for 2 s"]})");
  CHECK(report["plan"]["model"] == "closed");
  CHECK(report["plan"]["scenarios"][0]["share"] == 1);
  CHECK(report["plan"]["scenarios"][0]["tasks"][0]["tags"].dump() == R"(["core","health"])");
}

TEST_CASE("each endpoint has its figures, percentiles and histogram", "[unit][report][json]") {
  EventfulRun fake;
  const Json report = report_of(fake);
  REQUIRE(report["requests"].size() == 3);
  const Json& chat = report["requests"][0];
  CHECK(chat["method"] == "POST");
  CHECK(chat["requests"] == 12);
  CHECK(chat["failures"] == 2);
  CHECK(chat["failure_ratio"] == 0.166667);
  CHECK(chat["requests_per_s"] == 6);
  CHECK(chat["duration_ms"]["percentiles"].size() == 11);
  CHECK(chat["duration_ms"]["percentiles"]["100"] == 3000);
  CHECK(chat["duration_ms"]["histogram"].get<std::string>().substr(0, 5) == "HISTF");
  CHECK(report["requests"][2]["name"] == "Aggregated");
  CHECK(report["requests"][2]["requests"] == 112);
  CHECK(report["failures"][0]["error"] == "timeout");
  CHECK(report["failures"][1]["first_seen"].get<std::string>().substr(0, 19) == "2026-11-21T02:46:01");
  CHECK(report["exceptions"][0]["count"] == 3);
  CHECK(report["checks"].size() == 2);
}

TEST_CASE("response time and service time of iterations are both there", "[unit][report][json]") {
  FakeRun fake;
  fake.iteration(40ms, 10ms, 5);
  fake.count("dropped_iterations", 2);
  fake.second();
  const Json iterations = report_of(fake)["iterations"];
  CHECK(iterations["count"] == 5);
  CHECK(iterations["dropped"] == 2);
  CHECK(iterations["response_time_ms"]["max"] == 50);
  CHECK(iterations["service_time_ms"]["max"] == 10);
  CHECK(iterations["lateness_ms"]["max"] == 40);
}

TEST_CASE("a threshold tells its state, and nothing observed when it had nothing", "[unit][report][json]") {
  EventfulRun fake;
  const Json thresholds = report_of(fake)["thresholds"];
  REQUIRE(thresholds.size() == 3);
  CHECK(
      thresholds[0].dump() ==
      R"({"metric":"http_req_failed","expression":"rate<0.01","ok":false,"state":"fail","observed":0.026786,"samples":112,"abort_on_fail":false,"where":"light.toml:9"})");
  CHECK(thresholds[1]["ok"] == true);
  CHECK(thresholds[2]["ok"] == false);
  CHECK(thresholds[2]["state"] == "no_data");
  CHECK(thresholds[2]["observed"].is_null());
}

TEST_CASE("the seconds of a run are columns", "[unit][report][json]") {
  FakeRun fake;
  const ScratchFolder folder;
  auto report = JsonReport::open(folder / "report.json", fake.run);
  REQUIRE(report);
  fake.request({.duration = 8ms}, 4);
  fake.request({.duration = 8ms, .status = 500});
  (*report)->on_second(fake.second());
  (*report)->on_second(fake.second());
  (*report)->on_finish(fake.snapshot());
  REQUIRE((*report)->conclude(fake.summary()));
  const Json seconds = Json::parse(contents_of(folder / "report.json"))["seconds"];
  CHECK(
      seconds.dump() ==
      R"({"elapsed_s":[1,2],"users":[10,10],"in_flight":[0,0],"requests":[5,0],"failures":[1,0],"iterations":[0,0],"dropped":[0,0],"duration_p50_ms":[8,null],"duration_p95_ms":[8,null],"duration_p99_ms":[8,null]})");
}

TEST_CASE("names that are not UTF-8 do not break the report", "[unit][report][json]") {
  FakeRun fake;
  fake.request({.name = "/caf\xe9", .duration = 8ms});
  fake.second();
  CHECK(report_of(fake)["requests"][0]["name"] == "/caf\xef\xbf\xbd");
}
