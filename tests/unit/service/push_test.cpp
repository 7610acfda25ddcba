#include <catch2/catch.hpp>

#include "http/headers.h"
#include "service_world.h"

using namespace thresher;
using namespace thresher::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// A platform in the same virtual world, on port 8080.
class Platform {
 public:
  explicit Platform(ServiceWorld& world)
      : server_(http::Server::create(
            *world.loop, [this](const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
              target = request.target;
              head = request.head;
              body = request.body;
              if (silent) {
                held_.push_back(std::move(responder));
              } else {
                responder->respond(status, "", answer);
              }
            })) {
    REQUIRE(server_->listen(event::Address::loopback(8080)));
  }

  int status = 200;
  bool silent = false;
  std::string answer = R"({"status":"queued"})";
  std::string target, head, body;

 private:
  std::vector<std::unique_ptr<http::Responder>> held_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace

TEST_CASE("a fleet is pushed in the contract's shape, and the platform's answer passed on", "[service][push]") {
  ServiceWorld world;
  Platform platform(world);
  const Heard heard = world.post("/api/agents/push-fleet", R"({"seed":9,"tenant_id":"acme"})");
  CHECK(heard.status == 200);
  CHECK(heard.json() == Json({{"status", "success"},
                              {"target_url", "http://platform.test:8080"},
                              {"fleet_size", 2},
                              {"platform_response", {{"status", "queued"}}}}));
  CHECK(platform.target == "/api/v1/stress-test/fleet");
  CHECK(http::find_header(platform.head, "X-Tenant-ID").value == "acme");
  CHECK(http::find_header(platform.head, "Content-Type").value == "application/json");
  const Json sent = Json::parse(platform.body);
  CHECK(sent.at("agents").size() == 2);
  CHECK(sent.at("total_agents") == 2);
  CHECK(sent.at("seed") == 9);
  CHECK(!sent.contains("__expected__"));
}

TEST_CASE("a workflow's tasks carry both spellings of what platforms require", "[service][push]") {
  ServiceWorld world;
  Platform platform(world);
  const Heard heard = world.post("/api/agents/push-workflow",
                                 R"({"target_url":"http://platform.test:8080/base/","seed":3,"chaos_rate":0.5})");
  CHECK(heard.status == 200);
  CHECK(heard.json().at("workflow_id") == "wf-3");
  CHECK(heard.json().at("task_count") == 1);
  CHECK(heard.json().at("target_url") == "http://platform.test:8080/base");
  CHECK(platform.target == "/base/api/v1/stress-test/workflow");
  const Json task = Json::parse(platform.body).at("tasks")[0];
  CHECK(task.at("dependencies") == task.at("depends_on"));
  CHECK(task.at("estimated_duration_ms") == 7);
  CHECK(task.at("assigned_agent_type") == "planner");
}

TEST_CASE("a platform that refuses, is silent or not there is 502 and said to be so", "[service][push]") {
  ServiceWorld world;
  CHECK(world.post("/api/agents/push-fleet").detail() == "http://platform.test:8080 gave no answer: connect_refused");
  Platform platform(world);
  platform.status = 422;
  platform.answer = R"({"detail":"no agents"})";
  const Heard refused = world.post("/api/agents/push-fleet");
  CHECK(refused.status == 502);
  CHECK(refused.detail() == "http://platform.test:8080 answered 422: {\"detail\":\"no agents\"}");
  platform.answer = std::string(5000, 'x');
  CHECK(world.post("/api/agents/push-fleet").detail().size() < 400);

  platform.silent = true;
  auto client = world.connect();
  client->stream->write("POST /api/agents/push-fleet HTTP/1.1\r\nHost: localhost\r\n\r\n");
  world.advance(29s);
  CHECK(client->heard.empty());
  world.advance(2s);
  CHECK(ServiceWorld::read(client->heard).detail() == "http://platform.test:8080 gave no answer: timeout");
}

TEST_CASE("an answer that is no JSON is passed on as text", "[service][push]") {
  ServiceWorld world;
  Platform platform(world);
  platform.answer = "fine, thanks";
  CHECK(world.post("/api/agents/push-fleet").json().at("platform_response") == "fine, thanks");
}

TEST_CASE("a push that makes no sense is not sent", "[service][push]") {
  ServiceWorld world;
  Platform platform(world);
  const Heard heard = world.post("/api/agents/push-workflow", R"({"num_tasks":1,"chaos_rate":2})");
  CHECK(heard.status == 400);
  CHECK_THAT(heard.detail(), Contains("\"num_tasks\" must be between 2 and 20, not 1") &&
                                 Contains("\"chaos_rate\" must be between 0 and 1, not 2"));
  CHECK(platform.target.empty());
}
