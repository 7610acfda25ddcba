// The scenarios we ship: scripts/health_checks.lua does what the Leveredge contract says.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/file.h"
#include "http/headers.h"
#include "support/script_world.h"

using namespace thresher;
using namespace std::chrono_literals;
using test::ScriptWorld;

namespace {

const std::string kScript = std::string(THRESHER_SOURCE_DIR) + "/scripts/health_checks.lua";

bindings::Catalogue catalogue() {
  bindings::ScenarioOptions options;
  options.files = {kScript};
  auto read = bindings::read_catalogue(options);
  if (!read) FAIL(to_text(read.error()));
  return std::move(*read);
}

}  // namespace

TEST_CASE("the health checks declare both user classes of the contract", "[unit][bindings]") {
  const auto scenarios = catalogue().scenarios;
  REQUIRE(scenarios.size() == 2);
  std::map<std::string, double> weights;
  for (const auto& task : scenarios[0].tasks) {
    REQUIRE(task.tags.size() == 2);
    weights[task.tags[0] == "health" ? task.tags[1] : task.tags[0]] = task.weight;
  }
  CHECK(weights ==
        std::map<std::string, double>{{"core", 10}, {"support", 5}, {"creative", 3}, {"security", 2}, {"batch", 1}});
  CHECK(scenarios[1].tasks.size() == 1);
  CHECK(scenarios[1].tasks[0].tags == std::vector<std::string>{"health", "stress"});
  for (const auto& scenario : scenarios) {
    CHECK(scenario.weight == 1);
    CHECK(scenario.host == "http://127.0.0.1:8007");
  }
}

TEST_CASE("the health checks ask every agent on its port of the host given", "[unit][bindings]") {
  ScriptWorld world;
  world.options().files = {kScript};
  world.options().host = "http://localhost:1";
  std::set<std::string> hosts;
  world.serve_fleet();
  const auto answer = world.handler;
  world.handler = [&](const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
    CHECK(request.target == "/health");
    hosts.emplace(http::find_header(request.head, "Host").value);
    answer(request, std::move(responder));
  };
  world.start();
  world.add_user(0, 0);
  world.add_user(1, 1);
  bool thought_between = true;
  for (int i = 0; i < 60; ++i) {
    const auto calm = world.iterate(0).think, hasty = world.iterate(1).think;
    thought_between = thought_between && calm >= 500ms && calm <= 2s && hasty >= 100ms && hasty <= 300ms;
  }
  CHECK(world.error().empty());
  CHECK(thought_between);
  CHECK(hosts.size() == 20);
  CHECK(hosts.contains("localhost:8007"));
  CHECK(hosts.contains("localhost:8034"));
  CHECK(world.metric("checks").rate.passes == world.metric("checks").rate.total);
  CHECK(world.metric("http_reqs", {{{"name", "/health [stress]"}, {"agent", "event-bus"}}}).counter.sum == 60);
  CHECK(world.metric("group_duration").trend.count() > 0);
}

TEST_CASE("an agent that only says 200 fails its health check", "[unit][bindings]") {
  ScriptWorld world;
  world.options().files = {kScript};
  world.serve_fleet();
  world.handler = [](const http::ServerRequest&, std::unique_ptr<http::Responder> responder) {
    responder->respond(200, "", R"({"status":"degraded"})");
  };
  world.start();
  world.iterate();
  CHECK(world.metric("checks", {{{"check", "status is 200"}}}).rate.passes > 0);
  CHECK(world.metric("checks", {{{"check", "says healthy"}}}).rate.passes == 0);
}

TEST_CASE("every name of the API has its annotation for editors", "[unit][bindings]") {
  const auto meta = read_file(std::string(THRESHER_SOURCE_DIR) + "/scripts/meta/thresher.lua");
  REQUIRE(meta);
  ScriptWorld world;
  world.task("");
  world.file("flow.lua",
             "local thresher = require 'thresher' for name in pairs(getmetatable(thresher).__index) do print(name) end "
             "thresher.scenario { name = 'x' }:task { 'a', function(user) "
             "for name in pairs(getmetatable(user).__index) do print('User:' .. name) end end }");
  world.start();
  world.iterate();
  REQUIRE(world.said.size() > 30);
  for (const auto& line : world.said) {
    const auto name = line.substr(line.find(": ") + 2);
    const auto written = name.starts_with("User:") ? name : "thresher." + name;
    INFO(written);
    CHECK(meta->find(written) != std::string::npos);
  }
}
