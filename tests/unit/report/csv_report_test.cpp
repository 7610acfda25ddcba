#include "report/csv_report.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "fake_run.h"
#include "report/csv_text.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;

namespace {

/// RFC 4180, strictly: what any reader of CSV sees.
std::vector<std::vector<std::string>> parsed(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string field;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c != '"') {
        field += c;
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        field += text[++at];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',' || c == '\r') {
      row.push_back(std::move(field));
      field.clear();
    } else if (c == '\n') {
      rows.push_back(std::move(row));
      row.clear();
    } else {
      field += c;
    }
  }
  CHECK(field.empty());
  return rows;
}

constexpr const char* kStatsHeader =
    "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response "
    "Time,Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%\r\n";
constexpr const char* kHistoryHeader =
    "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%,Total "
    "Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response "
    "Time,Total Max Response Time,Total Average Content Size\r\n";

}  // namespace

TEST_CASE("fields are quoted as the format's own tool quotes them", "[unit][report][csv]") {
  const auto python = [](std::string_view text) { return CsvRow(CsvRow::Dialect::python).field(text).end(); };
  const auto go = [](std::string_view text) { return CsvRow(CsvRow::Dialect::go).field(text).end(); };
  CHECK(python("plain") == "plain\r\n");
  CHECK(python("a,b") == "\"a,b\"\r\n");
  CHECK(python("say \"x\"") == "\"say \"\"x\"\"\"\r\n");
  CHECK(python("two\nlines") == "\"two\nlines\"\r\n");
  CHECK(python(" blank") == " blank\r\n");
  CHECK(go(" blank") == "\" blank\"\n");
  CHECK(go("\\.") == "\"\\.\"\n");
  CHECK(go("a,b") == "\"a,b\"\n");
  CHECK(CsvRow(CsvRow::Dialect::go).field("").field("").end() == ",\n");
}

TEST_CASE("floats are spelled as Python spells them", "[unit][report][csv]") {
  CHECK(python_float(0) == "0.0");
  CHECK(python_float(12) == "12.0");
  CHECK(python_float(0.1) == "0.1");
  CHECK(python_float(1.0 / 3) == "0.3333333333333333");
  CHECK(python_float(1e16) == "1e+16");
  CHECK(python_float(0.00001) == "1e-05");
}

