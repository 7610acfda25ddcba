// A run that was killed goes on: in another process, under its own id, with everything it had saved.
#include <signal.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;
using thresher::support::Subprocess;
using thresher::support::thresher_binary;

namespace {

constexpr const char* kScript = R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "sleeps" }
function s:setup() print("setup made 17") return { made = 17 } end
local naps = 0  -- of this worker, who has one of the users
s:task { "nap", function()
  thresher.sleep(0.05)
  naps = naps + 1
  if naps == 130 then print("six seconds and a half") end
end }
function s:teardown(data) print("teardown of " .. data.made) end
return s
)lua";

/// A folder with a script, a history of its own, and a run in it that was killed after what it saved at five seconds.
struct KilledRun {
  ScratchFolder folder;
  std::map<std::string, std::string> environment{{"XDG_DATA_HOME", folder.path() + "/data"},
                                                 {"XDG_RUNTIME_DIR", folder.path()}};

  explicit KilledRun(std::vector<std::string> more = {}) {
    folder.write("sleeps.lua", kScript);
    std::vector<std::string> arguments{thresher_binary(), "run", "sleeps.lua", "--users",    "2",
                                       "--workers",       "2",   "--run-time", "10s",        "--no-color",
                                       "--csv",           "out", "--json",     "report.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Subprocess run(arguments, environment, folder.path());
    const bool seen = run.wait_for("six seconds and a half");
    INFO(run.out() << run.err());
    REQUIRE(seen);
    run.send(SIGKILL);
    CHECK_THAT(run.finish().out, Contains("setup made 17"));
  }
  Finished thresher(const std::vector<std::string>& arguments) const {
    return run_thresher(arguments, environment, folder.path());
  }
  json runs() const { return json::parse(thresher({"runs", "--json"}).out).at("runs"); }
};

}  // namespace

TEST_CASE("a run that was killed goes on from what it had saved, and is one run", "[integration]") {
  const KilledRun killed;
  const json before = killed.runs();
  REQUIRE(before.size() == 1);
  CHECK(before[0].at("status") == "interrupted");
  const std::string id = before[0].at("id").get<std::string>();

  const Finished rest = killed.thresher({"resume", "last"});
  INFO(rest.out << rest.err);
  CHECK((rest.exit_code == 0 || rest.exit_code == 121));  // the machine may be busy
  CHECK_THAT(rest.out, Contains("run " + id + " goes on behind 5 s of load, after a gap of"));
  CHECK_THAT(rest.out, !Contains("setup made 17") && Contains("teardown of 17"));
  CHECK_THAT(rest.out, Contains("killed and went on after a gap of"));
  CHECK_THAT(rest.out, Contains("recorded as " + id));

  const json report = json::parse(killed.folder.read("report.json"));
  CHECK(report.at("run").at("elapsed_s").get<double>() == Approx(10).margin(0.5));
  CHECK(report.at("seconds").at("elapsed_s").front().get<double>() == Approx(1).margin(0.5));
  CHECK(report.at("seconds").at("elapsed_s").size() >= 9);
  // Two users, twenty naps a second each, both parts together: five seconds alone would be at most 200.
  CHECK(report.at("iterations").at("count").get<int>() > 250);
  CHECK(report.at("iterations").at("count").get<int>() <= 402);
  CHECK(report.at("stop").at("started") < report.at("run").at("created"));
  CHECK(killed.folder.has("out_stats_history.csv"));
  CHECK(killed.folder.has("out_stats_history-part2.csv"));

  const json after = killed.runs();
  REQUIRE(after.size() == 1);
  CHECK(after[0].at("id") == id);
  CHECK(after[0].at("status") == "completed");
  const Finished again = killed.thresher({"resume", id});
  CHECK(again.exit_code == 104);
  CHECK_THAT(again.err, Contains("has ended (completed): there is nothing left to do"));
}

TEST_CASE("a run that means something else by now is not continued unless that is wanted", "[integration]") {
  const KilledRun killed;
  std::string changed = kScript;
  changed.replace(changed.find("\"nap\""), 5, "\"doze\"");
  killed.folder.write("sleeps.lua", changed);
  const Finished refused = killed.thresher({"resume"});
  CHECK(refused.exit_code == 104);
  CHECK_THAT(refused.err, Contains("its scripts or its profile were changed") && Contains("--changed"));
  CHECK(killed.runs()[0].at("status") == "interrupted");  // nothing was taken over

  const Finished wanted = killed.thresher({"resume", "--changed", "--setup"});
  INFO(wanted.out << wanted.err);
  CHECK((wanted.exit_code == 0 || wanted.exit_code == 121));
  CHECK_THAT(wanted.out, Contains("setup made 17"));
}

TEST_CASE("what cannot be continued says why, and what to do instead", "[integration]") {
  const ScratchFolder folder;
  const std::map<std::string, std::string> environment{{"XDG_DATA_HOME", folder.path() + "/data"},
                                                       {"XDG_RUNTIME_DIR", folder.path()}};
  folder.write("sleeps.lua", kScript);
  const auto thresher = [&](const std::vector<std::string>& arguments) {
    return run_thresher(arguments, environment, folder.path());
  };
  CHECK_THAT(thresher({"resume"}).err, Contains("there are not so many runs in"));
  CHECK_THAT(thresher({"resume", "abc"}).err, Contains("there is no run 'abc'") && Contains("thresher runs"));

  Subprocess stopped({thresher_binary(), "run", "sleeps.lua", "--users", "1", "--run-time", "1m"}, environment,
                     folder.path());
  REQUIRE(stopped.wait_for("[00:01]"));
  stopped.send(SIGINT);
  stopped.finish();
  const Finished ended = thresher({"resume"});
  CHECK(ended.exit_code == 104);
  CHECK_THAT(ended.err,
             Contains("one that was stopped with Ctrl-C has ended; to do it again: thresher run sleeps.lua"));
}
