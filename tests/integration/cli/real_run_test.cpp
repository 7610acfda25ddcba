// Runs over real sockets on the loopback, against the stand-in fleet on its own ports.
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

const std::string kHealth = std::string(THRESHER_SOURCE_DIR) + "/scripts/health_checks.lua";

}  // namespace

TEST_CASE("a run over real sockets writes every report it was asked for", "[integration][ports]") {
  const ScratchFolder folder;
  const Finished run = run_thresher({"run", kHealth, "--users", "5", "--run-time", "3s", "--stand-in", "leveredge",
                                     "--csv", "out/aria", "--json", "out.json", "--summary-export", "summary.json",
                                     "--out", "json=samples.json.gz", "--out", "csv=samples.csv", "--no-color"},
                                    {}, folder.path());
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  for (const char* file : {"out/aria_stats.csv", "out/aria_stats_history.csv", "out/aria_failures.csv",
                           "out/aria_exceptions.csv", "out.json", "summary.json", "samples.json.gz", "samples.csv"}) {
    CHECK(folder.has(file));
    CHECK_THAT(run.out, Contains(file));
  }
  CHECK_THAT(folder.read("out/aria_stats.csv"), Contains(",Aggregated,"));
  const json report = json::parse(folder.read("out.json"));
  const json summary = json::parse(folder.read("summary.json"));
  CHECK(summary.at("metrics").at("http_reqs").at("count").get<double>() > 0);
  CHECK(report.at("run").at("seed").is_number());
}

TEST_CASE("the stand-in's ports being taken is said with the port and the way out", "[integration][ports]") {
  Subprocess first({thresher_binary(), "stand-in", "leveredge"});
  REQUIRE(first.wait_for("stands in"));
  const Finished second = run_thresher({"stand-in", "leveredge"});
  CHECK(second.exit_code == 104);
  CHECK_THAT(second.err, Contains("80") && Contains("in use"));
  first.send(SIGINT);
  const Finished ended = first.finish();
  CHECK(ended.exit_code == 0);
}

TEST_CASE("the first Ctrl-C stops cleanly with a report, and exits 105", "[integration][ports]") {
  const ScratchFolder folder;
  Subprocess run({thresher_binary(), "run", kHealth, "--users", "5", "--run-time", "10m", "--stand-in", "leveredge",
                  "--no-color", "--json", "out.json"},
                 {}, folder.path());
  REQUIRE(run.wait_for("users 5"));
  run.send(SIGINT);
  const Finished ended = run.finish();
  INFO(ended.out << ended.err);
  CHECK(ended.exit_code == 105);
  CHECK_THAT(ended.out, Contains("interrupted") && Contains("/health"));
  CHECK(json::parse(folder.read("out.json")).is_object());
}

TEST_CASE("the second Ctrl-C does not wait for iterations that hang", "[integration]") {
  const ScratchFolder folder;
  const std::string script = folder.write("mine.lua", R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "hangs" }
s:task { "one", function() print("asleep now") thresher.sleep(1000) end }
return s
)lua");
  Subprocess run(
      {thresher_binary(), "run", script, "--users", "1", "--run-time", "10m", "--stop-timeout", "10m", "--no-color"});
  REQUIRE(run.wait_for("asleep now"));
  run.send(SIGINT);
  REQUIRE(run.wait_for("again"));  // it says that a second Ctrl-C ends it now
  run.send(SIGINT);
  const Finished ended = run.finish(std::chrono::seconds(60));
  CHECK(ended.exit_code == 105);
}

TEST_CASE("every failure of a connection has its name in the report", "[integration]") {
  const ScratchFolder folder;
  const std::string script = folder.write("mine.lua", R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "fails", sequential = true }
s:task { "refused", function(user)
  local res = user:get("http://127.0.0.1:1/")
  assert(res.status == 0 and res.error == "connect_refused", res.error)
end }
s:task { "no such host", function(user)
  local res = user:get("http://nowhere.invalid/")
  assert(res.status == 0 and res.error == "dns", res.error)
end }
return s
)lua");
  const Finished run = run_thresher({"run", script, "--users", "1", "--iterations", "1", "--no-color"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("connect_refused") && Contains("dns") && !Contains("traceback"));
}
