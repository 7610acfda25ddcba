#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/run_options.h"
#include "cli/web_command.h"
#include "cli/web_documents.h"
#include "cli/web_dry_run.h"
#include "cli/web_host.h"

using namespace thresher;
using namespace thresher::cli;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Json = nlohmann::json;
using Words = std::vector<std::string>;

namespace {

Result<Command> parse(std::initializer_list<const char*> words) {
  std::vector<const char*> argv{"thresher"};
  argv.insert(argv.end(), words.begin(), words.end());
  return parse_command(static_cast<int>(argv.size()), argv.data(), "no such file");
}

Json curve(profile::Plan plan) {
  Preparation prepared;
  prepared.plan = std::move(plan);
  prepared.plugins = std::make_unique<plugin::Registry>();
  return Json::parse(dry_run_json(prepared, "thresher run")).at("curve");
}

}  // namespace

TEST_CASE("the page is shown with --web or --address, and never with --headless", "[unit][cli]") {
  CHECK_FALSE(parse({"run", "a.lua"})->run.web.shown());
  CHECK(parse({"run", "a.lua", "--web"})->run.web.shown());
  CHECK_FALSE(parse({"run", "a.lua", "--web-port", "0"})->run.web.shown());
  CHECK(parse({"run", "a.lua", "--address", "127.0.0.1:1"})->run.web.shown());
  CHECK_FALSE(parse({"run", "a.lua", "--headless", "--web"})->run.web.shown());
  CHECK_FALSE(parse({"rehearse", "a.lua", "--web"}));
}

TEST_CASE("the run's own process gets the command line without the page's flags", "[unit][cli]") {
  CHECK(without_web_flags({"run", "--web", "a.lua", "--web-port", "0", "--users=2", "--autoquit", "--address=[::1]:1",
                           "--env", "X=--web"}) == Words{"run", "a.lua", "--users=2", "--env", "X=--web"});
  CHECK(without_web_flags({"run", "a.lua", "--address", "127.0.0.1:9", "--web=true"}) == Words{"run", "a.lua"});
}

TEST_CASE("an address of the page is a host and a port", "[unit][cli]") {
  CHECK(parse_web_address("127.0.0.1:9000")->text() == "127.0.0.1:9000");
  CHECK(parse_web_address("localhost:9000")->text() == "127.0.0.1:9000");
  CHECK(parse_web_address(":0")->text() == "127.0.0.1:0");
  CHECK(parse_web_address("[::1]:9000")->text() == "[::1]:9000");
  for (const char* wrong : {"9000", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "example.test:80"}) {
    INFO(wrong);
    REQUIRE_FALSE(parse_web_address(wrong));
    CHECK_THAT(parse_web_address(wrong).error().message, Contains(std::string("'") + wrong + "'"));
  }
}

TEST_CASE("a threshold of the command line is split at its last colon, and a wrong one quoted", "[unit][cli]") {
  const auto command =
      parse({"run", "--threshold", "http_req_duration{url:http://x:1}: p(95)<500", "--threshold", "checks:rate>0.9"});
  REQUIRE(command);
  const auto& thresholds = command->run.shape.thresholds;
  REQUIRE(thresholds.size() == 2);
  CHECK(thresholds[0].selector == "http_req_duration{url:http://x:1}");
  CHECK(thresholds[0].expression == "p(95)<500");
  CHECK(thresholds[0].where == "--threshold");
  CHECK(thresholds[1].selector == "checks");
  CHECK_THAT(parse({"run", "--threshold", "p(95)<500"}).error().message,
             Contains("--threshold 'p(95)<500'") && Contains("METRIC: EXPRESSION"));
}

TEST_CASE("a dry run draws the shape of the load", "[unit][cli]") {
  profile::Plan users;
  users.users = 10;
  users.spawn_rate = 2;
  users.run_time = 60s;
  CHECK(curve(users) ==
        Json{{{"at_s", 0.0}, {"users", 0.0}}, {{"at_s", 5.0}, {"users", 10.0}}, {{"at_s", 60.0}, {"users", 10.0}}});
  users.run_time = 2s;  // it ends on the way up
  CHECK(curve(users) == Json{{{"at_s", 0.0}, {"users", 0.0}}, {{"at_s", 2.0}, {"users", 4.0}}});
  profile::Plan arrivals;
  arrivals.executor = profile::ExecutorKind::constant_arrival_rate;
  arrivals.stages = {{0s, 50}, {30s, 50}};
  arrivals.run_time = 30s;
  CHECK(curve(arrivals) == Json{{{"at_s", 0.0}, {"rate", 50.0}}, {{"at_s", 30.0}, {"rate", 50.0}}});
  profile::Plan ramp;
  ramp.executor = profile::ExecutorKind::ramping_vus;
  ramp.stages = {{30s, 20}, {10s, 0}};
  CHECK(curve(ramp) ==
        Json{{{"at_s", 0.0}, {"users", 0.0}}, {{"at_s", 30.0}, {"users", 20.0}}, {{"at_s", 40.0}, {"users", 0.0}}});
}

TEST_CASE("a run's statistics are Locust's columns, made from its report", "[unit][cli]") {
  const plugin::Registry plugins;
  WebDocuments documents({}, plugins);
  metrics::Histogram durations;
  for (int ms = 1; ms <= 100; ++ms) durations.record(ms * 1000);
  const auto row = [&](const char* method, const char* name) {
    return Json{{"method", method},
                {"name", name},
                {"requests", 100},
                {"failures", 2},
                {"requests_per_s", 9.5},
                {"failures_per_s", 0.5},
                {"received_bytes_average", 12.0},
                {"duration_ms", {{"histogram", durations.encode()}}}};
  };
  store::RunRecord run;
  run.id = "r1";
  run.document = Json{{"requests", {row("GET", "/a,b"), row("", "Aggregated")}}}.dump();
  const std::string csv = documents.statistics_csv(run).value();
  CHECK_THAT(csv, Contains("Type,Name,Request Count,Failure Count,Median Response Time") &&
                      Contains("GET,\"/a,b\",100,2,50") && Contains("\r\n,Aggregated,100,2,"));
  const Json compared = Json::parse(documents.comparison(run, run));
  const Json& curves = compared.at("curves");
  REQUIRE(curves.at("percentiles").size() == curves.at("current").size());
  for (std::size_t i = 0; i < curves.at("percentiles").size(); ++i)
    if (curves.at("percentiles")[i] == 50.0) CHECK(curves.at("current")[i].get<double>() == Approx(50).epsilon(0.01));
  run.document.clear();
  CHECK_FALSE(documents.statistics_csv(run));
  CHECK(Json::parse(documents.comparison(run, run)).at("curves").at("baseline")[0].is_null());
}
