#include "bindings/data_set.h"

#include <catch2/catch.hpp>
#include <lua.hpp>
#include <set>

#include "support/script_world.h"

using namespace thresher;
using bindings::DataSet;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::ScriptWorld;

namespace {

/// A CSV row as "name=value|..." in the order of `names`.
std::string row(const DataSet& set, std::size_t index, const std::vector<std::string>& names) {
  lua_State* state = luaL_newstate();
  set.push_row(state, index);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    lua_getfield(state, 1, names[i].c_str());
    text += (i > 0 ? "|" : "") + std::string(lua_isnil(state, -1) ? "nil" : lua_tostring(state, -1));
    lua_pop(state, 1);
  }
  lua_close(state);
  return text;
}

std::string csv_problem(std::string_view text) {
  const auto set = DataSet::parse_csv(text, "users.csv", true, ',');
  REQUIRE_FALSE(set);
  return to_text(set.error());
}

const char* const kUsers = "name,city\nann,rome\nbob,oslo\ncyd,bern\n";

std::string lines_of(ScriptWorld& world, int users, int iterations) {
  for (int i = 0; i < iterations; ++i) {
    for (int user = 0; user < users; ++user) world.iterate(static_cast<engine::UserNumber>(user));
  }
  return world.said_text();
}

void load(ScriptWorld& world, const std::string& options,
          const std::string& body = "print(user.number, rows:next().name)") {
  world.scenario("local thresher = require 'thresher' local rows = thresher.data.csv('data/users.csv'" + options +
                 ") local s = thresher.scenario { name = 'x' } s:task { 'a', function(user)\n" + body + " end }");
  world.file("data/users.csv", kUsers);
}

}  // namespace

TEST_CASE("CSV is read as RFC 4180 writes it", "[unit][bindings]") {
  const auto set = DataSet::parse_csv(
      "\xef\xbb\xbf"
      "a,b,c\r\n1,\"x, \"\"y\"\"\",\r\n\"two\nlines\",,3\n\n4,5,6",
      "f.csv", true, ',');
  REQUIRE(set);
  REQUIRE((*set)->rows() == 3);
  CHECK(row(**set, 0, {"a", "b", "c"}) == "1|x, \"y\"|");
  CHECK(row(**set, 1, {"a", "b", "c"}) == "two\nlines||3");
  CHECK(row(**set, 2, {"a", "b", "c"}) == "4|5|6");
}

TEST_CASE("what is wrong with a CSV file is said at its line", "[unit][bindings]") {
  CHECK(csv_problem("a,b\n1,2\n1,2,3\n") == "users.csv:3: 3 fields, but the first row has 2");
  CHECK(csv_problem("a,b\n1,\"2\n") == "users.csv:3: a quoted field does not end");
  CHECK(csv_problem("a\n\"x\"y\n") == "users.csv:2: text after the end of a quoted field");
}

TEST_CASE("a JSON data file is an array", "[unit][bindings]") {
  const auto object = DataSet::parse_json("{}", "d.json");
  REQUIRE_FALSE(object);
  CHECK(to_text(object.error()) == "d.json: the document must be an array of rows");
  const auto broken = DataSet::parse_json("[1, ", "d.json");
  REQUIRE_FALSE(broken);
  CHECK_THAT(to_text(broken.error()), StartsWith("d.json: not JSON: "));
}

TEST_CASE("sequential rows start at the user's number and go round", "[unit][bindings]") {
  ScriptWorld world;
  load(world, "");
  world.start();
  CHECK(lines_of(world, 2, 3) == "1\tann\n2\tbob\n1\tbob\n2\tcyd\n1\tcyd\n2\tann\n");
}

TEST_CASE("unique rows are given once, and running out is an error", "[unit][bindings]") {
  ScriptWorld world;
  load(world, ", { iterate = 'unique' }");
  world.plan().users = 2;
  world.start();
  CHECK(lines_of(world, 2, 2) == "1\tann\n2\tbob\n1\tcyd\n");
  CHECK(world.error() == "flow.lua:2: next: the 3 unique rows of 'data/users.csv' are used up");
}

TEST_CASE("random rows come from the user's own stream", "[unit][bindings]") {
  const auto choices = [](unsigned workers) {
    ScriptWorld world(workers);
    load(world, ", { iterate = 'random' }");
    world.start();
    return lines_of(world, 4, 5);
  };
  CHECK(choices(1) == choices(4));
  const auto text = choices(2);
  for (const char* name : {"ann", "bob", "cyd"}) CHECK_THAT(text, Contains(name));
}

