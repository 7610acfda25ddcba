#include "report/report_folder.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "fake_run.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;
using Catch::Matchers::Contains;

TEST_CASE("a run's files carry its profile and the second it was made", "[unit][report][folder]") {
  FakeRun fake;
  CHECK(report_stem(fake.run) == "light_20261121_024600");
  fake.plan.profile = "../team a/light";
  CHECK(report_stem(fake.run) == "_._team_a_light_20261121_024600");
  fake.plan.profile.clear();
  CHECK(report_stem(fake.run) == "health_checks_20261121_024600");
}

TEST_CASE("logs go beside the reports, and stay inside a folder that has no name", "[unit][report][folder]") {
  CHECK(logs_folder_of("reports") == "logs");
  CHECK(logs_folder_of("reports/") == "logs");
  CHECK(logs_folder_of("/var/ci/reports") == "/var/ci/logs");
  CHECK(logs_folder_of("out/../reports") == "logs");
  CHECK(logs_folder_of(".") == "./logs");
  CHECK(logs_folder_of("..") == "../logs");
}

TEST_CASE("the folder gets the page, Locust's tables and a log", "[unit][report][folder]") {
  const ScratchFolder scratch;
  EventfulRun fake;
  auto report = ReportFolder::open(scratch / "reports", fake.run);
  REQUIRE(report);
  (*report)->on_event({.kind = engine::RunEvent::Kind::script_output,
                       .wall = fake.run.created + 500ms,
                       .text = "hello\n\x1B[31mworld"});
  (*report)->on_second(fake.snapshot());
  (*report)->on_finish(fake.snapshot());
  REQUIRE((*report)->conclude(fake.summary()));

  const std::string stem = "light_20261121_024600";
  std::vector<std::filesystem::path> wanted = {scratch / ("reports/" + stem + ".html")};
  for (const char* kind : {"stats", "stats_history", "failures", "exceptions"})
    wanted.push_back(scratch / ("reports/" + stem + "_" + kind + ".csv"));
  wanted.push_back(scratch / ("logs/" + stem + ".log"));
  CHECK((*report)->files() == wanted);
  for (const auto& file : wanted) CHECK(std::filesystem::file_size(file) > 0);

  const std::string log = contents_of(wanted.back());
  CHECK_THAT(log, Contains("thresher run scripts/health_checks.lua --profile light --seed 7"));
  CHECK_THAT(log, Contains("hello\n") && Contains(" ?[31mworld\n"));
  CHECK_THAT(log, Contains("users 10/10"));
  CHECK_THAT(log, Contains("POST /agents/{id}/chat"));
  CHECK_THAT(log, Contains("Verdict    NO_DATA") && Contains("(exit code 122)"));
}

TEST_CASE("a line every ten seconds, not every second", "[unit][report][folder]") {
  const ScratchFolder scratch;
  FakeRun fake;
  auto report = ReportFolder::open(scratch / "reports", fake.run);
  REQUIRE(report);
  for (int second = 0; second < 25; ++second) (*report)->on_second(fake.second());
  (*report)->on_finish(fake.snapshot());
  REQUIRE((*report)->conclude(fake.summary()));
  const std::string log = contents_of((*report)->files().back());
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = log.find("users 10/10", at)) != std::string::npos; ++at) ++lines;
  CHECK(lines == 3);  // after 1, 11 and 21 seconds
}

TEST_CASE("a folder nobody may write to is refused before the run", "[unit][report][folder]") {
  const ScratchFolder scratch;
  FakeRun fake;
  std::ofstream(scratch / "file") << "x";
  const auto refused = ReportFolder::open(scratch / "file/reports", fake.run);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("cannot write"));
}
