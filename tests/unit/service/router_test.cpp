#include "service/router.h"

#include <catch2/catch.hpp>

#include "http/headers.h"
#include "service_world.h"

using namespace thresher;
using namespace thresher::test;
using Catch::Matchers::Contains;

TEST_CASE("an unknown path is 404 and says where to look", "[service][router]") {
  ServiceWorld world;
  const Heard heard = world.get("/api/agents/flee");
  CHECK(heard.status == 404);
  CHECK(heard.detail() == "no such path: /api/agents/flee; GET / lists what there is");
  CHECK(world.get("/api/agents/fleet/").status == 404);
  CHECK(world.get("/api/agents/stress-test-runs/").status == 404);
  CHECK(world.get("/api/agents/stress-test-runs/a/b").status == 404);
}

TEST_CASE("a known path with another method is 405 with Allow", "[service][router]") {
  ServiceWorld world;
  const Heard heard = world.post("/api/agents/fleet");
  CHECK(heard.status == 405);
  CHECK(http::find_header(heard.head, "Allow").value == "GET, HEAD, OPTIONS");
  CHECK(heard.detail() == "POST does not go with /api/agents/fleet; use GET, HEAD, OPTIONS");
  CHECK(http::find_header(world.get("/api/agents/run-stress-test").head, "Allow").value == "POST, OPTIONS");
  CHECK(http::find_header(world.get("/api/agents/stream-load-test/x").head, "Allow").value == "DELETE, OPTIONS");
}

TEST_CASE("OPTIONS says what goes with a path", "[service][router]") {
  ServiceWorld world;
  const Heard one = world.ask("OPTIONS", "/api/agents/stream-load-test/abc/status");
  CHECK(one.status == 204);
  CHECK(http::find_header(one.head, "Allow").value == "GET, HEAD, OPTIONS");
  const Heard all = world.ask("OPTIONS", "*");
  CHECK(all.status == 204);
  CHECK_THAT(std::string(http::find_header(all.head, "Allow").value), Contains("POST") && Contains("DELETE"));
}

TEST_CASE("HEAD shows the head of what GET would", "[service][router]") {
  ServiceWorld world;
  const Heard get = world.get("/api/agents/fleet?seed=7&now=1");
  const Heard head = world.ask("HEAD", "/api/agents/fleet?seed=7&now=1");
  CHECK(head.status == 200);
  CHECK(head.head == get.head);
  CHECK(head.body.empty());
  CHECK(!get.body.empty());
}

TEST_CASE("a target in absolute form is its path", "[service][router]") {
  ServiceWorld world;
  CHECK(world.get("http://localhost:5000/health?x=1").status == 200);
  CHECK(world.get("http://localhost:5000").status == 200);
}
