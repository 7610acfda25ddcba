// --html, --junit and --report-dir of the built program, over a rehearsal.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "support/subprocess.h"

using Catch::Matchers::Contains;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

const std::string kSource = THRESHER_SOURCE_DIR;

Finished rehearse(const ScratchFolder& folder, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {
      "rehearse", kSource + "/scripts/health_checks.lua", "--run-time", "20s", "--seed", "7", "--no-color"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_thresher(arguments, {}, folder.path());
}

/// The files under a folder, with every digit as a 0: what a time in a name may be.
std::set<std::string> files_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::string name = std::filesystem::relative(entry.path(), folder).string();
    for (char& c : name)
      if (c >= '1' && c <= '9') c = '0';
    names.insert(name);
  }
  return names;
}

}  // namespace

TEST_CASE("a run writes its page and its test cases, and says where", "[integration][html]") {
  const ScratchFolder folder;
  const Finished run = rehearse(folder, {"--html", "out/a.html", "--junit", "out/junit.xml"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("out/a.html") && Contains("out/junit.xml"));
  CHECK_THAT(folder.read("out/a.html"), Contains("health_checks") && Contains("/health [core]"));
  CHECK_THAT(folder.read("out/junit.xml"), Contains("<testcase classname=\"thresher.run\" name=\"exit code 0\">\n"
                                                    "      <system-out>"));
}

TEST_CASE("equal rehearsals write equal pages and equal test cases", "[integration][html]") {
  const ScratchFolder one, other;
  for (const ScratchFolder* folder : {&one, &other})
    REQUIRE(rehearse(*folder, {"--html", "a.html", "--junit", "junit.xml"}).exit_code == 0);
  CHECK(one.read("a.html") == other.read("a.html"));
  CHECK(one.read("junit.xml") == other.read("junit.xml"));
}

TEST_CASE("a report folder gathers a run's files under its profile's name", "[integration][html]") {
  const ScratchFolder folder;
  const Finished run =
      rehearse(folder, {"--profile", kSource + "/profiles/light.toml", "--report-dir", "reports", "--users", "3"});
  INFO(run.out << run.err);
  CHECK(files_in(folder.path()) ==
        std::set<std::string>{"logs/light_00000000_000000.log", "reports/light_00000000_000000.html",
                              "reports/light_00000000_000000_exceptions.csv",
                              "reports/light_00000000_000000_failures.csv", "reports/light_00000000_000000_stats.csv",
                              "reports/light_00000000_000000_stats_history.csv"});
}

TEST_CASE("a page that cannot be written is refused before anything is sent", "[integration][html]") {
  const ScratchFolder folder;
  folder.write("file", "x");
  for (const char* flag : {"--html", "--junit", "--report-dir"}) {
    const Finished run = rehearse(folder, {flag, "file/out"});
    INFO(flag << ": " << run.err);
    CHECK(run.exit_code == 104);
    CHECK_THAT(run.err, Contains("cannot write"));
  }
}
