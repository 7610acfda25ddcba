#include "report/request_table.h"

#include <catch2/catch.hpp>

#include "fake_run.h"
#include "report/failure_table.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;

TEST_CASE("requests gather by method and name, whatever their status", "[unit][report]") {
  FakeRun fake;
  fake.request({.method = "POST", .name = "/b", .duration = 4ms}, 2);
  fake.request({.name = "/b", .duration = 1ms, .bytes = 300});
  fake.request({.name = "/b", .duration = 3ms, .status = 503, .bytes = 100});
  fake.request({.name = "/a", .duration = 2ms, .outcome = Outcome::timeout});
  fake.second();
  fake.second();
  const RequestTable table = make_request_table(fake.totals(), 2s);
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[0].name == "/a");
  CHECK(table.rows[0].failures == 1);
  CHECK(table.rows[1].method == "GET");
  CHECK(table.rows[1].requests == 2);
  CHECK(table.rows[1].failures == 1);
  CHECK(table.rows[1].failure_ratio() == 0.5);
  CHECK(table.rows[1].size_average() == 200);
  CHECK(table.rows[1].requests_per_s == 1);
  CHECK(table.rows[1].failures_per_s == 0.5);
  CHECK(table.rows[1].duration.mean() == 2000);
  CHECK(table.rows[2].method == "POST");
  CHECK(table.aggregated.name == "Aggregated");
  CHECK(table.aggregated.method.empty());
  CHECK(table.aggregated.requests == 5);
  CHECK(table.aggregated.failures == 2);
  CHECK(table.aggregated.duration.count() == 5);
  CHECK(table.find("POST", "/b") == &table.rows[2]);
  CHECK(table.find("PUT", "/b") == nullptr);
}

TEST_CASE("a table of the last second holds only what it added", "[unit][report]") {
  FakeRun fake;
  fake.request({.name = "/old", .duration = 9ms}, 5);
  fake.second();
  fake.request({.name = "/new", .duration = 1ms});
  fake.second();
  const RequestTable table = make_request_table(fake.totals(), 1s, Span::last_second);
  REQUIRE(table.rows.size() == 1);
  CHECK(table.rows[0].name == "/new");
  CHECK(table.aggregated.requests == 1);
}

TEST_CASE("current figures cover ten seconds and no more", "[unit][report]") {
  FakeRun fake;
  RecentRequests recent;
  CHECK(recent.table().aggregated.requests == 0);
  fake.request({.name = "/early", .duration = 900ms}, 40);
  fake.second();
  recent.second_passed(fake.totals(), fake.snapshot().elapsed);
  CHECK(recent.table().aggregated.requests_per_s == 40);
  for (int second = 2; second <= 10; ++second) {
    fake.request({.duration = 1ms}, 10);
    fake.second();
    recent.second_passed(fake.totals(), fake.snapshot().elapsed);
  }
  CHECK(recent.table().aggregated.requests_per_s == Approx(13));
  CHECK(recent.table().find("GET", "/early") != nullptr);
  fake.request({.duration = 1ms}, 10);
  fake.second();
  recent.second_passed(fake.totals(), fake.snapshot().elapsed);
  CHECK(recent.table().aggregated.requests_per_s == Approx(10));
  CHECK(recent.table().aggregated.duration.max() == 1000);
  CHECK(recent.table().find("GET", "/early") == nullptr);
}

TEST_CASE("failures are counted by cause, the most frequent first", "[unit][report]") {
  FakeRun fake;
  fake.request({.duration = 1ms, .status = 503}, 2);
  fake.request({.duration = 1ms}, 10);
  fake.second();
  fake.request({.duration = 1ms, .outcome = Outcome::connect_refused}, 5);
  fake.request({.duration = 1ms, .status = 404});
  fake.second();
  fake.request({.duration = 1ms, .status = 503});
  fake.second();
  const std::vector<FailureRow> rows = make_failure_table(fake.totals());
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].error == "connect_refused");
  CHECK(rows[0].occurrences == 5);
  CHECK(rows[1].error == "HTTP 503");
  CHECK(rows[1].occurrences == 3);
  CHECK(rows[1].first_seen == fake.run.created + 1s);
  CHECK(rows[1].last_seen == fake.run.created + 3s);
  CHECK(rows[2].error == "HTTP 404");
  CHECK(rows[2].method == "GET");
  CHECK(rows[2].name == "/health");
}

TEST_CASE("one cause in several series is one row", "[unit][report]") {
  FakeRun fake;
  fake.request({.duration = 1ms, .status = 500, .tags = {{"tag", "a"}}}, 2);
  fake.request({.duration = 1ms, .status = 500, .tags = {{"tag", "b"}}}, 3);
  fake.second();
  const std::vector<FailureRow> rows = make_failure_table(fake.totals());
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].occurrences == 5);
}

TEST_CASE("checks are counted by group and name", "[unit][report]") {
  FakeRun fake;
  fake.check("b", 3, 1, "::x");
  fake.check("a", 1, 0, "::x");
  fake.check("z", 0, 2);
  fake.second();
  const std::vector<CheckRow> rows = make_check_table(fake.totals());
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].name == "z");
  CHECK(rows[0].fails == 2);
  CHECK(rows[1].name == "a");
  CHECK(rows[2].group == "::x");
  CHECK(rows[2].passes == 3);
  CHECK(rows[2].fails == 1);
}
