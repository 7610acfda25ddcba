#include <catch2/catch.hpp>

#include "support/script_world.h"

using namespace thresher;
using test::ScriptWorld;

namespace {

using Lines = std::vector<std::string>;

struct WalkLog final : bindings::WalkListener {
  void on_exchange(bindings::WalkedExchange exchange) override {
    lines.push_back(exchange.task + " " + exchange.request.substr(0, exchange.request.find(" HTTP")) + " " +
                    std::to_string(exchange.status) + (exchange.expected ? " expected" : " unexpected"));
    last = std::move(exchange);
  }
  void on_missing_field(const std::string& task, std::string_view path) override {
    lines.push_back(task + " lacks " + std::string(path));
  }
  void on_failed_check(const std::string& task, std::string_view check) override {
    lines.push_back(task + " fails " + std::string(check));
  }
  Lines lines;
  bindings::WalkedExchange last;
};

}  // namespace

TEST_CASE("a walk does every task once, in order, without thinking, whatever fails", "[unit][bindings]") {
  WalkLog log;
  ScriptWorld world;
  world.options().walk = &log;
  world.scenario(R"(local thresher = require 'thresher'
    local s = thresher.scenario { name = 'x', host = 'http://127.0.0.1:8007', wait = thresher.constant(60) }
    s:task { 'rare', weight = 0.001, function(user) user:get('/a') end }
    s:task { 'broken', function(user) error 'oh' end }
    s:task { 'judged', function(user)
      local res = user:post('/b', { json = { n = 1 } })
      thresher.check(res, { ['has an id'] = res:json('order.id') ~= nil, ['is fine'] = true })
    end })");
  world.start();
  const auto end = world.iterate();
  CHECK(log.lines == Lines{"rare GET /a 200 expected", "judged POST /b 200 expected", "judged lacks order.id",
                           "judged fails has an id"});
  CHECK(log.last.request.ends_with("\r\n\r\n{\"n\":1}"));
  CHECK(log.last.response.ends_with("{\"status\":\"healthy\"}"));
  CHECK(log.last.where == "flow.lua:5");
  CHECK(end.ended - end.began < std::chrono::seconds(1));
}

TEST_CASE("what a script expects is no surprise to a walk", "[unit][bindings]") {
  WalkLog log;
  ScriptWorld world;
  world.options().walk = &log;
  world.handler = [](const http::ServerRequest&, std::unique_ptr<http::Responder> responder) {
    responder->respond(404, "", "");
  };
  world.task("user:get('/a', { expect = 404 }) user:get('/b')");
  world.start();
  world.iterate();
  CHECK(log.lines == Lines{"step GET /a 404 expected", "step GET /b 404 unexpected"});
}
