#include <catch2/catch.hpp>

#include "support/script_world.h"

using namespace thresher;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::ScriptWorld;

namespace {

/// Runs setup on worker 0 and hands its data to everybody, as the engine does.
Result<std::string> set_up(ScriptWorld& world) {
  Result<std::string> result = fail(ErrorCode::internal, "setup did not end");
  world.runner().setup([&](Result<std::string> data) { result = std::move(data); });
  world.run_for(10s);
  if (!result) return result;
  for (unsigned i = 0; i < world.plan().workers; ++i) world.runner(i).set_setup_data(*result);
  return result;
}

Result<void> tear_down(ScriptWorld& world, const std::string& data) {
  Result<void> result = fail(ErrorCode::internal, "teardown did not end");
  world.runner().teardown(data, [&](Result<void> ended) { result = std::move(ended); });
  world.run_for(10s);
  return result;
}

}  // namespace

TEST_CASE("what setup returns reaches every user on every worker, and teardown", "[unit][bindings]") {
  ScriptWorld world(2);
  world.scenario(R"(local thresher = require 'thresher'
    thresher.setup(function(user)
      local res = user:get('/token', { name = 'token' })
      thresher.sleep(1)
      return { token = res:json('status'), list = { 1, 2, 3 }, number = user.number }
    end)
    thresher.teardown(function(data, user) print('teardown', data.token, user:get('/bye').status) end)
    local s = thresher.scenario { name = 'x', host = 'http://127.0.0.1:8007' }
    function s:on_start(user, data) print('start', data.token) end
    s:task { 'a', function(user, data) print(user.number, data.token, #data.list, data.number) end })");
  world.start();
  const auto data = set_up(world);
  REQUIRE(data);
  world.iterate(0);
  world.iterate(1);
  REQUIRE(tear_down(world, *data));
  CHECK(world.said_text() ==
        "start\thealthy\n1\thealthy\t3\tnil\nstart\thealthy\n2\thealthy\t3\tnil\nteardown\thealthy\t200\n");
  CHECK(world.metric("http_reqs", {{{"task", "setup"}, {"name", "token"}}}).counter.sum == 1);
}

TEST_CASE("a scenario's own setup wins over its file's, and each file has its own", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher' require 'other'
    thresher.setup(function() return 'file' end)
    local a = thresher.scenario { name = 'a' }
    function a:setup(user) return 'own of ' .. (self == a and 'a' or '?') end
    function a:teardown(data) print('teardown', data) end
    local b = thresher.scenario { name = 'b' }
    for _, s in ipairs { a, b } do s:task { 'a', function(user, data) print(data) end } end)");
  world.file("other.lua", R"(local thresher = require 'thresher' thresher.setup(function() return 'other' end)
    local c = thresher.scenario { name = 'c' }
    c:task { 'a', function(user, data) print(data) end })");
  world.start();
  const auto data = set_up(world);
  REQUIRE(data);
  for (std::size_t scenario = 0; scenario < 3; ++scenario) {
    world.add_user(scenario, scenario);
    world.iterate(scenario);
  }
  REQUIRE(tear_down(world, *data));
  CHECK(world.said_text() == "other\nown of a\nfile\nteardown\town of a\n");
}

TEST_CASE("setup of a scenario that is not selected does not run", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher'
    local a, b = thresher.scenario { name = 'a' }, thresher.scenario { name = 'b' }
    function a:setup() print 'a' end
    function b:setup() print 'b' end
    for _, s in ipairs { a, b } do s:task { 't', function(user, data) print(data) end } end)");
  world.plan().scenarios = {{.scenario = 1, .tasks = {0}}};
  world.start();
  REQUIRE(set_up(world));
  world.iterate();
  CHECK(world.said_text() == "b\nnil\n");
}

TEST_CASE("without setup there is nothing to hand over", "[unit][bindings]") {
  ScriptWorld world;
  world.task("print(data)");
  world.start();
  const auto data = set_up(world);
  REQUIRE(data);
  CHECK(*data == "{}");
  world.iterate();
  REQUIRE(tear_down(world, *data));
  CHECK(world.said_text() == "nil\n");
}

TEST_CASE("an error in setup or teardown is the author's, with its line and traceback", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher'
    thresher.setup(function()
      thresher.sleep(1)
      error 'no database'
    end)
    thresher.teardown(function() local x = nil + 1 end)
    thresher.scenario { name = 'a' }:task { 't', function() end })");
  world.start();
  const auto data = set_up(world);
  REQUIRE_FALSE(data);
  CHECK(data.error().code == ErrorCode::script);
  CHECK_THAT(to_text(data.error()), StartsWith("flow.lua:4: no database\nstack traceback:\n"));
  const auto ended = tear_down(world, "{}");
  REQUIRE_FALSE(ended);
  CHECK_THAT(to_text(ended.error()), StartsWith("flow.lua:6: attempt to perform arithmetic"));
}

TEST_CASE("setup data that cannot be handed over is refused", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher'
    thresher.setup(function() return { f = function() end } end)
    thresher.scenario { name = 'a' }:task { 't', function() end })");
  world.start();
  const auto data = set_up(world);
  REQUIRE_FALSE(data);
  CHECK_THAT(to_text(data.error()), Contains("setup: what it returned cannot be handed over"));
}

TEST_CASE("abort in setup ends it", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher'
    thresher.setup(function() thresher.abort 'not today' end)
    thresher.scenario { name = 'a' }:task { 't', function() end })");
  world.start();
  REQUIRE_FALSE(set_up(world));
  CHECK(world.aborted == std::vector<std::string>{"not today"});
}
