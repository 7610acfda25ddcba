#include "cli/runs_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::cli;
using Catch::Matchers::Contains;

namespace {

store::RunRecord some_run() {
  store::RunRecord run;
  run.id = "1m7yfdwrhv7d";
  run.start.name = "health_checks";
  run.start.files = {"scripts/health_checks.lua"};
  run.start.profile = "light";
  run.start.host = "http://127.0.0.1:8007";
  run.start.seed = 7;
  run.start.tags = {{"build", "3"}};
  run.start.command_line = "thresher run scripts/health_checks.lua --profile light";
  run.started = WallTime(std::chrono::sys_days(std::chrono::year{2026} / 11 / 21));
  run.finished = run.started + 61s;
  run.end.verdict = "FAILED";
  run.end.verdict_text = "1 of 2 thresholds failed";
  run.end.status = store::status::kCompletedWithFailures;
  run.end.duration = 61s;
  run.end.figures = {
      .requests = 1234, .requests_failed = 12, .rate_per_s = 20.2, .latency_mean = 5ms, .latency_p95 = 12ms};
  return run;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

report::Look look(std::size_t width) {
  report::Look plain;
  plain.width = width;
  return plain;
}

}  // namespace

TEST_CASE("a run's line has what tells it from others", "[unit][cli]") {
  const auto lines = lines_of(runs_text({some_run()}, look(140)));
  REQUIRE(lines.size() == 3);
  CHECK_THAT(lines[2], Contains("1m7yfdwrhv7d") && Contains("2026-11-21T00:00:00Z") && Contains("health_checks") &&
                           Contains("completed_with_failures") && Contains("FAILED") && Contains("1,234") &&
                           Contains("0.97%") && Contains("12.0ms"));
  CHECK(runs_text({}, look(80)) == "no runs\n");
}

TEST_CASE("a narrow terminal keeps id, status and what the name has room for", "[unit][cli]") {
  for (const std::size_t width : {50U, 60U, 80U, 100U}) {
    for (const std::string& line : lines_of(runs_text({some_run()}, look(width))))
      CHECK(report::display_width(line) <= width);
    CHECK_THAT(runs_text({some_run()}, look(width)), Contains("1m7yfdwrhv7d") && Contains("completed_with_failures"));
  }
}

TEST_CASE("a running run shows no figures that are not there yet", "[unit][cli]") {
  store::RunRecord run = some_run();
  run.end = {};
  run.end.status = store::status::kRunning;
  run.finished.reset();
  CHECK_THAT(runs_text({run}, look(140)), Contains("running") && !Contains("0.0%"));
  const std::string shown = run_text(run, {}, look(100));
  CHECK_THAT(shown, Contains("running") && !Contains("requests") && !Contains("NO_BASELINE"));
}

TEST_CASE("a run is shown with its figures, notes and how it stands to earlier ones", "[unit][cli]") {
  store::RunRecord run = some_run(), earlier = some_run();
  run.notes = {{run.started + 5s, "warm cache"}};
  earlier.id = "1m7yfdm5tsat";
  earlier.end.figures.latency_mean = 1ms;
  run.end.figures.latency_mean = 300ms;
  const Baselines baselines{store::judge_regression(run, std::vector{earlier}), {earlier}};
  const std::string text = run_text(run, baselines, look(100));
  CHECK_THAT(text, Contains("completed_with_failures, FAILED: 1 of 2 thresholds failed") && Contains("build=3") &&
                       Contains("note        2026-11-21T00:00:05Z warm cache"));
  CHECK_THAT(text, Contains("FAIL against 1m7yfdm5tsat") && Contains("mean latency 300.0 ms, 1.0 ms in the last run"));
  CHECK_THAT(run_text(run, {}, look(100)), Contains("NO_BASELINE against no comparable run before it"));
}

TEST_CASE("text from a run cannot command the terminal", "[unit][cli]") {
  store::RunRecord run = some_run();
  run.start.name = "\x1b[2Jgone";
  run.start.command_line = "thresher run \x1b]0;title\x07";
  run.end.verdict_text = "\x1b[31mred";
  CHECK(runs_text({run}, look(140)).find('\x1b') == std::string::npos);
  CHECK(run_text(run, {}, look(100)).find('\x1b') == std::string::npos);
}

TEST_CASE("JSON has the same, with the document whole", "[unit][cli]") {
  store::RunRecord run = some_run();
  run.document = R"({"schema":"thresher.report/1"})";
  const auto shown = nlohmann::json::parse(run_json(run, {}));
  CHECK(shown.at("document").at("schema") == "thresher.report/1");
  CHECK(shown.at("figures").at("latency_ms").at("p95") == 12);
  CHECK(shown.at("figures").at("latency_ms").at("p99").is_null());
  CHECK(shown.at("regression").at("verdict") == "NO_BASELINE");
  CHECK(nlohmann::json::parse(runs_json({run, run})).at("runs").size() == 2);
}
