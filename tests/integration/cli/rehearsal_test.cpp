// The shipped scripts and profiles, rehearsed: the same engine in virtual time over the in-memory network.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

#include "support/sanitizer.h"
#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

const std::string kScripts = std::string(THRESHER_SOURCE_DIR) + "/scripts/";
const std::string kProfiles = std::string(THRESHER_SOURCE_DIR) + "/profiles/";

/// A script that prints every choice its users make.
const char* const kChooser = R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "chooser", wait = thresher.between(0.1, 0.9) }
for _, name in ipairs { "a", "b", "c" } do
  s:task { name, weight = #name, function(user)
    print(string.format("user %d iteration %d task %s draw %d", user.number, user.iteration, name, math.random(1, 1000000)))
    thresher.sleep(0.5)
  end }
end
return s
)lua";

std::vector<std::string> choices_of(const Finished& run) {
  std::vector<std::string> lines;
  std::string line;
  for (const char c : run.out + run.err) {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (const auto at = line.find("user "); at != std::string::npos && line.find(" draw ") != std::string::npos)
      lines.push_back(line.substr(at));
    line.clear();
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

TEST_CASE("a rehearsal writes JSON with sorted names, so that it sends the same bytes every time",
          "[integration][cli]") {
  const ScratchFolder folder;
  const std::string script = folder.write("json.lua", R"(
local thresher = require "thresher"
local json = thresher.scenario { name = "json" }
json:task { "write", function(user)
  local encode = thresher.json.encode
  print("A " .. encode { query = 1, context = {}, session = { 3, { b = true, a = thresher.json.null } }, ["a\"b"] = "c" })
  print("B " .. encode { [1] = "x", y = 2 } .. encode "text" .. encode(7))
  local itself = {}
  itself.me = itself
  print("C", pcall(encode, itself))
  print("D", pcall(encode, { f = print }))
end }
return json
)");
  const Finished run = run_thresher({"rehearse", script, "--users", "1", "--iterations", "1"});
  INFO(run.err);
  CHECK_THAT(run.out, Contains(R"(A {"a\"b":"c","context":{},"query":1,"session":[3,{"a":null,"b":true}]})"));
  CHECK((run.out.find(R"(B {"1":"x","y":2}"text"7)") != std::string::npos ||
         run.out.find(R"(B {"y":2,"1":"x"}"text"7)") != std::string::npos));
  CHECK_THAT(run.out, Contains("C false Cannot serialise, excessive") &&
                          Contains("D false Cannot serialise function: type not supported"));
}

TEST_CASE("profile light of the health checks passes its thresholds in rehearsal", "[integration][rehearsal]") {
  const Finished run = run_thresher(
      {"rehearse", kScripts + "health_checks.lua", "--profile", kProfiles + "light.toml", "--seed", "7", "--no-color"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("/health") && Contains("VALID"));
}

TEST_CASE("an unreliable fleet fails the same thresholds", "[integration][rehearsal]") {
  const Finished run = run_thresher({"rehearse", kScripts + "health_checks.lua", "--profile", kProfiles + "light.toml",
                                     "--seed", "7", "--stand-in", R"(leveredge={"profile":"unreliable"})"});
  CHECK(run.exit_code == 99);
}

TEST_CASE("the same scripts, profile and seed give the same bytes", "[integration][rehearsal]") {
  const ScratchFolder folder;
  const auto rehearse = [&](const char* seed) {
    const Finished run = run_thresher({"rehearse", kScripts + "health_checks.lua", "--users", "20", "--run-time", "60s",
                                       "--seed", seed, "--quiet", "--json", "out.json"},
                                      {}, folder.path());
    REQUIRE(run.exit_code == 0);
    return folder.read("out.json");
  };
  const std::string first = rehearse("7");
  CHECK(first.size() > 1000);
  CHECK((first == rehearse("7")));  // in brackets: the texts are too long to print
  CHECK((first != rehearse("8")));
}

TEST_CASE("how many workers share a run changes no user's choices", "[integration][rehearsal]") {
  const ScratchFolder folder;
  const std::string script = folder.write("chooser.lua", kChooser);
  const auto rehearse = [&](const char* workers) {
    return choices_of(run_thresher(
        {"rehearse", script, "--users", "9", "--run-time", "30s", "--seed", "5", "--workers", workers, "--no-color"}));
  };
  const auto alone = rehearse("1");
  CHECK(alone.size() > 100);
  CHECK(alone == rehearse("2"));
  CHECK(alone == rehearse("4"));
}

TEST_CASE("arrivals make the same choices however many workers there are", "[integration][rehearsal]") {
  const ScratchFolder folder;
  const std::string script = folder.write("chooser.lua", R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "chooser" }
s:task { "a", function(user)
  print(string.format("user iteration %d draw %d", user.iteration, math.random(1, 1000000)))
end }
return s
)lua");
  const auto rehearse = [&](const char* workers) {
    return choices_of(run_thresher({"rehearse", script, "--rate", "20/s", "--run-time", "10s", "--seed", "5",
                                    "--workers", workers, "--no-color"}));
  };
  const auto alone = rehearse("1");
  CHECK(alone.size() == 200);
  CHECK(alone == rehearse("3"));
}

TEST_CASE("fifteen minutes of heavy are rehearsed in a small part of that time", "[integration][rehearsal][slow]") {
  const auto began = std::chrono::steady_clock::now();
  const Finished run = run_thresher(
      {"rehearse", kScripts + "health_checks.lua", "--profile", kProfiles + "heavy.toml", "--seed", "7", "--quiet"});
  const auto took = std::chrono::steady_clock::now() - began;
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(took * 5 < std::chrono::minutes(15));  // an unoptimised, sanitized build on a busy machine included
}

TEST_CASE("a threshold without a sample is NO_DATA and exits 122", "[integration][rehearsal]") {
  const ScratchFolder folder;
  const std::string profile = folder.write(
      "mine.toml",
      "users = 1\nrun_time = \"5s\"\n[thresholds]\n\"http_req_duration{name:nowhere}\" = [\"p(95)<500\"]\n");
  const Finished run = run_thresher({"rehearse", kScripts + "health_checks.lua", "--profile", profile, "--seed", "1"});
  CHECK(run.exit_code == 122);
  CHECK_THAT(run.out, Contains("NO_DATA"));
}

TEST_CASE("a failed threshold exits 99, and one with abort_on_fail ends the run early", "[integration][rehearsal]") {
  const ScratchFolder folder;
  const std::string profile = folder.write("mine.toml", R"(
users = 5
run_time = "60s"
[thresholds]
http_req_duration = [{ threshold = "p(95)<0.001", abort_on_fail = true, delay = "10s" }]
)");
  const Finished run = run_thresher({"rehearse", kScripts + "health_checks.lua", "--profile", profile, "--seed", "1",
                                     "--json", folder.path() + "/out.json"});
  CHECK(run.exit_code == 99);
  const json report = json::parse(folder.read("out.json"));
  CHECK(report.at("stop").at("elapsed_s").get<double>() < 15);
}

TEST_CASE("thresher.abort exits 108 and thresher.fail 110", "[integration][rehearsal]") {
  const ScratchFolder folder;
  const auto script = [&](const char* call) {
    return folder.write("mine.lua",
                        std::string("local thresher = require 'thresher'\nlocal s = thresher.scenario { name = 's' }\n"
                                    "s:task { 'one', function() ") +
                            call + " end }\nreturn s\n");
  };
  const Finished aborted = run_thresher(
      {"rehearse", script("thresher.abort('the target is on fire')"), "--users", "1", "--iterations", "5"});
  CHECK(aborted.exit_code == 108);
  CHECK_THAT(aborted.out + aborted.err, Contains("the target is on fire"));
  const Finished failed =
      run_thresher({"rehearse", script("thresher.fail('wrong colour')"), "--users", "1", "--iterations", "5"});
  CHECK(failed.exit_code == 110);
  CHECK_THAT(failed.out + failed.err, Contains("wrong colour"));
}

TEST_CASE("a setup that raises exits 107, one that hangs 100, a teardown that hangs 101", "[integration][rehearsal]") {
  const ScratchFolder folder;
  const auto run = [&](const char* phases) {
    const std::string script =
        folder.write("mine.lua", std::string("local thresher = require 'thresher'\n") + phases +
                                     "\nlocal s = thresher.scenario { name = 's' }\n"
                                     "s:task { 'one', function() thresher.sleep(1) end }\nreturn s\n");
    const std::string profile =
        folder.write("mine.toml", "users = 1\nrun_time = \"3s\"\nsetup_timeout = \"5s\"\nteardown_timeout = \"5s\"\n");
    return run_thresher({"rehearse", script, "--profile", profile});
  };
  CHECK(run("thresher.setup(function() error('no database') end)").exit_code == 107);
  CHECK(run("thresher.setup(function() thresher.sleep(100) end)").exit_code == 100);
  CHECK(run("thresher.teardown(function() thresher.sleep(100) end)").exit_code == 101);
}

TEST_CASE("an endless loop in a rehearsal is stopped and its line named", "[integration][rehearsal]") {
  if (thresher::test::kSignalsWait) return;
  const ScratchFolder folder;
  const std::string script = folder.write("mine.lua", R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "endless" }
s:task { "spin", function() while true do end end }
return s
)lua");
  const Finished run = run_thresher({"rehearse", script, "--users", "1", "--iterations", "1", "--script-limit", "1s"});
  CHECK(run.signal == 0);
  CHECK_THAT(run.out + run.err, Contains("mine.lua:4:") && Contains("without"));
}

TEST_CASE("a script error in an iteration is shown once with its traceback and the users go on",
          "[integration][rehearsal]") {
  const ScratchFolder folder;
  const std::string script = folder.write("mine.lua", R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "s", wait = thresher.constant(1) }
local function deep(user) return user.missing.field end
s:task { "one", function(user) local x = deep(user); return x end }
return s
)lua");
  const Finished run = run_thresher(
      {"rehearse", script, "--users", "10", "--run-time", "20s", "--no-color", "--json", folder.path() + "/out.json"});
  const std::string seen = run.out + run.err;
  CHECK_THAT(seen, Contains("mine.lua:4:") && Contains("in function 'deep'"));
  const auto report = json::parse(folder.read("out.json"));
  REQUIRE(report.at("exceptions").size() == 1);
  CHECK(report.at("exceptions")[0].at("count").get<int>() >= 190);
}
