#include "cli/nested_options.h"

#include <catch2/catch.hpp>
#include <map>

#include "cli/nested_template.h"

using namespace thresher;
using namespace thresher::cli;
using Catch::Matchers::Contains;

namespace {

NestedOptions sound() {
  NestedOptions options;
  options.target = "demo-agent.synthetic_nested";
  return options;
}

auto environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

std::vector<NestedOptions> scenarios(const std::string& json) {
  std::vector<std::string> remarks;
  auto read = read_nested_scenarios(json, "s.json", sound(), remarks);
  if (!read) FAIL(read.error().message);
  return std::move(*read);
}

std::string refusal(const std::string& json) {
  std::vector<std::string> remarks;
  const auto read = read_nested_scenarios(json, "s.json", sound(), remarks);
  REQUIRE_FALSE(read);
  return read.error().message;
}

std::vector<std::string> parts(const std::string& text) {
  auto parsed = parse_body_template(text, 3, 2, "t.json");
  if (!parsed) FAIL(to_text(parsed.error()));
  return std::move(*parsed);
}

}  // namespace

TEST_CASE("an environment that says nothing has the document's defaults", "[unit][cli]") {
  const auto options = nested_options_from_environment(environment({}));
  REQUIRE(options);
  CHECK(options->base_url == "http://host.docker.internal:8080");
  CHECK(options->target == "demo-agent.synthetic_nested");
  CHECK(options->mode == "async");
  CHECK(options->requests == 200);
  CHECK(options->concurrency == 16);
  CHECK(options->payload_bytes == 1024);
  CHECK(options->metrics_timeout == 5);
  CHECK_FALSE(options->print_failures);
}

TEST_CASE("every variable of the document reaches its option, and an empty one counts as not set", "[unit][cli]") {
  const auto options = nested_options_from_environment(environment({{"DEPTH", "5"},
                                                                    {"WIDTH", "3"},
                                                                    {"REQUESTS", ""},
                                                                    {"HEADERS", "A:1, B=2"},
                                                                    {"PRINT_FAILURES", "yes"},
                                                                    {"SAVE_METRICS", "out.json"},
                                                                    {"METRICS_URL", "http://h/metrics"},
                                                                    {"METRICS", "a,b"},
                                                                    {"METRICS_TIMEOUT", "0.5"},
                                                                    {"SCENARIO_FILE", "s.json"}}));
  REQUIRE(options);
  CHECK(options->depth == 5);
  CHECK(options->width == 3);
  CHECK(options->requests == 200);
  CHECK(options->headers == std::vector<std::string>{"A:1", "B=2"});
  CHECK(options->print_failures);
  CHECK(options->save_metrics == "out.json");
  CHECK(options->metrics == std::vector<std::string>{"a", "b"});
  CHECK(options->metrics_timeout == 0.5);
  CHECK(options->scenario_file == "s.json");
  CHECK_THAT(nested_options_from_environment(environment({{"WIDTH", "3.5"}})).error().message,
             Contains("WIDTH: '3.5'"));
}

TEST_CASE("a scenario's keys may be spelt with dashes or underscores", "[unit][cli]") {
  const auto read = scenarios(R"([{"payload_bytes": 7, "max-poll-interval": 9.5, "verify_ssl": true,
                                   "headers": ["A:1"], "seed": 12, "metrics_url": null}])");
  REQUIRE(read.size() == 1);
  CHECK(read[0].payload_bytes == 7);
  CHECK(read[0].max_poll_interval == 9.5);
  CHECK(read[0].verify_ssl);
  CHECK(read[0].headers == std::vector<std::string>{"A:1"});
  CHECK(read[0].seed == 12u);
  CHECK(read[0].name == "scenario_1");
}

TEST_CASE("one object is one scenario, and an empty list the common options", "[unit][cli]") {
  CHECK(scenarios(R"({"name":"alone","requests":3})")[0].name == "alone");
  CHECK(scenarios("[]").size() == 1);
  CHECK(scenarios("[]")[0].name == "default");
}

TEST_CASE("a scenario's wrong value is named with its scenario and key", "[unit][cli]") {
  CHECK_THAT(refusal(R"([{}, {"name":"b","concurrency":0}])"), Contains("'b': concurrency: '0'"));
  CHECK_THAT(refusal(R"([{"jitter":"much"}])"), Contains("scenario_1") && Contains("jitter"));
  CHECK_THAT(refusal(R"([{"print_failures":1}])"), Contains("neither true nor false"));
  CHECK_THAT(refusal(R"([{"target":3}])"), Contains("target"));
  CHECK_THAT(refusal(R"([{"header":["nonsense"]}])"), Contains("KEY:VALUE"));
  CHECK_THAT(refusal("7"), Contains("neither a list"));
}

TEST_CASE("headers are split at the first colon, or else at the first equals sign", "[unit][cli]") {
  const auto split = split_headers({"X-Tags: perf=1, stress", "X-Id=a=b", "X-Time:12:30"});
  REQUIRE(split);
  CHECK((*split)[0] == std::pair<std::string, std::string>("X-Tags", "perf=1, stress"));
  CHECK((*split)[1] == std::pair<std::string, std::string>("X-Id", "a=b"));
  CHECK((*split)[2] == std::pair<std::string, std::string>("X-Time", "12:30"));
  for (const char* wrong : {"nothing", ":value", "a b:c", "X-A:1\r\nX-B:2"}) CHECK_FALSE(split_headers({wrong}));
}

TEST_CASE("a Python format string and plain JSON give the same body", "[unit][cli]") {
  const std::vector<std::string> wanted{R"({"a": {"n": )", "{seq}", R"(, "d": 3, "w": 2, "p": ")", "{payload}", "\"}}"};
  CHECK(parts(R"({{"a": {{"n": {seq}, "d": {depth}, "w": {width}, "p": "{payload}"}}}})") == wanted);
  CHECK(parts(R"({"a": {"n": {seq}, "d": {depth}, "w": {width}, "p": "{payload}"}})") == wanted);
}

TEST_CASE("a template that cannot become JSON is refused with its line", "[unit][cli]") {
  const auto refused = [](const std::string& text) {
    const auto parsed = parse_body_template(text, 0, 0, "t.json");
    REQUIRE_FALSE(parsed);
    return to_text(parsed.error());
  };
  CHECK_THAT(refused("{{\n \"a\": {sequence}}}"), Contains("t.json:2: '{sequence}' is none of"));
  CHECK_THAT(refused("{{\"a\": 1}"), Contains("a single '}'"));
  CHECK_THAT(refused("{\"a\": {seq}"), Contains("t.json") && Contains("no JSON"));
  CHECK_THAT(refused("[{seq}]"), Contains("no JSON object"));
}
