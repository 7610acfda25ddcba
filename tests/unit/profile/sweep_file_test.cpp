#include "profile/sweep_file.h"

#include <catch2/catch.hpp>
#include <string>

#include "base/file.h"
#include "support/temporary_folder.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::profile;
using Catch::Matchers::Contains;

namespace {

struct Folder {
  test::TemporaryFolder folder;
  Folder() {
    for (const char* name : {"a.lua", "b.lua"}) REQUIRE(write_file(folder / name, "").has_value());
  }
  Result<SweepFile> parse(const std::string& toml) const { return parse_sweep(toml, "fan.toml", folder.path()); }
  std::string error_of(const std::string& toml) const {
    const auto parsed = parse(toml);
    REQUIRE_FALSE(parsed.has_value());
    return to_text(parsed.error());
  }
};

std::string text_of(const SweepCell& cell) {
  std::string text = cell.scenario.filename().string() + " " + cell.profile;
  for (const auto& [name, value] : cell.parameters) text += " " + name + "=" + value;
  return text + " #" + std::to_string(cell.repeat) + (cell.seed ? " seed " + std::to_string(*cell.seed) : "");
}

}  // namespace

TEST_CASE("a sweep is every combination of its axes, the first slowest", "[unit][profile]") {
  const Folder folder;
  const auto sweep = folder.parse(R"(
scenarios = ["a.lua", "b.lua"]
profiles = ["light"]
repeats = 2
seed = 7
lease = "5s"
max_retries = 1
arguments = ["--quiet"]
[parameters]
WIDTH = [2, 3.5]
DEPTH = "deep"
)");
  REQUIRE(sweep.has_value());
  CHECK(sweep->name == "fan");
  CHECK(sweep->lease == 5s);
  CHECK(sweep->max_retries == 1);
  CHECK(sweep->arguments == std::vector<std::string>{"--quiet"});
  const auto cells = cells_of(*sweep);
  REQUIRE(cells.has_value());
  std::vector<std::string> texts;
  for (const SweepCell& cell : *cells) texts.push_back(text_of(cell));
  CHECK(texts == std::vector<std::string>{
                     "a.lua light WIDTH=2 DEPTH=deep #1 seed 7", "a.lua light WIDTH=2 DEPTH=deep #2 seed 8",
                     "a.lua light WIDTH=3.5 DEPTH=deep #1 seed 7", "a.lua light WIDTH=3.5 DEPTH=deep #2 seed 8",
                     "b.lua light WIDTH=2 DEPTH=deep #1 seed 7", "b.lua light WIDTH=2 DEPTH=deep #2 seed 8",
                     "b.lua light WIDTH=3.5 DEPTH=deep #1 seed 7", "b.lua light WIDTH=3.5 DEPTH=deep #2 seed 8"});
}

TEST_CASE("a sweep of one scenario is one run", "[unit][profile]") {
  const Folder folder;
  const auto sweep = folder.parse("scenarios = 'a.lua'");
  REQUIRE(sweep.has_value());
  const auto cells = cells_of(*sweep);
  REQUIRE(cells.has_value());
  REQUIRE(cells->size() == 1);
  CHECK(text_of(cells->front()) == "a.lua  #1");
}

TEST_CASE("a sweep's mistakes are named with their line and the way out", "[unit][profile]") {
  const Folder folder;
  const std::string good = "scenarios = ['a.lua']\n";
  CHECK_THAT(folder.error_of(good + "repeat = 3"),
             Contains("fan.toml:2: a sweep has no 'repeat'; did you mean 'repeats'?"));
  CHECK_THAT(folder.error_of(good + "repeats = 0"),
             Contains("fan.toml:2: repeats must be a whole number from 1 to 10000"));
  CHECK_THAT(folder.error_of(good + "lease = 3"), Contains("fan.toml:2: lease must be a duration from 1s to 24h"));
  CHECK_THAT(folder.error_of(good + "lease = '1ms'"), Contains("fan.toml:2: lease must be a duration"));
  CHECK_THAT(folder.error_of(good + "rehearse = 1"), Contains("fan.toml:2: rehearse must be true or false"));
  CHECK_THAT(folder.error_of(good + "profiles = [1]"), Contains("fan.toml:2: profiles must be a list of texts"));
  CHECK_THAT(folder.error_of(good + "[parameters]\nA = []"),
             Contains("fan.toml:3: A must be a value or a list of values"));
  CHECK_THAT(folder.error_of("scenarios = ['c.lua']"),
             Contains("fan.toml:1: scenarios must be a list of files; there is no"));
  CHECK_THAT(folder.error_of("repeats = 2"), Contains("fan.toml: a sweep names its scenarios"));
  CHECK_THAT(folder.error_of("scenarios = ["), Contains("fan.toml:1: "));
}

TEST_CASE("a sweep has an end", "[unit][profile]") {
  const Folder folder;
  const auto sweep = folder.parse("scenarios = ['a.lua']\nrepeats = 10000\n[parameters]\nA = [1,2,3,4]\nB = [1,2,3]");
  REQUIRE(sweep.has_value());
  const auto cells = cells_of(*sweep);
  REQUIRE_FALSE(cells.has_value());
  CHECK_THAT(cells.error().message, Contains("more than 100000 runs"));
}
