#include <catch2/catch.hpp>
#include <set>
#include <string_view>
#include <thread>

#include "support/sanitizer.h"
#include "support/script_world.h"

using namespace thresher;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using engine::IterationResult;
using test::ScriptWorld;

TEST_CASE("an iteration runs one task and reports when it began and ended", "[unit][bindings]") {
  ScriptWorld world;
  world.task("thresher.sleep(0.25) print(user.number, user.iteration)");
  world.start();
  const auto end = world.iterate(3);
  CHECK(end.result == IterationResult::ok);
  CHECK(end.ended - end.began == 250ms);
  CHECK(end.think == 0ns);
  world.iterate(3);
  CHECK(world.said == std::vector<std::string>{"flow.lua: 4\t1", "flow.lua: 4\t2"});
}

TEST_CASE("tasks are chosen by weight", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher' local s = thresher.scenario { name = 'x' }
    s:task { 'often', weight = 3, function() print 'often' end }
    s:task { 'rarely', weight = 1, function() print 'rarely' end })");
  world.start();
  for (int i = 0; i < 2000; ++i) world.iterate();
  const auto often = std::count(world.said.begin(), world.said.end(), "flow.lua: often");
  CHECK(often > 1400);
  CHECK(often < 1600);
}

TEST_CASE("the tasks that a selection left out do not run", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher' local s = thresher.scenario { name = 'x' }
    s:task { 'a', weight = 100, function() print 'a' end }
    s:task { 'b', function() print 'b' end })");
  world.plan().scenarios = {{.scenario = 0, .tasks = {1}}};
  world.start();
  for (int i = 0; i < 20; ++i) world.iterate();
  CHECK(world.said == std::vector<std::string>(20, "flow.lua: b"));
}

TEST_CASE("a sequential scenario runs its tasks in order, thinking in between", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher'
    local s = thresher.scenario { name = 'x', sequential = true, wait = thresher.constant(2) }
    for i = 1, 3 do s:task { 'step ' .. i, function() print(i) end } end)");
  world.start();
  const auto end = world.iterate();
  CHECK(world.said_text() == "1\n2\n3\n");
  CHECK(end.ended - end.began == 4s);
  CHECK(end.think == 2s);
}

TEST_CASE("waits become the time a user thinks", "[unit][bindings]") {
  const auto think = [](const char* wait) {
    ScriptWorld world;
    world.task("thresher.sleep(0.5)", std::string("wait = ") + wait);
    world.start();
    return world.iterate().think;
  };
  CHECK(think("thresher.constant(1.5)") == 1500ms);
  CHECK(think("thresher.constant_pacing(2)") == 1500ms);
  CHECK(think("thresher.constant_pacing(0.2)") == 0ms);
  CHECK(think("thresher.constant_throughput(0.5)") == 1500ms);
  CHECK(think("function(user) return user.number + 0.25 end") == 1250ms);
  const auto between = think("thresher.between(1, 2)");
  CHECK(between >= 1s);
  CHECK(between < 2s);
}

TEST_CASE("a wait function that gives no seconds is an error of the scenario", "[unit][bindings]") {
  ScriptWorld world;
  world.task("", "wait = function() return 'soon' end");
  world.start();
  CHECK(world.iterate().result == IterationResult::ok);
  CHECK_THAT(world.error(), Contains("wait: the function must return seconds, 0 or more"));
}

TEST_CASE("on_start runs once, before the first iteration begins, and on_stop when the user retires",
          "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher' local s = thresher.scenario { name = 'x' }
    function s:on_start(user) thresher.sleep(3) user.seen = 0 print(self == s, 'start') end
    function s:on_stop(user) thresher.sleep(1) print('stop', user.seen) end
    s:task { 'a', function(user) user.seen = user.seen + 1 end })");
  world.start();
  const auto before = world.now();
  const auto end = world.iterate();
  CHECK(end.began.time_since_epoch() - before == 3s);
  CHECK(end.ended == end.began);
  world.iterate();
  world.retire();
  CHECK(world.said_text() == "true\tstart\nstop\t2\n");
}

