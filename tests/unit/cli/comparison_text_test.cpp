#include "cli/comparison_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/compare_command.h"
#include "cli/compared_run.h"
#include "cli/comparison_json.h"
#include "report/number_text.h"

using namespace thresher;
using namespace thresher::cli;
using Catch::Matchers::Contains;
using comparison::MeasuredEndpoint;
using comparison::MeasuredRun;

namespace {

report::Look look(std::size_t width) {
  report::Look plain;
  plain.width = width;
  return plain;
}

/// 3,000 requests around `middle_us`, as many failures as said.
MeasuredEndpoint endpoint(std::string name, std::int64_t middle_us, std::uint64_t failures) {
  metrics::Histogram durations;
  for (std::int64_t step = -50; step < 50; ++step) durations.record(middle_us + step * middle_us / 1000, 30);
  const double ms = static_cast<double>(middle_us) / 1000;
  return {.method = "GET",
          .name = std::move(name),
          .figures = {.requests = durations.count(),
                      .failures = failures,
                      .rate_per_s = 50,
                      .mean_ms = ms,
                      .p50_ms = ms,
                      .p95_ms = ms * 1.045,
                      .p99_ms = ms * 1.049,
                      .max_ms = ms * 1.05},
          .durations = durations};
}

MeasuredRun run_of(std::string label, std::vector<MeasuredEndpoint> endpoints) {
  MeasuredRun run{.label = std::move(label), .conditions = R"({"profile":"light"})", .version = "1.0"};
  run.endpoints = std::move(endpoints);
  return run;
}

std::vector<std::string> lines_of(const std::string& text) { return split(text, "\n"); }

}  // namespace

