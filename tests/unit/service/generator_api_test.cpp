#include "service/generator_api.h"

#include <catch2/catch.hpp>

#include "http/headers.h"
#include "service_world.h"

using namespace thresher;
using namespace thresher::test;

TEST_CASE("a generator's product is answered as it comes, as JSON that nobody caches", "[service][generate]") {
  ServiceWorld world;
  const Heard heard = world.get("/api/agents/fleet?seed=42&scale=small");
  CHECK(heard.status == 200);
  CHECK(heard.json().at("fleet_id") == "fleet-42");
  CHECK(http::find_header(heard.head, "Content-Type").value == "application/json");
  CHECK(http::find_header(heard.head, "Cache-Control").value == "no-store");
  for (const char* path : {"profile", "team", "workflow", "workflow-batch", "stress-scenario", "chaos-catalog"})
    CHECK(world.get(std::string("/api/agents/") + path).status == 200);
  CHECK(world.calls.products ==
        std::vector<std::string>{"fleet", "profile", "team", "workflow", "batch", "scenario", "chaos_catalog"});
}

TEST_CASE("unknown parameters are passed over, of repeated ones the last counts", "[service][generate]") {
  ServiceWorld world;
  CHECK(world.get("/api/agents/fleet?seed=1&color=red&seed=2&now=5").status == 200);
  CHECK(world.calls.last == std::vector<std::string>{"seed=2", "now=5"});
}

TEST_CASE("now comes from the wall clock unless it is given", "[service][generate]") {
  ServiceWorld world;
  const auto now = [&world] {
    return fmt::format("now={}",
                       std::chrono::floor<std::chrono::seconds>(world.loop->wall_now()).time_since_epoch().count());
  };
  const std::string first = now();
  CHECK(first.starts_with("now=9466848"));  // virtual time begins with the year 2000
  world.get("/api/agents/fleet");
  CHECK(world.calls.last == std::vector<std::string>{now()});
  world.advance(std::chrono::seconds(90));
  world.get("/api/agents/fleet");
  CHECK(world.calls.last == std::vector<std::string>{now()});
  CHECK(now() != first);
  world.get("/api/agents/fleet?now=7");
  CHECK(world.calls.last == std::vector<std::string>{"now=7"});
  world.get("/api/agents/team");
  CHECK(world.calls.last.empty());  // that product knows no `now`
}

TEST_CASE("a wrong parameter is 400 and named with its value and range", "[service][generate]") {
  ServiceWorld world;
  const auto detail = [&](const std::string& target) {
    const Heard heard = world.get(target);
    CHECK(heard.status == 400);
    return heard.detail();
  };
  CHECK(detail("/api/agents/workflow?num_tasks=21") == "parameter \"num_tasks\" must be between 2 and 20, not 21");
  CHECK(detail("/api/agents/workflow?chaos_rate=x") ==
        "parameter \"chaos_rate\" must be a number between 0 and 1, not \"x\"");
  CHECK(detail("/api/agents/workflow?seed=") == "parameter \"seed\" must be an integer, not \"\"");
  CHECK(detail("/api/agents/fleet?scale=smal") ==
        "parameter \"scale\" must be one of small, medium, large, not \"smal\"; did you mean \"small\"?");
}

TEST_CASE("what is quoted back is valid JSON, whatever was sent", "[service][generate]") {
  ServiceWorld world;
  const Heard heard = world.get("/api/agents/fleet?scale=%FF%00%22%3Cscript%3E");
  CHECK(heard.status == 400);
  CHECK(!heard.json().is_discarded());
  CHECK(!heard.detail().empty());
}
