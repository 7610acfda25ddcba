// thresher.process where no process can run: what authors get wrong, and rehearsals. Real ones:
// tests/integration/recovery.
#include <catch2/catch.hpp>

#include "support/script_world.h"

using namespace thresher;
using Catch::Matchers::Contains;
using test::ScriptWorld;

namespace {

/// The error of a task with this body.
std::string error_of(const std::string& body) {
  ScriptWorld world;
  world.task(body);
  world.start();
  world.iterate();
  return world.error();
}

}  // namespace

TEST_CASE("a rehearsal starts no process, and the script hears why", "[unit][bindings]") {
  ScriptWorld world;
  world.task("print(thresher.process { cmd = { 'echo', 'hi' } })");
  world.start();
  world.iterate();
  CHECK_THAT(world.said_text(), Contains("nil\ta rehearsal starts no processes"));
  CHECK(world.error().empty());
}

TEST_CASE("what thresher.process does not understand names the author's line", "[unit][bindings]") {
  const std::pair<const char*, const char*> mistakes[] = {
      {"thresher.process 'echo'", "flow.lua:2: process: expected { cmd = { ... } }, got string"},
      {"thresher.process { cmd = 'echo hi' }", "flow.lua:2: process: cmd: expected a list"},
      {"thresher.process { cmd = {} }", "flow.lua:2: process: cmd: expected a list"},
      {"thresher.process { cmd = { 'echo', {} } }", "flow.lua:2: process: cmd: item 2 is a table, not a string"},
      {"thresher.process { cmd = { 'a\\0b' } }", "flow.lua:2: process: cmd: a byte 0"},
      {"thresher.process { cmd = { 'echo' }, evn = {} }", "flow.lua:2: process has no 'evn'; did you mean 'env'?"},
      {"thresher.process { cmd = { 'echo' }, env = { A = {} } }", "flow.lua:2: process: env: A: expected a string"},
      {"thresher.process { cmd = { 'echo' }, env = { ['A=B'] = 'x' } }", "flow.lua:2: process: env: expected names"},
      {"thresher.process { cmd = { 'echo' }, cwd = 7 }", "flow.lua:2: process: cwd: expected a string, got number"},
      {"thresher.process { cmd = { 'echo' }, stdin = 'text' }", "flow.lua:2: process: stdin: expected true or false"},
  };
  for (const auto& [body, message] : mistakes) {
    INFO(body);
    CHECK_THAT(error_of(body), Contains(message));
  }
}

TEST_CASE("a file that loads has no processes", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(
      "local thresher = require 'thresher'\n"
      "thresher.process { cmd = { 'echo' } }");
  const auto started = world.try_start();
  REQUIRE_FALSE(started);
  CHECK_THAT(to_text(started.error()), Contains("flow.lua:2: process: only a virtual user can do this"));
}

TEST_CASE("thresher.executable is the running program", "[unit][bindings]") {
  ScriptWorld world;
  world.task("print(thresher.executable)");
  world.start();
  world.iterate();
  CHECK_THAT(world.said_text(), Contains("/test_bindings"));
}
