// The commands besides run and rehearse.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

const std::string kScripts = std::string(THRESHER_SOURCE_DIR) + "/scripts/";

}  // namespace

TEST_CASE("list prints scenarios with their tasks, weights and tags", "[integration][cli]") {
  const Finished text = run_thresher({"list", kScripts + "health_checks.lua"});
  CHECK(text.exit_code == 0);
  CHECK_THAT(text.out, Contains("core") && Contains("weight 10") && Contains("http://127.0.0.1:8007"));
  const Finished as_json = run_thresher({"list", kScripts + "health_checks.lua", "--json"});
  const json listed = json::parse(as_json.out);
  REQUIRE(listed.at("scenarios").size() == 2);
  CHECK(listed.at("scenarios")[0].at("tasks").size() >= 5);
}

TEST_CASE("plugins names the leveredge target and its ports", "[integration][cli]") {
  const Finished run = run_thresher({"plugins"});
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("leveredge") && Contains(":8099") && Contains("ABI 1."));
  CHECK(json::parse(run_thresher({"plugins", "--json"}).out).size() >= 1);
}

TEST_CASE("the version names what it is built on", "[integration][cli]") {
  const Finished run = run_thresher({"--version"});
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("thresher ") && Contains("libuv") && Contains("LuaJIT") && Contains("llhttp"));
}

TEST_CASE("help shows examples before the flags", "[integration][cli]") {
  for (const char* command : {"run", "rehearse"}) {
    const Finished run = run_thresher({command, "--help"});
    CHECK(run.exit_code == 0);
    CHECK(run.out.find("Examples:") < run.out.find("--users"));
  }
  CHECK_THAT(run_thresher({}).out, Contains("thresher run"));
}

TEST_CASE("a new scenario runs as it was written", "[integration][cli]") {
  const ScratchFolder folder;
  REQUIRE(run_thresher({"new", "scenario", "my_flow.lua"}, {}, folder.path()).exit_code == 0);
  const Finished run =
      run_thresher({"rehearse", "my_flow.lua", "--users", "2", "--iterations", "4", "--host", "http://127.0.0.1:9"}, {},
                   folder.path());
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("connect_refused"));  // nobody stands in on its port: the scenario itself is sound
  const Finished again = run_thresher({"new", "scenario", "my_flow.lua"}, {}, folder.path());
  CHECK(again.exit_code == 104);
  CHECK_THAT(again.err, Contains("exists already"));
}

TEST_CASE("flags win over the environment, which wins over the profile, which wins over thresher.toml",
          "[integration][cli]") {
  const ScratchFolder folder;
  folder.write("thresher.toml", "users = 2\nrun_time = \"2s\"\n");
  folder.write("mine.toml", "users = 3\n");
  folder.write("mine.lua", R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "s", wait = thresher.constant(0.5) }
s:task { "one", function() end }
return s
)lua");
  const auto users = [&](std::vector<std::string> flags, std::map<std::string, std::string> environment) {
    flags.insert(flags.begin(), {"rehearse", "mine.lua", "--json", "out.json", "--quiet"});
    const Finished run = run_thresher(flags, std::move(environment), folder.path());
    INFO(run.out << run.err);
    REQUIRE(run.exit_code == 0);
    return json::parse(folder.read("out.json")).at("plan").at("users").get<int>();
  };
  CHECK(users({}, {}) == 2);
  CHECK(users({"--profile", "mine.toml"}, {}) == 3);
  CHECK(users({"--profile", "mine.toml"}, {{"THRESHER_USERS", "4"}}) == 4);
  CHECK(users({"--profile", "mine.toml", "--users", "5"}, {{"THRESHER_USERS", "4"}}) == 5);
}