TEST_CASE("an error in on_start fails the iteration, and the next one tries again", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher' local s = thresher.scenario { name = 'x' }
    local tries = 0
    function s:on_start(user)
      tries = tries + 1
      if tries == 1 then error 'no account' end
    end
    function s:on_stop() print 'stop' end
    s:task { 'a', function() print 'task' end })");
  world.start();
  CHECK(world.iterate().result == IterationResult::failed);
  CHECK(world.said.empty());
  CHECK(world.error() == "flow.lua:5: no account");
  CHECK(world.iterate().result == IterationResult::ok);
  world.retire();
  CHECK(world.said_text() == "task\nstop\n");
}

TEST_CASE("a user that never got through on_start retires without on_stop", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher' local s = thresher.scenario { name = 'x' }
    function s:on_start(user) error 'no' end
    function s:on_stop() print 'stop' end
    s:task { 'a', function() end })");
  world.start();
  world.iterate();
  world.retire();
  world.add_user(0);
  world.retire();
  CHECK(world.said.empty());
}

TEST_CASE("a script error is counted with its traceback, and the user goes on", "[unit][bindings]") {
  ScriptWorld world;
  world.task("local function inner() local x = nil + 1 end\nif user.iteration % 2 == 1 then inner() end print 'fine'");
  world.start();
  CHECK(world.iterate().result == IterationResult::failed);
  CHECK(world.iterate().result == IterationResult::ok);
  CHECK(world.iterate().result == IterationResult::failed);
  CHECK(world.said_text() == "fine\n");
  REQUIRE(world.totals().exceptions().size() == 1);
  CHECK(world.totals().exceptions()[0].count == 2);
  CHECK(world.error() == "flow.lua:2: attempt to perform arithmetic on a nil value");
  CHECK_THAT(world.traceback(), Contains("flow.lua:2: in function 'inner'") && Contains("flow.lua:3: in function"));
}

TEST_CASE("an error that names no line is blamed on the task", "[unit][bindings]") {
  ScriptWorld world;
  world.task("error({})");
  world.start();
  world.iterate();
  CHECK(world.error() == "flow.lua:1: an error value of type table");
}

TEST_CASE("an error passed on by a group keeps the traceback of where it happened", "[unit][bindings]") {
  ScriptWorld world;
  world.task("group('outer', function()\n group('inner', function()\n local x = nil + 1 end) end)");
  world.start();
  world.iterate();
  CHECK(world.error() == "flow.lua:4: attempt to perform arithmetic on a nil value");
  CHECK_THAT(world.traceback(), Contains("flow.lua:4:"));
}

TEST_CASE("interruption ends an iteration at its wait, whatever pcall there is", "[unit][bindings]") {
  ScriptWorld world;
  SECTION("asleep") { world.task("while true do pcall(thresher.sleep, 100) end"); }
  SECTION("awaiting an answer") {
    world.handler = world.silence();
    world.task("while true do pcall(function() user:get('/slow') end) end");
  }
  world.start();
  world.begin();
  world.run_for(1s);
  REQUIRE(world.ended.empty());
  world.runner().interrupt(0);
  REQUIRE(world.ended.size() == 1);
  CHECK(world.ended[0].end.result == IterationResult::interrupted);
  CHECK(world.ended[0].end.ended - world.ended[0].end.began == 1s);
  CHECK(world.error().empty());
  CHECK(world.metric("http_reqs").counter.count == 0);
  world.retire();
}

TEST_CASE("an interrupted user can begin again", "[unit][bindings]") {
  ScriptWorld world;
  world.task("if user.iteration == 1 then thresher.sleep(100) end print 'second'");
  world.start();
  world.begin();
  world.runner().interrupt(0);
  CHECK(world.iterate().result == IterationResult::ok);
  CHECK(world.said_text() == "second\n");
}