TEST_CASE("the stats file is Locust's", "[unit][report][csv]") {
  FakeRun fake;
  fake.request({.name = "/b, \"quoted\"", .duration = 2'400us, .bytes = 100}, 3);
  fake.request({.method = "POST", .name = "/a", .duration = 1'600us, .status = 500, .bytes = 50});
  fake.request({.method = "POST", .name = "/a", .duration = 120'000us, .bytes = 101});
  fake.second();
  fake.second();
  CHECK(csv_stats(make_request_table(fake.totals(), 2s)) ==
        std::string(kStatsHeader) +
            "POST,/a,2,1,2,60.8,1.6,120.0,75.5,1.0,0.5,2,120,120,120,120,120,120,120,120,120,120\r\n"
            "GET,\"/b, \"\"quoted\"\"\",3,0,2.4,2.4,2.4,2.4,100.0,1.5,0.0,2,2,2,2,2,2,2,2,2,2,2\r\n"
            ",Aggregated,5,1,2,25.76,1.6,120.0,90.2,2.5,0.5,2,2,2,2,120,120,120,120,120,120,120\r\n");
}

TEST_CASE("without requests the stats file still has its Aggregated row", "[unit][report][csv]") {
  FakeRun fake;
  fake.second();
  CHECK(csv_stats(make_request_table(fake.totals(), 1s)) ==
        std::string(kStatsHeader) +
            ",Aggregated,0,0,0,0.0,0,0,0,0.0,0.0,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A\r\n");
}

TEST_CASE("failures and exceptions are Locust's files", "[unit][report][csv]") {
  FakeRun fake;
  fake.request({.duration = 1ms, .status = 503}, 2);
  fake.exception("login.lua:42: attempt to index a nil value", "stack traceback:\n\tlogin.lua:42: in function 'step'",
                 3);
  fake.second();
  fake.request({.duration = 1ms, .status = 503});
  fake.request({.duration = 1ms, .outcome = Outcome::timeout});
  fake.second();
  CHECK(csv_failures(fake.totals()) ==
        "Method,Name,Error,Occurrences,First Seen,Last Seen\r\n"
        "GET,/health,HTTP 503,3,2026-11-21T02:46:01Z,2026-11-21T02:46:02Z\r\n"
        "GET,/health,timeout,1,2026-11-21T02:46:02Z,2026-11-21T02:46:02Z\r\n");
  CHECK(csv_exceptions(fake.totals()) ==
        "Count,Message,Traceback,Nodes\r\n"
        "3,login.lua:42: attempt to index a nil value,\"stack traceback:\n\tlogin.lua:42: in function "
        "'step'\",local\r\n");
}

TEST_CASE("the history has a row a second, Aggregated only", "[unit][report][csv]") {
  const ScratchFolder folder;
  FakeRun fake;
  auto report = CsvReport::open({.prefix = (folder / "out/aria").string()}, fake.run);
  REQUIRE(report);
  (*report)->on_second(fake.second());
  fake.request({.duration = 20ms, .bytes = 10}, 10);
  fake.request({.duration = 20ms, .status = 500, .bytes = 10}, 2);
  (*report)->on_second(fake.second());
  CHECK(
      contents_of(folder / "out/aria_stats_history.csv") ==
      std::string(kHistoryHeader) +
          "1795229161,10,,Aggregated,0.000000,0.000000,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,0,0,0,0.0,0,0,0\r\n"
          "1795229162,10,,Aggregated,6.000000,1.000000,20,20,20,20,20,20,20,20,20,20,20,12,2,20,20.0,20.0,20.0,10."
          "0\r\n");

  (*report)->on_finish(fake.snapshot());
  REQUIRE((*report)->conclude(fake.summary()));
  CHECK(parsed(contents_of(folder / "out/aria_stats_history.csv")).size() == 3);  // the last second once only
  CHECK(parsed(contents_of(folder / "out/aria_stats.csv")).size() == 3);
  CHECK(parsed(contents_of(folder / "out/aria_failures.csv")).size() == 2);
  CHECK(parsed(contents_of(folder / "out/aria_exceptions.csv")).size() == 1);
  CHECK((*report)->files().size() == 4);
}

TEST_CASE("with full history each endpoint has its row and percentiles of ten seconds", "[unit][report][csv]") {
  FakeRun fake;
  RecentRequests recent;
  fake.request({.name = "/once", .duration = 900ms});
  for (int second = 0; second < 12; ++second) {
    fake.request({.name = "/always", .duration = second == 0 ? 500ms : 5ms}, 2);
    fake.second();
    recent.second_passed(fake.totals(), fake.snapshot().elapsed);
  }
  const RequestTable total = make_request_table(fake.totals(), fake.snapshot().elapsed);
  const auto rows = parsed(csv_history(fake.snapshot(), total, recent.table(), true));
  REQUIRE(rows.size() == 3);
  for (const auto& row : rows) CHECK(row.size() == 24);
  CHECK(rows[0][3] == "/always");
  CHECK(rows[0][4] == "2.000000");
  CHECK(rows[0][16] == "5");      // 100 % of the last ten seconds
  CHECK(rows[0][22] == "500.0");  // of the whole run
  CHECK(rows[1][3] == "/once");
  CHECK(rows[1][4] == "0.000000");
  CHECK(rows[1][16] == "0");
  CHECK(rows[2][2].empty());
  CHECK(rows[2][3] == "Aggregated");
  CHECK(rows[2][16] == "5");
  const auto plain = parsed(csv_history(fake.snapshot(), total, recent.table(), false));
  REQUIRE(plain.size() == 1);
  CHECK(plain[0][16] == "900");
}

TEST_CASE("CSV files that cannot be written are refused before the run", "[unit][report][csv]") {
  const ScratchFolder folder;
  std::ofstream(folder / "file") << "x";
  const auto report = CsvReport::open({.prefix = (folder / "file/aria").string()}, {});
  REQUIRE_FALSE(report);
  CHECK(report.error().message.find("aria_stats.csv") != std::string::npos);
}
