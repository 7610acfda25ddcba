#include <catch2/catch.hpp>

#include "support/script_world.h"

using namespace thresher;
using Catch::Matchers::Contains;
using test::ScriptWorld;

namespace {

std::vector<std::string> recorded(const std::string& body) {
  ScriptWorld world;
  world.task(body);
  world.start();
  world.iterate();
  CHECK(world.said_text() == "");
  return world.history;
}

}  // namespace

TEST_CASE("record adds an event with its fields, and raw JSON as it is", "[unit][bindings]") {
  CHECK(recorded(R"(thresher.record("accepted", { item = "wf-1" }, { answer = '{ "tasks": [] }' }))") ==
        std::vector<std::string>{R"({"event":"accepted","item":"wf-1","answer":{"tasks":[]}})"});
}

TEST_CASE("an event without fields is one all the same", "[unit][bindings]") {
  CHECK(recorded("thresher.record 'tick'") == std::vector<std::string>{R"({"event":"tick"})"});
}

TEST_CASE("a raw text that is no JSON becomes a string on one line", "[unit][bindings]") {
  CHECK(recorded(R"(thresher.record("result", nil, { answer = "<html>\n\255\"" }))") ==
        std::vector<std::string>{"{\"event\":\"result\",\"answer\":\"<html>\\n\xEF\xBF\xBD\\\"\"}"});
}

TEST_CASE("pretty JSON is put on one line, its strings untouched", "[unit][bindings]") {
  CHECK(recorded(R"(thresher.record("r", nil, { a = '{\n  "x y": [1,\n 2]\n}\n' }))") ==
        std::vector<std::string>{R"({"event":"r","a":{"x y":[1,2]}})"});
}

TEST_CASE("an event in a script's hands carries the time of its moment", "[unit][bindings]") {
  ScriptWorld world;
  world.task("thresher.sleep(1.5) print(thresher.event('x', { n = 1 })) print(thresher.record('y'))");
  world.start();
  world.iterate();
  CHECK_THAT(world.said_text(), Contains(R"(000000,"event":"x","n":1})") && Contains(R"(,"event":"y"})"));
  CHECK(world.history == std::vector<std::string>{R"({"event":"y"})"});
}

TEST_CASE("misuse of record names the author's line", "[unit][bindings]") {
  const auto [call, problem] = GENERATE(table<std::string, std::string>({
      {"thresher.record(1)", "record: expected a string, got number"},
      {"thresher.record('x', 'y')", "record: expected a table, got string"},
      {"thresher.record('x', { 1 })", "record: expected options by name"},
      {"thresher.record('x', nil, { a = {} })", "record: the third argument names JSON texts"},
  }));
  ScriptWorld world;
  world.task(call);
  world.start();
  CHECK(world.iterate().result == engine::IterationResult::failed);
  CHECK_THAT(world.totals().exceptions()[0].message, Contains("flow.lua:2: " + problem));
}

TEST_CASE("a plugin that is not there is named while the file loads", "[unit][bindings]") {
  const auto [call, problem] = GENERATE(table<std::string, std::string>({
      {"thresher.generator 'farm'", "unknown generator \"farm\"; no plugin offers any"},
      {"thresher.validator 'farm'", "unknown validator \"farm\"; no plugin offers any"},
      {"thresher.target 'aoa'", "unknown target \"aoa\"; no plugin offers any"},
  }));
  ScriptWorld world;
  world.scenario("local thresher = require 'thresher'\n" + call);
  const auto started = world.try_start();
  REQUIRE_FALSE(started);
  CHECK_THAT(to_text(started.error()), Contains("flow.lua:2: " + problem));
}

TEST_CASE("user.serial tells every iteration of a run apart", "[unit][bindings]") {
  ScriptWorld world(2);
  world.plan().users = 10;
  world.task("print(user.serial)");
  world.start();
  for (int round = 0; round < 2; ++round)
    for (const engine::UserNumber user : {0, 1, 9}) world.iterate(user);
  world.arrive(4, 123);
  CHECK(world.said_text() == "0\n1\n9\n10\n11\n19\n123\n");
}
