#include "script/vm.h"

#include <catch2/catch.hpp>
#include <lua.hpp>

#include "script/misuse.h"
#include "support/script_folder.h"

using namespace thresher;
using Catch::Matchers::Contains;
using script::Coroutine;
using script::Vm;
using test::ScriptFolder;

namespace {

/// Loads a file that returns a function, and pushes that function onto the coroutine.
void push_function(Vm& vm, const Coroutine& coroutine, const ScriptFolder& folder, const std::string& source) {
  lua_pushcfunction(vm.state(), [](lua_State* state) {
    lua_setfield(state, LUA_REGISTRYINDEX, "test.function");
    return 0;
  });
  vm.provide("keep");
  REQUIRE(vm.run_file(folder.write("flow.lua", source)));
  lua_getfield(coroutine.state(), LUA_REGISTRYINDEX, "test.function");
}

int suspend_me(lua_State* state) {
  if (lua_isyieldable(state) == 0) return script::misuse(state, "cannot wait here");
  return lua_yield(state, 0);
}

}  // namespace

TEST_CASE("a coroutine parks, continues, finishes and can be started again", "[unit][script]") {
  ScriptFolder folder;
  Vm vm;
  int owner = 0;
  Coroutine coroutine(vm, &owner);
  push_function(vm, coroutine, folder,
                "require('keep')(function(a) local b = coroutine.yield(a + 1) return a + b end)");
  lua_State* state = coroutine.state();

  lua_pushnumber(state, 1);
  REQUIRE(coroutine.resume(1) == Coroutine::Step::parked);
  CHECK(lua_tonumber(state, -1) == 2);
  lua_settop(state, 0);
  lua_gc(state, LUA_GCCOLLECT, 0);
  lua_pushnumber(state, 40);
  REQUIRE(coroutine.resume(1) == Coroutine::Step::finished);
  CHECK(lua_tonumber(state, -1) == 41);
  lua_settop(state, 0);

  lua_getfield(state, LUA_REGISTRYINDEX, "test.function");
  lua_pushnumber(state, 5);
  CHECK(coroutine.resume(1) == Coroutine::Step::parked);
  CHECK(script::owner_of(state) == &owner);
}

TEST_CASE("a failed coroutine tells where, with its own traceback", "[unit][script]") {
  ScriptFolder folder;
  Vm vm;
  Coroutine coroutine(vm, nullptr);
  push_function(vm, coroutine, folder,
                "local function inner(t)\n  return t.missing.field\nend\n"
                "require('keep')(function() local r = inner({}) return r end)");
  REQUIRE(coroutine.resume(0) == Coroutine::Step::failed);
  const auto failure = coroutine.failure();
  CHECK(failure.message == "flow.lua:2: attempt to index field 'missing' (a nil value)");
  CHECK_THAT(failure.traceback, Contains("flow.lua:2: in function 'inner'"));
  CHECK_THAT(failure.traceback, Contains("flow.lua:4:"));
}

TEST_CASE("an error value that is no string is described", "[unit][script]") {
  ScriptFolder folder;
  Vm vm;
  SECTION("a table") {
    Coroutine coroutine(vm, nullptr);
    push_function(vm, coroutine, folder, "require('keep')(function() error({}) end)");
    REQUIRE(coroutine.resume(0) == Coroutine::Step::failed);
    CHECK(coroutine.failure().message == "an error value of type table");
  }
  SECTION("a table that can say what it is") {
    Coroutine coroutine(vm, nullptr);
    push_function(
        vm, coroutine, folder,
        "require('keep')(function() error(setmetatable({}, {__tostring = function() return 'mine' end})) end)");
    REQUIRE(coroutine.resume(0) == Coroutine::Step::failed);
    CHECK(coroutine.failure().message == "mine");
  }
  SECTION("nil") {
    Coroutine coroutine(vm, nullptr);
    push_function(vm, coroutine, folder, "require('keep')(function() error() end)");
    REQUIRE(coroutine.resume(0) == Coroutine::Step::failed);
    CHECK(coroutine.failure().message == "an error value of type nil");
  }
}