TEST_CASE("a comparison says per figure how much, how sure and what of it", "[unit][cli]") {
  const MeasuredRun before = run_of("a.json", {endpoint("/x", 10'000, 3)});
  const MeasuredRun after = run_of("b.json", {endpoint("/x", 12'000, 300)});
  const comparison::Comparison compared = compare(before, after);
  const std::string text = comparison_text(before, after, compared, Shown::changed, look(160));
  CHECK_THAT(text, Contains("baseline    a.json") && Contains("current     b.json"));
  CHECK_THAT(text, Contains("comparable: same conditions and host"));
  CHECK_THAT(text, Contains("GET /x") && Contains("10.0ms") && Contains("12.0ms") && Contains("+20%"));
  CHECK_THAT(text, Contains("slower") && Contains("more") && Contains("+9.90pp") && Contains("not judged"));
  CHECK_THAT(text, Contains("chance of slower") && Contains("100%"));
  CHECK_THAT(text, Contains("REGRESSION: figures beyond 5% (failures: 0.1 points) at 95% confidence: 3 worse") ||
                       Contains("REGRESSION: figures beyond 5% (failures: 0.1 points) at 95% confidence: 4 worse"));
}

TEST_CASE("a comparison fits a narrow terminal and keeps the verdicts", "[unit][cli]") {
  const MeasuredRun before =
      run_of("a.json", {endpoint("/a/rather/long/path/that/no/terminal/has/room/for", 9'000, 0)});
  MeasuredRun after = before;
  after.endpoints.front().durations = endpoint("", 12'000, 0).durations;
  const comparison::Comparison compared = compare(before, after);
  for (const std::size_t width : {60U, 80U, 100U}) {
    const std::string text = comparison_text(before, after, compared, Shown::all, look(width));
    for (const std::string& line : lines_of(text)) CHECK(report::display_width(line) <= width);
    CHECK_THAT(text, Contains("slower") && Contains("REGRESSION"));
  }
}

TEST_CASE("of many endpoints those that changed are shown, and how many are not", "[unit][cli]") {
  MeasuredRun before = run_of("a.json", {}), after = run_of("b.json", {});
  for (int number = 0; number < 40; ++number) {
    const std::string name = "/" + std::to_string(number);
    before.endpoints.push_back(endpoint(name, 10'000, 0));
    after.endpoints.push_back(endpoint(name, number == 7 ? 14'000 : 10'000, 0));
  }
  const comparison::Comparison compared = compare(before, after);
  const std::string text = comparison_text(before, after, compared, Shown::changed, look(120));
  CHECK_THAT(text,
             Contains("GET /7 ") && !Contains("GET /8 ") && Contains("38 endpoints without a change are left out"));
  CHECK_THAT(text, Contains("worst: GET /7"));
  CHECK_THAT(comparison_text(before, after, compared, Shown::all, look(120)), Contains("GET /8 "));
}

TEST_CASE("what keeps runs from being compared comes before the figures", "[unit][cli]") {
  MeasuredRun before = run_of("a.json", {endpoint("/x", 10'000, 0)}), after = before;
  after.label = "b.json";
  before.conditions = R"({"profile":"light"})";
  after.conditions = R"({"profile":"heavy"})";
  const std::string text = comparison_text(before, after, compare(before, after), Shown::changed, look(120));
  CHECK(text.find("NOT COMPARABLE") < text.find("GET /x"));
  CHECK_THAT(text, Contains(R"(because   profile: "light" and "heavy")"));
  CHECK_THAT(comparison_markdown(before, after, compare(before, after), Shown::changed),
             Contains("**not comparable**"));
}

TEST_CASE("names from a run command neither terminal nor page", "[unit][cli]") {
  MeasuredRun before = run_of("\x1b[2Ja.json", {endpoint("/x|<script>`", 10'000, 0)}), after = before;
  const comparison::Comparison compared = compare(before, after);
  CHECK(comparison_text(before, after, compared, Shown::all, look(120)).find('\x1b') == std::string::npos);
  const std::string markdown = comparison_markdown(before, after, compared, Shown::all);
  CHECK(markdown.find('\x1b') == std::string::npos);
  CHECK_THAT(markdown, Contains(R"(/x\|\<script\>\`)"));
  for (const std::string& line : lines_of(markdown))
    if (line.starts_with("|")) {
      int bars = 0;
      for (std::size_t at = 0; at < line.size(); ++at) bars += line[at] == '|' && (at == 0 || line[at - 1] != '\\');
      CHECK(bars == 8);
    }
}

TEST_CASE("a comparison's JSON has figures, intervals and p-values", "[unit][cli]") {
  const MeasuredRun before = run_of("a.json", {endpoint("/x", 10'000, 0)});
  const MeasuredRun after = run_of("b.json", {endpoint("/x", 12'000, 0)});
  const auto document = nlohmann::json::parse(comparison_json(before, after, compare(before, after), 99));
  CHECK(document.at("schema") == "thresher.comparison/1");
  CHECK(document.at("verdict") == "REGRESSION");
  CHECK(document.at("exit_code") == 99);
  CHECK(document.at("max_regression") == 0.05);
  const auto& row = document.at("endpoints")[0];
  CHECK(row.at("baseline").at("requests") == 3000);
  CHECK(row.at("ranks").at("cliffs_delta") == 1);
  const auto& times = row.at("figures").at("response_time_ms");
  CHECK(times.at("verdict") == "slower");
  CHECK(times.at("change").at("low").get<double>() == Approx(0.2).margin(0.01));
  CHECK(times.at("p_worse").get<double>() < 1e-9);
  CHECK(row.at("figures").at("requests_per_s").at("p_worse").is_null());
}

TEST_CASE("a record without a report is compared by its figures", "[unit][cli]") {
  store::RunRecord record;
  record.id = "1m7yfdwrhv7d";
  record.start.kind = store::kind::kStressTest;
  record.end.status = store::status::kInterrupted;
  record.end.figures = {.requests = 10, .requests_failed = 1, .latency_p95 = std::chrono::milliseconds(3)};
  const MeasuredRun run = measured_run_of(record);
  REQUIRE(run.endpoints.size() == 1);
  CHECK(run.endpoints[0].figures.failures == 1);
  CHECK(run.endpoints[0].figures.p95_ms == 3);
  CHECK(run.faults == std::vector<std::string>{"is a stress-test"});
}

TEST_CASE("a percentage is written as one", "[unit][cli]") {
  CHECK(parse_percentage("5%", "--x", 99).value() == Approx(0.05));
  CHECK(parse_percentage("0.1%", "--x", 99).value() == Approx(0.001));
  for (const char* text : {"5", "0.05", "", "%", "-1%", "100%", "five%", "5%%", "nan%"}) {
    const auto refused = parse_percentage(text, "--max-regression", 99);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Contains("--max-regression") && Contains("such as 5%"));
  }
}