TEST_CASE("which rows a user gets does not depend on the workers", "[unit][bindings]") {
  const auto rows = [](unsigned workers) {
    ScriptWorld world(workers);
    load(world, ", { iterate = 'sequential' }");
    world.start();
    return lines_of(world, 5, 2);
  };
  CHECK(rows(1) == rows(2));
  CHECK(rows(1) == rows(5));
}

TEST_CASE("in the open model rows go by the arrival's number", "[unit][bindings]") {
  ScriptWorld world;
  load(world, ", { iterate = 'unique' }", "print(rows:next().name) if user.iteration == 2 then rows:next() end");
  world.start();
  world.arrive(0, 2);
  world.arrive(0, 0);
  world.arrive(5, 1);
  CHECK(world.said_text() == "cyd\nann\nbob\n");
  CHECK(world.error() == "flow.lua:2: next: 'data/users.csv' is unique, which gives an arrival one row");
  world.arrive(5, 3);
  CHECK(world.totals().exceptions().size() == 2);
}

TEST_CASE("rows can be counted and taken by number, and each is the script's own", "[unit][bindings]") {
  ScriptWorld world;
  load(world, "", "local r = rows:get(2) r.name = 'changed' print(#rows, rows:get(2).name, rows:get(3).city)");
  world.start();
  CHECK(lines_of(world, 1, 1) == "3\tbob\tbern\n");
}

TEST_CASE("a file without header gives lists; JSON rows are what they are", "[unit][bindings]") {
  ScriptWorld world;
  world.scenario(R"(local thresher = require 'thresher'
    local plain = thresher.data.csv('plain.csv', { header = false, delimiter = ';' })
    local json = thresher.data.json('rows.json')
    local s = thresher.scenario { name = 'x' }
    s:task { 'a', function(user) local r, j = plain:next(), json:next() print(r[1], r[2], j.deep[2], j.none == thresher.json.null) end })");
  world.file("plain.csv", "a;b\nc;d\n");
  world.file("rows.json", R"([{"deep":[1,"two"],"none":null}])");
  world.start();
  CHECK(lines_of(world, 2, 1) == "a\tb\ttwo\ttrue\nc\td\ttwo\ttrue\n");
}

TEST_CASE("what a script gets wrong about data files is said at its line", "[unit][bindings]") {
  const auto problem = [](const std::string& call) {
    ScriptWorld world;
    world.scenario("local thresher = require 'thresher'\n" + call);
    world.file("empty.csv", "a,b\n");
    world.file("bad.csv", "a,b\n1\n");
    const auto started = world.try_start();
    REQUIRE_FALSE(started);
    return to_text(started.error());
  };
  CHECK_THAT(problem("thresher.data.csv('none.csv')"), StartsWith("flow.lua:2: data: ") && Contains("none.csv"));
  CHECK_THAT(problem("thresher.data.csv('empty.csv')"), StartsWith("flow.lua:2: data: 'empty.csv' has no rows"));
  CHECK_THAT(problem("thresher.data.csv('bad.csv')"),
             StartsWith("flow.lua:2: data: bad.csv:2: 1 fields, but the first row has 2"));
  CHECK_THAT(problem("thresher.data.csv('bad.csv', { iterate = 'shuffle' })"),
             StartsWith("flow.lua:2: data: iterate must be"));
  CHECK_THAT(problem("thresher.data.csv('bad.csv', { iterat = 'random' })"),
             StartsWith("flow.lua:2: data.csv has no 'iterat'; did you mean 'iterate'?"));
  CHECK_THAT(problem("thresher.data.csv(3)"), StartsWith("flow.lua:2: data.csv: expected a string, got number"));
}

TEST_CASE("a data file is read once for the catalogue and every worker", "[unit][bindings]") {
  ScriptWorld world(2);
  load(world, "");
  const auto catalogue = bindings::read_catalogue(world.options());
  REQUIRE(catalogue);
  world.file("data/users.csv", "name,city\nzoe,lima\n");  // too late: nobody reads it again
  world.start();
  CHECK(lines_of(world, 2, 1) == "1\tann\n2\tbob\n");
}
