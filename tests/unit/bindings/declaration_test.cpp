#include <catch2/catch.hpp>

#include "bindings/scenario_runner.h"
#include "support/script_folder.h"

using namespace thresher;
using bindings::Catalogue;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::ScriptFolder;

namespace {

Result<Catalogue> read(const std::string& source, const std::string& host = "") {
  ScriptFolder folder;
  bindings::ScenarioOptions options;
  options.host = host;
  options.files = {folder.write("login.lua", "local thresher = require 'thresher' " + source)};
  options.environment = {{"REGION", "eu"}};
  return bindings::read_catalogue(options);
}

/// The author's error of a file that does not load.
std::string problem(const std::string& source) {
  const auto catalogue = read(source);
  REQUIRE_FALSE(catalogue);
  CHECK(catalogue.error().code == ErrorCode::script);
  return to_text(catalogue.error());
}

const std::string kTask = " s:task { 'open', function(user) end } ";

}  // namespace

TEST_CASE("a scenario file declares scenarios, tasks, weights, tags and hosts", "[unit][bindings]") {
  const auto catalogue = read(R"(
    local s = thresher.scenario { name = "login", tags = { "web", "auth" }, weight = 3, host = "http://127.0.0.1:80",
                                  sequential = true }
    s:task { "open", weight = 10, tags = { "fast", "web" }, function(user) end }
    s:task { "submit", function(user) end })");
  REQUIRE(catalogue);
  REQUIRE(catalogue->scenarios.size() == 1);
  const auto& scenario = catalogue->scenarios[0];
  CHECK(scenario.name == "login");
  CHECK_THAT(scenario.file, Catch::Matchers::EndsWith("/login.lua"));
  CHECK(scenario.weight == 3);
  CHECK(scenario.host == "http://127.0.0.1:80");
  CHECK(scenario.sequential);
  CHECK(scenario.tags == std::vector<std::string>{"web", "auth"});
  REQUIRE(scenario.tasks.size() == 2);
  CHECK(scenario.tasks[0].name == "open");
  CHECK(scenario.tasks[0].weight == 10);
  CHECK(scenario.tasks[0].tags == std::vector<std::string>{"auth", "fast", "web"});
  CHECK(scenario.tasks[0].where == "login.lua:4");
  CHECK(scenario.tasks[1].tags == std::vector<std::string>{"auth", "web"});
}

TEST_CASE("a catalogue tells of setup, teardown, custom metrics and the script's own options", "[unit][bindings]") {
  const auto catalogue = read(R"(
    thresher.setup(function() end)
    thresher.counter "logins"
    thresher.trend("form_time", { contains = "time" })
    thresher.options { users = 5, run_time = "30s", thresholds = { checks = { "rate>0.9" } } }
    local s = thresher.scenario { name = "x" })" +
                              kTask);
  REQUIRE(catalogue);
  CHECK(catalogue->has_setup);
  CHECK_FALSE(catalogue->has_teardown);
  REQUIRE(catalogue->metrics.size() == 2);
  CHECK(catalogue->metrics[0] == metrics::MetricInfo{"logins", metrics::MetricKind::counter, metrics::Contains::plain});
  CHECK(catalogue->metrics[1] == metrics::MetricInfo{"form_time", metrics::MetricKind::trend, metrics::Contains::time});
  CHECK(catalogue->options.users == 5);
  CHECK(catalogue->options.run_time == std::chrono::seconds(30));
  REQUIRE(catalogue->options.thresholds.size() == 1);
  CHECK(catalogue->options.thresholds[0].expression == "rate>0.9");
  CHECK(catalogue->options.thresholds[0].where == "login.lua:5");
}

