#include <catch2/catch.hpp>

#include "support/script_world.h"

using namespace thresher;
using namespace std::chrono_literals;
using Catch::Matchers::StartsWith;
using test::ScriptWorld;

namespace {

std::string error_of(const std::string& body) {
  ScriptWorld world;
  world.task(body);
  world.start();
  world.iterate();
  return world.error();
}

}  // namespace

TEST_CASE("a check counts by name, scenario, task and group, and says whether all passed", "[unit][bindings]") {
  ScriptWorld world;
  world.task(
      "local all = check(user, { ['is one'] = user.iteration == 1, ['is table'] = function(v) return type(v) == "
      "'table' end }) "
      "print(all) group('g', function() check(1, { inner = true }, { shard = 3 }) end)",
      "tags = { 'web' }");
  world.start();
  world.iterate();
  world.iterate();
  CHECK(world.said_text() == "true\nfalse\n");
  const auto one =
      world.metric("checks", {{{"check", "is one"}, {"scenario", "flow"}, {"task", "step"}, {"tag", "web"}}});
  CHECK(one.rate.passes == 1);
  CHECK(one.rate.total == 2);
  CHECK(world.metric("checks", {{{"check", "is table"}}}).rate.passes == 2);
  CHECK(world.metric("checks", {{{"check", "inner"}, {"group", "::g"}, {"shard", "3"}}}).rate.passes == 2);
}

TEST_CASE("groups nest, give what their function gives, and are timed", "[unit][bindings]") {
  ScriptWorld world;
  world.task(
      "local a, b = group('outer', function() thresher.sleep(1) "
      "return group('inner', function() user:get('/health') return 1, 2 end) end) print(a, b) user:get('/health')");
  world.start();
  world.iterate();
  CHECK(world.said_text() == "1\t2\n");
  CHECK(world.metric("http_reqs", {{{"group", "::outer::inner"}}}).counter.sum == 1);
  CHECK(world.metric("http_reqs").counter.sum == 2);
  const auto outer = world.metric("group_duration", {{{"group", "::outer"}}});
  CHECK(outer.trend.count() == 1);
  CHECK(outer.trend.min() >= 1'000'000);
  CHECK(world.metric("group_duration", {{{"group", "::outer::inner"}}}).trend.count() == 1);
}

TEST_CASE("a group that fails inside pcall is left behind", "[unit][bindings]") {
  ScriptWorld world;
  world.task("print(pcall(group, 'g', function() error('x', 0) end)) user:get('/health')");
  world.start();
  CHECK(world.iterate().result == engine::IterationResult::ok);
  CHECK(world.said_text() == "false\tx\n");
  CHECK(world.metric("http_reqs", {{{"group", "::g"}}}).counter.sum == 0);
}

TEST_CASE("custom metrics of every kind are recorded with their tags", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher'
    local orders, load, paid, form = thresher.counter 'orders', thresher.gauge 'load', thresher.rate 'paid',
      thresher.trend('form', { contains = 'time' })
    local s = thresher.scenario { name = 'x' }
    s:task { 'a', function(user)
      orders:add(2) orders:add(3, { shop = 'rome' })
      load:set(5) load:add(7)
      paid:add(true) paid:add(false) paid:add(1)
      form:add(12.5)
    end })");
  world.start();
  world.iterate();
  world.iterate();
  CHECK(world.metric("orders").counter.sum == 10);
  CHECK(world.metric("orders", {{{"shop", "rome"}, {"task", "a"}}}).counter.sum == 6);
  CHECK(world.metric("load").gauge.value == 7);
  CHECK(world.metric("load").gauge.min == 5);
  CHECK(world.metric("paid").rate.passes == 4);
  CHECK(world.metric("paid").rate.total == 6);
  CHECK(world.metric("form").trend.max() == 12'500);
}

TEST_CASE("one metric declared twice alike is one metric", "[unit][bindings]") {
  ScriptWorld world;
  world.task("thresher.counter('n'):add(1) thresher.counter('n'):add(1)");
  world.start();
  world.iterate();
  CHECK(world.error().empty());
  CHECK(world.metric("n").counter.sum == 2);
}

TEST_CASE("misuse of checks, groups and metrics names the line", "[unit][bindings]") {
  CHECK_THAT(error_of("check(1)"), StartsWith("flow.lua:2: check: the second argument must be a table"));
  CHECK_THAT(error_of("check(1, { true })"), StartsWith("flow.lua:2: check: names must be strings"));
  CHECK_THAT(error_of("check(1, { a = true }, 'x')"),
             StartsWith("flow.lua:2: check: tags: expected a table, got string"));
  CHECK_THAT(error_of("check(1, { a = true }, { x = {} })"),
             StartsWith("flow.lua:2: check: tag 'x': expected a string, got table"));
  CHECK_THAT(error_of("group(function() end)"), StartsWith("flow.lua:2: group: needs a name"));
  CHECK_THAT(error_of("group('a')"), StartsWith("flow.lua:2: group: expected a function, got nil"));
  CHECK_THAT(error_of("thresher.counter('a').add(1)"),
             StartsWith("flow.lua:2: add: write metric:add(value), with a colon"));
  CHECK_THAT(error_of("thresher.counter('a'):add('x')"),
             StartsWith("flow.lua:2: add: the metric 'a' takes a number, got string"));
  CHECK_THAT(error_of("thresher.counter('a'):add(-1)"), StartsWith("flow.lua:2: add: the counter 'a' only grows"));
  CHECK_THAT(error_of("thresher.trend('a'):add(0/0)"), StartsWith("flow.lua:2: add: "));
  CHECK_THAT(error_of("thresher.rate('a'):add()"), StartsWith("flow.lua:2: add: the rate 'a' takes a truth value"));
}