TEST_CASE("waiting is possible inside pcall, iterators and metamethods, and refused where C stands in between",
          "[unit][script]") {
  ScriptFolder folder;
  Vm vm;
  lua_pushcfunction(vm.state(), suspend_me);
  vm.provide("suspend");
  Coroutine coroutine(vm, nullptr);
  const auto run = [&](const std::string& body) {
    push_function(vm, coroutine, folder,
                  "local suspend = require 'suspend'\nrequire('keep')(function() " + body + " end)");
    return coroutine.resume(0);
  };

  SECTION("pcall") {
    REQUIRE(run("local ok, v = pcall(function() local x = suspend() return x end) return ok and v") ==
            Coroutine::Step::parked);
    lua_pushliteral(coroutine.state(), "back");
    REQUIRE(coroutine.resume(1) == Coroutine::Step::finished);
    CHECK(std::string(lua_tostring(coroutine.state(), -1)) == "back");
  }
  SECTION("an iterator") { CHECK(run("for _ in function() suspend() end do end") == Coroutine::Step::parked); }
  SECTION("a metamethod") {
    CHECK(run("local x = setmetatable({}, {__index = function() suspend() end}).y") == Coroutine::Step::parked);
  }
  SECTION("a table.sort comparator") {
    REQUIRE(run("table.sort({3, 1, 2}, function(a, b) suspend() return a < b end)") == Coroutine::Step::failed);
    CHECK(coroutine.failure().message == "flow.lua:2: cannot wait here");
  }
  SECTION("a string.gsub callback") {
    REQUIRE(run("string.gsub('abc', '.', function() suspend() end)") == Coroutine::Step::failed);
    CHECK(coroutine.failure().message == "flow.lua:2: cannot wait here");
  }
}

TEST_CASE("the collector may run at every step", "[unit][script]") {
  ScriptFolder folder;
  Vm vm;
  lua_pushcfunction(vm.state(), suspend_me);
  vm.provide("suspend");
  std::vector<Coroutine> coroutines;
  for (int i = 0; i < 50; ++i) {
    coroutines.emplace_back(vm, nullptr);
    push_function(
        vm, coroutines.back(), folder,
        "local suspend = require 'suspend'\n"
        "require('keep')(function(i) local kept = {tostring(i)} for _ = 1, 3 do suspend() collectgarbage() end "
        "return kept[1] end)");
    lua_pushinteger(coroutines.back().state(), i);
    REQUIRE(coroutines.back().resume(1) == Coroutine::Step::parked);
  }
  coroutines.erase(coroutines.begin(), coroutines.begin() + 25);
  for (int i = 25; i < 50; ++i) {
    auto& coroutine = coroutines[static_cast<std::size_t>(i) - 25];
    lua_gc(vm.state(), LUA_GCCOLLECT, 0);
    REQUIRE(coroutine.resume(0) == Coroutine::Step::parked);
    REQUIRE(coroutine.resume(0) == Coroutine::Step::parked);
    REQUIRE(coroutine.resume(0) == Coroutine::Step::finished);
    CHECK(lua_tointeger(coroutine.state(), -1) == i);
  }
}

TEST_CASE("deep recursion is a script error, not the end of the process", "[unit][script]") {
  ScriptFolder folder;
  Vm vm;
  Coroutine coroutine(vm, nullptr);
  push_function(
      vm, coroutine, folder,
      "local function f(n) local x = f(n + 1) return x end\nrequire('keep')(function() local x = f(1) return x end)");
  REQUIRE(coroutine.resume(0) == Coroutine::Step::failed);
  CHECK_THAT(coroutine.failure().message, Contains("flow.lua:1: stack overflow"));
}

TEST_CASE("a string of 100 MB is only memory", "[unit][script]") {
  ScriptFolder folder;
  Vm vm;
  Coroutine coroutine(vm, nullptr);
  push_function(vm, coroutine, folder, "require('keep')(function() return #string.rep('x', 100 * 1024 * 1024) end)");
  REQUIRE(coroutine.resume(0) == Coroutine::Step::finished);
  CHECK(lua_tonumber(coroutine.state(), -1) == 100.0 * 1024 * 1024);
}

TEST_CASE("equal tables are walked in equal order by every VM", "[unit][script]") {
  const auto walk = [] {
    ScriptFolder folder;
    Vm vm;
    std::string order;
    vm.on_print([&](std::string line) { order += line; });
    REQUIRE(vm.run_file(folder.write("walk.lua",
                                     "for k in pairs({status = 1, input = 2, query = 3, session_id = 4, context = 5, "
                                     "previous = 6, turn = 7, zeta = 8}) do print(k) end")));
    return order;
  };
  const auto first = walk();
  CHECK_THAT(first, Contains("session_id"));
  CHECK(walk() == first);
  CHECK(walk() == first);
}

TEST_CASE("this interpreter runs hot nested pairs loops to their end", "[unit][script]") {
  CHECK(script::check_interpreter());
}

TEST_CASE("an error raised through C++ frames destroys what they hold", "[unit][script]") {
  // misuse() keeps destructors out of its callers; this proves that a mistake there leaks nothing.
  static int alive = 0;
  struct Held {
    Held() { ++alive; }
    ~Held() { --alive; }
  };
  Vm vm;
  lua_pushcfunction(vm.state(), [](lua_State* state) {
    Held held;
    return luaL_error(state, "on purpose");
  });
  const auto result = vm.call(0, 0);
  REQUIRE_FALSE(result);
  CHECK(alive == 0);
}
