#include <catch2/catch.hpp>

#include "service/answer.h"
#include "service/live/form.h"
#include "service/live/planning_api.h"

using namespace thresher;
using namespace thresher::service;

namespace {

using Words = std::vector<std::string>;

Words words(std::string_view json) {
  const auto form = parse_form(json);
  INFO((form ? std::string() : form.error().message));
  REQUIRE(form);
  return arguments_of(*form);
}

std::string complaint(std::string_view json) {
  const auto form = parse_form(json);
  return form ? "" : form.error().message;
}

}  // namespace

TEST_CASE("an empty form is a bare run, and null is the same as missing", "[unit][service]") {
  CHECK(words("{}") == Words{"run"});
  CHECK(words(R"({"files": null, "users": null, "profile": null, "rehearse": null, "env": null})") == Words{"run"});
  CHECK(words(R"({"rehearse": true})") == Words{"rehearse"});
}

TEST_CASE("every member of a form becomes the flag that a person would type", "[unit][service]") {
  CHECK(words(R"({"files": ["a.lua", "b.lua"], "profile": "light", "users": 10, "spawn_rate": 2.5, "run_time": "5m",
                  "executor": "constant-vus", "host": "http://x:1", "seed": 18446744073709551615, "workers": 2})") ==
        Words{"run", "a.lua", "b.lua", "--profile", "light", "--users", "10", "--spawn-rate", "2.5", "--run-time", "5m",
              "--executor", "constant-vus", "--host", "http://x:1", "--seed", "18446744073709551615", "--workers",
              "2"});
  CHECK(
      words(R"({"stages": [{"duration": "30s", "target": 50}, {"duration": "10s", "target": 0.5}], "rate": 120.5})") ==
      Words{"run", "--stage", "30s:50", "--stage", "10s:0.5", "--rate", "120.5"});
  CHECK(words(R"({"scenarios": ["a*"], "tasks": ["core agents", "x,y"], "tags": ["t"], "exclude_tags": ["slow"]})") ==
        Words{"run", "--scenario", "a*", "--task", "core agents", "--task", "x,y", "--tags", "t", "--exclude-tags",
              "slow"});
  CHECK(words(R"({"thresholds": [{"metric": "http_req_duration{tag:a}", "expression": "p(95)<500"}],
                  "stand_ins": ["leveredge", "aoa={\"x\":1}"], "env": {"SCALE": "small", "EMPTY": ""}})") ==
        Words{"run", "--threshold", "http_req_duration{tag:a}: p(95)<500", "--stand-in", "leveredge", "--stand-in",
              "aoa={\"x\":1}", "--env", "SCALE=small", "--env", "EMPTY="});
}

TEST_CASE("no value of a form can be taken for a flag or a file of another name", "[unit][service]") {
  CHECK(words(R"({"files": ["--report-dir"], "host": "--web", "run_time": "-1s", "tags": ["-x", ""],
                  "stages": [{"duration": "-5s", "target": 1}], "env": {"--plugin": "/x.so"}})") ==
        Words{"run", "./--report-dir", "--run-time=-1s", "--stage=-5s:1", "--host=--web", "--tags=-x",
              "--tags=", "--env=--plugin=/x.so"});
  CHECK(words(R"({"host": "$(reboot); `x` \n 'y'"})") == Words{"run", "--host", "$(reboot); `x` \n 'y'"});
}

TEST_CASE("a member of the wrong kind is named with its value and what would be right", "[unit][service]") {
  CHECK(complaint(R"({"users": "ten"})") == R"(users is "ten": expected a whole number, 0 or more)");
  CHECK(complaint(R"({"users": -1})") == "users is -1: expected a whole number, 0 or more");
  CHECK(complaint(R"({"users": 1.5})") == "users is 1.5: expected a whole number, 0 or more");
  CHECK(complaint(R"({"files": "a.lua"})") == R"(files is "a.lua": expected a list of texts)");
  CHECK(complaint(R"({"tags": [1]})") == "tags is 1: expected a text");
  CHECK(complaint(R"({"rehearse": "yes"})") == R"(rehearse is "yes": expected true or false)");
  CHECK(complaint(R"({"stages": [{"duration": "30s"}]})") ==
        R"(stages is {"duration":"30s"}: expected a list of stages such as {"duration": "30s", "target": 50})");
  CHECK(complaint(R"({"env": {"A=B": "x"}})") == R"(env is "A=B": expected names of variables, without '=')");
  CHECK(complaint(R"({"host": "a\u0000b"})") == R"(host is "a\u0000b": expected a text without a NUL character)");
  CHECK(complaint(R"({"user": 10})") == "'user' is no member of a form; did you mean 'users'?");
  CHECK(complaint("[1]").starts_with("expected a form as a JSON object, such as"));
  CHECK(complaint("{\"users\":").starts_with("expected a form as a JSON object"));
}

TEST_CASE("a command line is quoted where a shell would want it", "[unit][service]") {
  CHECK(command_line_of({"run", "a.lua", "--threshold", "http_req_duration: p(95)<500", "--env", "A=it's", ""}) ==
        R"(thresher run a.lua --threshold 'http_req_duration: p(95)<500' --env 'A=it'\''s' '')");
}

TEST_CASE("the schema of a form knows each member that is read", "[unit][service]") {
  const Json members = Json::parse(form_members());
  for (const auto& [name, schema] : members.items()) {
    INFO(name);
    CHECK(complaint(Json{{name, nullptr}}.dump()).empty());
  }
  CHECK(members.size() == 19);
}

TEST_CASE("what a command refused with is taken apart into message and place", "[unit][service]") {
  const auto taken = [](std::string_view errors) {
    const Json problem = problem_of(errors);
    return std::pair(problem.at("message").get<std::string>(),
                     problem.at("where").is_null() ? std::string("nowhere") : problem.at("where").get<std::string>());
  };
  using Pair = std::pair<std::string, std::string>;
  CHECK(taken("thresher: light.toml:9: unknown key 'user'\n") == Pair{"unknown key 'user'", "light.toml:9"});
  CHECK(taken("thresher: --users 'x': expected a number\n") == Pair{"--users 'x': expected a number", "nowhere"});
  CHECK(taken("thresher: no such file: 'a b:3: c'") == Pair{"no such file: 'a b:3: c'", "nowhere"});
  CHECK(taken("") == Pair{"it ended without a word", "nowhere"});
}
