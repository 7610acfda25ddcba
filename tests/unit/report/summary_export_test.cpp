#include "report/summary_export.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "fake_run.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;
using Json = nlohmann::ordered_json;

namespace {
std::vector<TrendStat> default_stats() { return parse_trend_stats(kTrendStatsDefault).value(); }
}  // namespace

TEST_CASE("the summary is k6's, byte for byte", "[unit][report][k6]") {
  FakeRun fake;
  fake.check("status is 200", 9, 1);
  fake.count("http_reqs", 0);
  fake.second();
  fake.second();
  fake.threshold("checks", "rate>0.95", metrics::ThresholdState::fail, 0.9);
  const std::string text = summary_export_text(fake.snapshot(), default_stats());
  CHECK(text == R"({
    "root_group": {
        "name": "",
        "path": "",
        "id": "d41d8cd98f00b204e9800998ecf8427e",
        "groups": {},
        "checks": {
            "status is 200": {
                "name": "status is 200",
                "path": "::status is 200",
                "id": "6210a8cd14cd70477eba5c5e4cb3fb5f",
                "passes": 9,
                "fails": 1
            }
        }
    },
    "metrics": {
        "checks": {
            "passes": 9,
            "fails": 1,
            "value": 0.9,
            "thresholds": {
                "rate>0.95": true
            }
        },
        "http_reqs": {
            "count": 0,
            "rate": 0
        }
    }
})");
}

TEST_CASE("every kind of metric has k6's values", "[unit][report][k6]") {
  FakeRun fake;
  fake.request({.duration = 10ms, .bytes = 700}, 3);
  fake.request({.duration = 30ms, .status = 500}, 1);
  fake.second();
  fake.second();
  const Json metrics = Json::parse(summary_export_text(fake.snapshot(), default_stats()))["metrics"];
  CHECK(metrics["http_reqs"].dump() == R"({"count":4,"rate":2})");
  CHECK(metrics["http_req_failed"].dump() == R"({"passes":1,"fails":3,"value":0.25})");
  CHECK(metrics["data_received"]["count"] == 2600);
  const Json& duration = metrics["http_req_duration"];
  CHECK(duration["avg"] == 15);
  CHECK(duration["min"] == 10);
  CHECK(duration["med"].get<double>() == Approx(10).epsilon(0.001));
  CHECK(duration["max"] == 30);
  CHECK(duration["p(95)"] == 30);
  CHECK(duration.size() == 6);
  CHECK(metrics["http_req_duration{expected_response:true}"]["max"] == 10);
}

TEST_CASE("a threshold's submetric is a metric of its own, and true means failed", "[unit][report][k6]") {
  EventfulRun fake;
  fake.threshold("http_req_duration{name:/health}", "p(95)<50", metrics::ThresholdState::pass, 12.3);
  const Json metrics = Json::parse(summary_export_text(fake.snapshot(), default_stats()))["metrics"];
  CHECK(metrics["http_req_duration{name:/health}"]["max"] == 80);
  CHECK(metrics["http_req_duration{name:/health}"]["thresholds"].dump() == R"x({"p(95)<50":false})x");
  CHECK(metrics["http_req_failed"]["thresholds"]["rate<0.01"] == true);
  CHECK(metrics["sse_events"].dump() == R"({"thresholds":{"count>0":false}})");  // without data it did not fail
}

TEST_CASE("groups nest and carry the MD5 of their paths", "[unit][report][k6]") {
  FakeRun fake;
  fake.check("ok", 2, 0, "::login::form");
  fake.second();
  const Json root = Json::parse(summary_export_text(fake.snapshot(), default_stats()))["root_group"];
  const Json& login = root["groups"]["login"];
  CHECK(login["path"] == "::login");
  CHECK(login["id"] == "a7d10b3a6c9a385ee254f0dbc7f9c8c9");
  const Json& form = login["groups"]["form"];
  CHECK(form["name"] == "form");
  CHECK(form["path"] == "::login::form");
  CHECK(form["checks"]["ok"]["path"] == "::login::form::ok");
  CHECK(form["checks"]["ok"]["passes"] == 2);
}

TEST_CASE("the statistics of trends can be chosen", "[unit][report][k6]") {
  FakeRun fake;
  fake.request({.duration = 10ms}, 3);
  fake.second();
  const auto stats = parse_trend_stats("med, p(99.9),count");
  REQUIRE(stats);
  const Json metrics = Json::parse(summary_export_text(fake.snapshot(), *stats))["metrics"];
  CHECK(metrics["http_req_duration"].dump() == R"x({"med":10,"p(99.9)":10,"count":3})x");
  CHECK(parse_trend_stats("avg,p95").error().message ==
        "unknown trend statistic 'p95'; there are avg, min, med, max, count and p(0) to p(100)");
  CHECK_FALSE(parse_trend_stats("p(101)"));
  CHECK_FALSE(parse_trend_stats("p(9x)"));
  CHECK_FALSE(parse_trend_stats(" , "));
}

TEST_CASE("the summary is written at the end and not before", "[unit][report][k6]") {
  const ScratchFolder folder;
  auto report = SummaryExport::open({.path = folder / "out/summary.json", .trend_stats = default_stats()});
  REQUIRE(report);
  EventfulRun fake;
  (*report)->on_second(fake.snapshot());
  (*report)->on_finish(fake.snapshot());
  CHECK_FALSE(std::filesystem::exists(folder / "out/summary.json"));
  REQUIRE((*report)->conclude(fake.summary()));
  CHECK(contents_of(folder / "out/summary.json") == summary_export_text(fake.snapshot(), default_stats()));
  CHECK_FALSE(SummaryExport::open({.path = folder / "out/summary.json/x", .trend_stats = {}}));
}