TEST_CASE("what a declaration gets wrong is said at its line", "[unit][bindings]") {
  const std::pair<const char*, const char*> kCases[] = {
      {"\nthresher.scenario 'x'", "login.lua:2: scenario: expected a table, got string"},
      {"thresher.scenario { nmae = 'x' }", "login.lua:1: scenario has no 'nmae'; did you mean 'name'?"},
      {"thresher.scenario { tags = {} }", "login.lua:1: scenario: needs a name"},
      {"thresher.scenario { name = 'x', weight = 0 }", "login.lua:1: scenario: weight must be more than 0"},
      {"thresher.scenario { name = 'x', weight = 'a' }",
       "login.lua:1: scenario: weight: expected a number, got string"},
      {"thresher.scenario { name = 'x', wait = 3 }", "login.lua:1: scenario: wait: write constant(3)"},
      {"thresher.scenario { name = 'x', wait = {} }", "login.lua:1: scenario: wait: expected between(a, b)"},
      {"thresher.scenario { name = 'x', tags = 'a' }", "login.lua:1: scenario: tags: expected a table, got string"},
      {"thresher.scenario { name = 'x', tags = { a = true } }", "login.lua:1: scenario: tags: expected a list such as"},
      {"thresher.scenario { name = 'x', tags = { 1 } }", "login.lua:1: scenario: tags: item 1 is not a name"},
      {"thresher.scenario { name = 'x', host = 'nowhere' }", "login.lua:1: scenario: host: "},
      {"thresher.scenario { name = 'x' } thresher.scenario { name = 'x' }",
       "login.lua:1: scenario: there is already one named 'x' (login.lua)"},
      {"local s = thresher.scenario { name = 'x' } s.task { 'a' }",
       "login.lua:1: task: write scenario:task { ... }, with a colon"},
      {"local s = thresher.scenario { name = 'x' }\n s:task { 'a' }",
       "login.lua:2: task 'a': the last item must be a function"},
      {"local s = thresher.scenario { name = 'x' } s:task { function() end }",
       "login.lua:1: task: the first item must be its name"},
      {"local s = thresher.scenario { name = 'x' } s:task { 'a', wieght = 2, function() end }",
       "login.lua:1: task has no 'wieght'; did you mean 'weight'?"},
      {"local s = thresher.scenario { name = 'x' } s:task { 'a', function() end } s:task { 'a', function() end }",
       "login.lua:1: task: scenario 'x' already has one named 'a'"},
      {"local s = thresher.scenario { name = 'x' }\nfunction s:on_strat() end",
       "login.lua:2: a scenario has no 'on_strat'; did you mean 'on_start'?"},
      {"local s = thresher.scenario { name = 'x' } s.on_start = 3",
       "login.lua:1: on_start: expected a function, got number"},
      {"local s = thresher.scenario { name = 'x' } function s:on_start() end function s:on_start() end",
       "login.lua:1: on_start is already defined (login.lua:1)"},
      {"thresher.between(2, 1)", "login.lua:1: between: 2 is more than 1"},
      {"thresher.constant(-1)", "login.lua:1: constant: seconds must be 0 or more, got -1"},
      {"thresher.constant_throughput(0)",
       "login.lua:1: constant_throughput: iterations per second must be more than 0"},
      {"thresher.slep(1)", "login.lua:1: thresher has no 'slep'; did you mean 'sleep'?"},
      {"thresher.check = nil", "login.lua:1: thresher.check cannot be set"},
      {"thresher.counter 'http_reqs'", "login.lua:1: counter: 'http_reqs' is a built-in metric's name"},
      {"thresher.counter 'a' thresher.trend 'a'", "login.lua:1: trend: 'a' is already a counter"},
      {"thresher.trend('a', { contains = 'bytes' })",
       "login.lua:1: trend: contains must be \"time\", \"data\" or \"default\""},
      {"thresher.sleep(1)", "login.lua:1: sleep: only a virtual user can do this, not a file that loads"},
      {"thresher.check(1, {})", "login.lua:1: check: only a virtual user can do this"},
      {"thresher.abort('no licence')", "login.lua:1: abort: no licence"},
      {"thresher.options { uesrs = 3 }", "login.lua:1: options: "},
      {"thresher.options { users = function() end }", "login.lua:1: options: a function is no value for an option"},
      {"thresher.pick {}", "login.lua:1: pick: the list is empty"},
      {"thresher.random(3, 1)", "login.lua:1: random: nothing lies between 3 and 1"},
  };
  for (const auto& [source, expected] : kCases) CHECK_THAT(problem(source), StartsWith(expected));
}

TEST_CASE("files that declare nothing are refused", "[unit][bindings]") {
  const auto catalogue = read("");
  REQUIRE_FALSE(catalogue);
  CHECK_THAT(catalogue.error().message, StartsWith("no scenario is declared by"));
}

TEST_CASE("choices made while loading are the same in every VM", "[unit][bindings]") {
  const auto name = [] {
    const auto catalogue =
        read("math.randomseed(os.time()) thresher.scenario { name = thresher.uuid() .. math.random(1e9) }");
    REQUIRE(catalogue);
    return catalogue->scenarios[0].name;
  };
  CHECK(name() == name());
}

TEST_CASE("env reads what the run was given", "[unit][bindings]") {
  const auto catalogue = read(
      "thresher.scenario { name = thresher.env('REGION') .. thresher.env('ZONE', '-1') .. tostring(thresher.env 'NO') "
      "}");
  REQUIRE(catalogue);
  CHECK(catalogue->scenarios[0].name == "eu-1nil");
}

TEST_CASE("scenario files are found in folders, sorted, or named one by one", "[unit][bindings]") {
  ScriptFolder folder;
  const auto b = folder.write("b.lua", ""), a = folder.write("a.lua", "");
  folder.write("notes.txt", "");
  folder.write("lib/c.lua", "");
  const auto found = bindings::scenario_files({b, folder.path().string()});
  REQUIRE(found);
  CHECK(*found == std::vector<std::filesystem::path>{b, a, b});

  const auto missing = bindings::scenario_files({"/nowhere/x.lua"});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "'/nowhere/x.lua' does not exist");
  std::filesystem::create_directories(folder.path() / "empty");
  const auto empty = bindings::scenario_files({(folder.path() / "empty").string()});
  REQUIRE_FALSE(empty);
  CHECK_THAT(empty.error().message, Contains("holds no *.lua file"));
}