TEST_CASE("on_stop that is interrupted still retires the user", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher' local s = thresher.scenario { name = 'x' }
    function s:on_stop() thresher.sleep(1000) end
    s:task { 'a', function() end })");
  world.start();
  world.iterate();
  world.runner().retire(0);
  CHECK(world.retired.empty());
  world.runner().interrupt(0);
  CHECK(world.retired == std::vector<engine::UserNumber>{0});
}

TEST_CASE("abort tells the run and ends the iteration; fail tells the run and goes on", "[unit][bindings]") {
  ScriptWorld world;
  world.task("thresher.fail 'half empty' pcall(thresher.abort, 'wrong target') print 'after'");
  world.start();
  CHECK(world.iterate().result == IterationResult::interrupted);
  CHECK(world.failed == std::vector<std::string>{"half empty"});
  CHECK(world.aborted == std::vector<std::string>{"wrong target"});
  CHECK(world.said.empty());
}

TEST_CASE("waiting where the script cannot be parked is a named error, and nothing is left armed", "[unit][bindings]") {
  const auto error_of = [](const char* body) {
    ScriptWorld world;
    world.task(body);
    world.start();
    world.iterate();
    CHECK(world.requests.empty());
    return world.error();
  };
  CHECK_THAT(error_of("table.sort({2, 1, 3}, function(a, b)\n user:get('/x') return a < b end)"),
             StartsWith("flow.lua:3: request: cannot wait here: a function that is no Lua (table.sort"));
  CHECK_THAT(error_of("string.gsub('abc', '.', function() thresher.sleep(1) end)"),
             StartsWith("flow.lua:2: sleep: cannot wait here"));
  CHECK_THAT(error_of("coroutine.wrap(function() user:get('/x') end)()"),
             Contains("flow.lua:2: request: cannot wait inside a coroutine of your own"));
  CHECK_THAT(error_of("coroutine.yield(1)"), Contains("the script yielded by itself: only thresher's own calls wait"));
}

TEST_CASE("a script may use coroutines of its own", "[unit][bindings]") {
  ScriptWorld world;
  world.task(
      "local n = 0 for v in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) do n = n + v end "
      "print(n)");
  world.start();
  CHECK(world.iterate().result == IterationResult::ok);
  CHECK(world.said_text() == "6\n");
}

TEST_CASE("waiting inside pcall works and gives its results", "[unit][bindings]") {
  ScriptWorld world;
  world.task(
      "local ok, res = pcall(user.get, user, '/health') print(ok, res.status) "
      "print(pcall(function() thresher.sleep(1) error('x', 0) end))");
  world.start();
  CHECK(world.iterate().result == IterationResult::ok);
  CHECK(world.said_text() == "true\t200\nfalse\tx\n");
}

TEST_CASE("the collector may run inside every callback", "[unit][bindings]") {
  ScriptWorld world;
  world.task(
      "collectgarbage() local res = user:get('/health', { name = 'h', tags = { a = 'b' } }) collectgarbage() "
      "check(res, { ['says ' .. user.number] = res:json('status') == 'healthy' }) collectgarbage() thresher.sleep(0.1) "
      "group('g' .. user.iteration, function() collectgarbage() res = user:post('/x', { json = { res.body } }) end) "
      "collectgarbage() assert(res.headers['content-type'] == 'application/json')");
  world.start();
  for (engine::UserNumber user = 0; user < 20; ++user) world.begin(user);
  world.run_for(10s);
  CHECK(world.ended.size() == 20);
  CHECK(world.error().empty());
  CHECK(world.metric("checks").rate.passes == 20);
}

