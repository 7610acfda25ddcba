// `thresher sweep` as people run it: several processes, some of which die.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/subprocess.h"

using namespace std::chrono_literals;
using namespace thresher::support;
using Catch::Matchers::Contains;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// A run that is over at once, or, where SLOW is in the environment, hangs until somebody ends it.
constexpr const char* kCell = R"(
local thresher = require "thresher"
local cell = thresher.scenario { name = "cell", preflight = false }
cell:task { "work", function()
  if thresher.env("SLOW", "") ~= "" then thresher.sleep(600) end
  if thresher.env("X", "") == "bad" then thresher.fail("X is bad") end
end }
return cell
)";

constexpr const char* kMatrix = R"(
scenarios = ["cell.lua"]
arguments = ["--users", "1", "--iterations", "1", "--no-history"]
lease = "1s"
)";

struct SweepFolder {
  ScratchFolder folder;
  SweepFolder(const std::string& more = "") {
    folder.write("cell.lua", kCell);
    folder.write("fan.toml", kMatrix + more);
  }
  std::string file() const { return folder.path() + "/fan.toml"; }
  Finished sweep(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"sweep", file()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_thresher(arguments);
  }
  Json report() const {
    const Finished status = sweep({"--status", "--json", folder.path() + "/all.json"});
    INFO(status.err);
    return Json::parse(folder.read("all.json"));
  }
};

}  // namespace

TEST_CASE("a sweep runs its matrix and reports every run", "[integration][sweep]") {
  const SweepFolder world("repeats = 2\n[parameters]\nX = [\"good\", \"bad\"]\n");
  const Finished ended =
      world.sweep({"--json", world.folder.path() + "/a.json", "--csv", world.folder.path() + "/a.csv"});
  INFO(ended.err);
  CHECK(ended.exit_code == 99);
  CHECK_THAT(ended.out, Contains("cell.lua X=good #1") && Contains("cell.lua X=bad #2") &&
                            Contains("fan: 2 of 4 passed, 2 did not"));
  CHECK_THAT(ended.err, Contains("cell.lua X=bad #1: FAILED in") && Contains("X is bad"));
  const Json all = Json::parse(world.folder.read("a.json"));
  CHECK(all.at("passed") == 2);
  REQUIRE(all.at("runs").size() == 4);
  CHECK(all.at("runs")[0].at("attempts") == 1);
  CHECK(all.at("runs")[0].at("document").at("verdict").at("exit_code") == 0);
  CHECK(all.at("runs")[3].at("exit_code") == 110);
  CHECK_THAT(world.folder.read("a.csv"), Contains("\"cell.lua X=bad #2\",completed,1,110,FAILED"));

  // All are final: nothing is run again, and the report is the same.
  const Finished again = world.sweep();
  CHECK(again.out == ended.out);
  CHECK(again.err.empty());
}

TEST_CASE("two processes share a sweep, and no run is reported twice", "[integration][sweep]") {
  const SweepFolder world("repeats = 8\n");
  Subprocess first({thresher_binary(), "sweep", world.file()});
  Subprocess second({thresher_binary(), "sweep", world.file()});
  const Finished a = first.finish(), b = second.finish();
  CHECK(a.exit_code == 0);
  CHECK(b.exit_code == 0);
  CHECK(a.out == b.out);
  const Json all = world.report();
  CHECK(all.at("passed") == 8);
  for (const Json& run : all.at("runs")) CHECK(run.at("attempts") == 1);
}

TEST_CASE("a killed process loses nothing: another takes over its run from the beginning", "[integration][sweep]") {
  const SweepFolder world("repeats = 2\n");
  {
    Subprocess killed({thresher_binary(), "sweep", world.file()}, {{"SLOW", "yes"}});
    REQUIRE(killed.wait_for("started"));
    killed.send(SIGKILL);
    killed.finish();
  }
  CHECK(world.report().at("open") == 2);
  const Finished ended = world.sweep();
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.err, Contains("attempt 2: an earlier one did not end"));
  const Json all = world.report();
  CHECK(all.at("passed") == 2);
  CHECK(all.at("runs")[0].at("attempts").get<int>() + all.at("runs")[1].at("attempts").get<int>() == 3);
  CHECK(fs::is_empty(world.folder.path() + "/fan.sweep/work"));  // what was half done is thrown away
}

TEST_CASE("an interrupted sweep gives its run back without using up a retry", "[integration][sweep]") {
  const SweepFolder world("max_retries = 0\n");
  {
    Subprocess interrupted({thresher_binary(), "sweep", world.file()}, {{"SLOW", "yes"}});
    REQUIRE(interrupted.wait_for("started"));
    interrupted.send(SIGINT);
    interrupted.wait_for("stopping");
    interrupted.send(SIGINT);  // the run itself has half a minute to end; not in a test
    const Finished ended = interrupted.finish();
    CHECK(ended.exit_code == 105);
    CHECK_THAT(ended.err, Contains("the same command goes on where this one was"));
  }
  const Finished ended = world.sweep();
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Contains("fan: 1 of 1 passed"));
}

TEST_CASE("a run that cannot even start is a result, with what it said", "[integration][sweep]") {
  const SweepFolder world("profiles = [\"nowhere\"]\n");
  const Finished ended = world.sweep();
  CHECK(ended.exit_code == 99);
  CHECK_THAT(ended.out, Contains("ERROR") && Contains("104") && Contains("nowhere"));
  CHECK(world.report().at("runs")[0].at("attempts") == 1);  // a mistake is not tried again
}

TEST_CASE("with --fresh a sweep starts over, with --plan it starts nothing", "[integration][sweep]") {
  const SweepFolder world;
  const Finished plan = world.sweep({"--plan"});
  CHECK(plan.exit_code == 0);
  CHECK_THAT(plan.out, Contains("cell.lua") && Contains("fan: 1 run;"));
  CHECK_FALSE(world.folder.has("fan.sweep"));
  CHECK(world.sweep().exit_code == 0);
  const Finished fresh = world.sweep({"--fresh"});
  CHECK_THAT(fresh.err, Contains("cell.lua: started"));
}

TEST_CASE("runs of other arguments are other runs, and it is said that there are some", "[integration][sweep]") {
  const SweepFolder world;
  CHECK(world.sweep({"--", "--seed", "7"}).exit_code == 0);
  const Finished status = world.sweep({"--status"});
  CHECK_THAT(status.out,
             Contains("0 of 1 passed, 1 still open") && Contains("1 more of an earlier version of the file"));
  CHECK_THAT(world.sweep({"--status", "--", "--seed", "7"}).out, Contains("1 of 1 passed"));
}

TEST_CASE("a sweep's file is checked before anything is run", "[integration][sweep]") {
  const SweepFolder world("lease = 3\n");
  const Finished ended = world.sweep();
  CHECK(ended.exit_code == 104);
  CHECK_THAT(ended.err, Contains("fan.toml:") && Contains("lease"));
}
