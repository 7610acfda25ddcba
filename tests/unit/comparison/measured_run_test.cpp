#include "comparison/measured_run.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "unit/comparison/runs.h"

using namespace thresher;
using namespace thresher::comparison;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

Json report() {
  return {{"run", {{"thresher", "1.0"}, {"host", ""}, {"seed", 18446744073709551615ULL}, {"rehearsal", false}}},
          {"verdict", {{"word", "PASSED"}}},
          {"stop", {{"started", "2026-11-21T02:46:00Z"}}},
          {"validity", {{"state", "VALID"}}},
          {"users", {{"most", 7}}},
          {"plan",
           {{"profile", "light"},
            {"model", "closed"},
            {"users", 7},
            {"seed", 3},
            {"workers", 2},
            {"scenarios",
             {{{"name", "s"},
               {"weight", 1},
               {"file", "s.lua"},
               {"host", "http://a"},
               {"sequential", false},
               {"tasks", {{{"name", "t"}, {"weight", 2}, {"where", "s.lua:7"}}}}}}}}},
          {"requests",
           {{{"method", "GET"},
             {"name", "/x"},
             {"requests", 3},
             {"failures", 1},
             {"requests_per_s", 1.5},
             {"duration_ms",
              {{"mean", 2},
               {"max", 3},
               {"percentiles", {{"50", 2}, {"95", 3}, {"99", 3}}},
               {"histogram", histogram_of({1000, 2000, 3000}).encode()}}}}}},
          {"seconds",
           {{"requests", {1, 2}},
            {"failures", {0, 1}},
            {"duration_p50_ms", {1, nullptr}},
            {"duration_p95_ms", {1, 3}},
            {"duration_p99_ms", {1, 3}}}}};
}

}  // namespace

TEST_CASE("our own report is read with distributions, seconds and conditions", "[unit][comparison]") {
  const auto run = read_measured_run(report().dump(), "a.json");
  REQUIRE(run);
  CHECK(run->label == "a.json");
  CHECK(run->version == "1.0");
  CHECK(run->seed == 18446744073709551615ULL);
  CHECK(run->users == 7);
  CHECK(run->open_model == false);
  CHECK(run->host == "http://a");
  CHECK(run->faults.empty());
  const MeasuredEndpoint* endpoint = run->find("GET", "/x");
  REQUIRE(endpoint != nullptr);
  CHECK(endpoint->figures.requests == 3);
  CHECK(endpoint->durations->count() == 3);
  CHECK(run->seconds.p50 == std::vector<std::optional<double>>{1000.0, std::nullopt});
  CHECK(
      Json::parse(run->conditions) ==
      Json{{"profile", "light"},
           {"users", 7},
           {"host", "http://a"},
           {"scenarios",
            {{{"name", "s"}, {"weight", 1.0}, {"sequential", false}, {"tasks", {{{"name", "t"}, {"weight", 2.0}}}}}}}});
}

TEST_CASE("what stands against a run is read with it", "[unit][comparison]") {
  Json document = report();
  document["validity"]["state"] = "INVALID";
  document["verdict"]["word"] = "INTERRUPTED";
  document["run"]["rehearsal"] = true;
  document["oracle_violations"] = 2;
  const auto run = read_measured_run(document.dump(), "a.json");
  REQUIRE(run);
  CHECK(run->faults == std::vector<std::string>{"is INVALID: its generator was the limit", "was interrupted"});
  CHECK(run->remarks ==
        std::vector<std::string>{"was a rehearsal: its times are a stand-in's", "saw the target give 2 wrong answers"});
}

TEST_CASE("k6's summaries are read, of both layouts, without distributions", "[unit][comparison]") {
  const Json flat = {{"http_reqs", {{"count", 200}, {"rate", 20.5}}},
                     {"http_req_failed", {{"passes", 4}, {"fails", 196}, {"value", 0.02}}},
                     {"http_req_duration", {{"avg", 12.5}, {"med", 11}, {"max", 90}, {"p(90)", 20}, {"p(95)", 30}}},
                     {"http_req_duration{expected_response:true}", {{"avg", 12}}},
                     {"http_req_duration{name:/x}", {{"avg", 5}}}};
  Json nested = Json::object();
  for (const auto& [name, values] : flat.items()) nested[name] = {{"type", "t"}, {"values", values}};
  for (const Json& metrics : {flat, nested}) {
    const auto run = read_measured_run(Json{{"metrics", metrics}}.dump(), "k6.json");
    REQUIRE(run);
    REQUIRE(run->endpoints.size() == 2);
    CHECK(run->endpoints[0].name == "{name:/x}");
    const MeasuredEndpoint& all = run->endpoints[1];
    CHECK(all.name == kAggregated);
    CHECK(all.figures.requests == 200);
    CHECK(all.figures.failures == 4);
    CHECK(all.figures.rate_per_s == 20.5);
    CHECK(all.figures.p95_ms == 30);
    CHECK_FALSE(all.figures.p99_ms);
    CHECK_FALSE(all.durations);
  }
}

TEST_CASE("texts that are no report say what they are not", "[unit][comparison]") {
  CHECK_THAT(read_measured_run("{\"requests\":[", "x").error().message, Contains("not JSON, or was cut off"));
  CHECK_THAT(read_measured_run("[]", "x").error().message, Contains("neither a report of thresher"));
  CHECK_THAT(read_measured_run("{}", "x").error().message, Contains("--summary-export"));
  CHECK_THAT(read_measured_run(R"({"metrics":{}})", "x").error().message, Contains("no HTTP request"));
}

TEST_CASE("other types than ours where figures should be break nothing", "[unit][comparison]") {
  const auto run = read_measured_run(
      R"({"requests":[7,{"name":3,"requests":-5,"duration_ms":"slow"},{"name":"/x","duration_ms":
          {"mean":null,"histogram":"HISTF"}}],"plan":7,"seconds":{"requests":[1]},"run":[],"users":"many"})",
      "odd");
  REQUIRE(run);
  REQUIRE(run->endpoints.size() == 2);
  CHECK(run->endpoints[0].figures.requests == 0);
  CHECK_FALSE(run->endpoints[1].durations);
  CHECK(run->seconds.requests.empty());
  CHECK(read_measured_run(R"({"metrics":{"http_req_duration":7,"http_req_duration{a:b}":[]}})", "odd"));
}

TEST_CASE("conditions differ by key", "[unit][comparison]") {
  const auto differences = differences_of(R"({"a":1,"b":[1],"c":"x"})", R"({"b":[2],"c":"x","d":true})");
  REQUIRE(differences.size() == 3);
  CHECK(differences[0].key == "a");
  CHECK(differences[0].second.empty());
  CHECK(differences[1].first == "[1]");
  CHECK(differences[2].second == "true");
  CHECK(differences_of("{}", "{}").empty());
  CHECK(differences_of("damaged", "{}").size() == 1);
  CHECK(differences_of("damaged", "damaged").empty());
}