TEST_CASE("a user's choices do not depend on the number of workers", "[unit][bindings]") {
  const auto choices = [](unsigned workers) {
    ScriptWorld world(workers);
    world.scenario(R"(local thresher = require 'thresher'
      local s = thresher.scenario { name = 'x', wait = thresher.between(1, 5) }
      for i = 1, 5 do s:task { 'task ' .. i, weight = i, function(user)
        user.log = (user.log or '') .. i .. thresher.pick { 'a', 'b', 'c' } .. math.random(100)
        print(user.number, user.log, thresher.uuid())
      end } end)");
    world.start();
    std::vector<Nanoseconds> thinks;
    for (int i = 0; i < 5; ++i) {
      for (engine::UserNumber user = 0; user < 8; ++user) thinks.push_back(world.iterate(user).think);
    }
    return std::pair(world.said, thinks);
  };
  const auto one = choices(1);
  CHECK(one == choices(4));
  CHECK(one == choices(3));
  CHECK(one.first.size() == 40);
}

TEST_CASE("an arrival's choices depend on its number, not on the user that takes it", "[unit][bindings]") {
  ScriptWorld world;
  world.task("print(math.random(1e9), user.iteration)", "wait = thresher.constant(5)");
  world.start();
  const auto end = world.arrive(0, 41);
  CHECK(end.think == 0ns);
  world.arrive(7, 41);
  world.arrive(7, 42);
  REQUIRE(world.said.size() == 3);
  CHECK(world.said[0] == world.said[1]);
  CHECK(world.said[1] != world.said[2]);
}

TEST_CASE("deep recursion and huge strings fail an iteration or nothing", "[unit][bindings]") {
  ScriptWorld world;
  world.task(
      "if user.iteration == 1 then local function f() return 1 + f() end f() end\n"
      "local res = user:post('/x', { body = string.rep('x', 50 * 1024 * 1024) }) print(res.status)");
  world.start();
  CHECK(world.iterate().result == IterationResult::failed);
  CHECK_THAT(world.error(), Contains("stack overflow"));
  CHECK(world.iterate().result == IterationResult::ok);
  CHECK(world.said_text() == "200\n");
}

TEST_CASE("a runner may be destroyed while users are parked", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = world.silence();
  world.task("if user.number % 2 == 0 then thresher.sleep(10) else user:get('/slow') end");
  world.start();
  for (engine::UserNumber user = 0; user < 10; ++user) world.begin(user);
  world.run_for(1s);
  CHECK(world.ended.empty());
}

TEST_CASE("an iteration that never waits can be broken from another thread, and the user goes on", "[unit][bindings]") {
  if (test::kSignalsWait) return;
  ScriptWorld world;
  world.task(
      "if user.iteration == 1 then\n while true do pcall(function() while true do end end) end end print 'fine'");
  world.start();
  std::atomic<bool> done{false};
  std::thread watchdog([&] {
    while (!done.load()) {
      if (world.runner().script_activity() % 2 == 1) world.runner().break_script();
      std::this_thread::yield();
    }
  });
  const auto end = world.iterate();
  done = true;
  watchdog.join();
  CHECK(end.result == IterationResult::failed);
  CHECK_THAT(world.error(), StartsWith("flow.lua:") && Contains("the script ran too long without waiting"));
  CHECK(world.iterate().result == IterationResult::ok);
  CHECK(world.said_text() == "fine\n");
}

TEST_CASE("every digit of a UUID is drawn, but for its version and its variant", "[unit][bindings]") {
  ScriptWorld world;
  world.task("for _ = 1, 200 do print(thresher.uuid()) end");
  world.start();
  world.iterate();
  REQUIRE(world.said.size() == 200);
  constexpr std::size_t kAt = std::string_view("flow.lua: ").size();
  for (std::size_t place = 0; place < 36; ++place) {
    std::set<char> digits;
    for (const std::string& line : world.said) digits.insert(line.at(kAt + place));
    CAPTURE(place);
    if (place == 8 || place == 13 || place == 18 || place == 23) {
      CHECK(digits == std::set<char>{'-'});
    } else if (place == 14) {
      CHECK(digits == std::set<char>{'4'});
    } else if (place == 19) {
      CHECK(digits == std::set<char>{'8', '9', 'a', 'b'});
    } else {
      CHECK(digits.size() == 16);
    }
  }
}
