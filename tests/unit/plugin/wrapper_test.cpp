// The C++ face of the SDK, seen from the host: tests/unit/plugin/fixtures/wrapped.cpp is written with it.
#include <catch2/catch.hpp>

#include "fixture.h"

using namespace thresher;
using namespace std::chrono_literals;
using plugin::AnswerKind;

TEST_CASE("a class becomes a target with its declaration", "[plugin][sdk]") {
  plugin::Registry registry;
  REQUIRE(registry.load(fixture("wrapped")));
  const plugin::TargetType& shop = *registry.target("shop").value();
  CHECK(shop.summary() == "sells things");
  REQUIRE(shop.endpoints().size() == 2);
  CHECK(shop.endpoints()[0].port == 8201);
  CHECK(shop.options_json() ==
        R"({"size":{"type":"string","default":"small","description":"how big","enum":["small","large"]},)"
        R"("latency_ms":{"type":"number","default":2.5,"description":"how slow","minimum":0.0},)"
        R"("stock":{"type":"integer","default":7,"description":"how much","minimum":0.0,"maximum":100.0},)"
        R"("open":{"type":"boolean","default":true,"description":"whether it sells"},)"
        R"("rebate":{"type":"number","description":"off the price","minimum":0.0,"maximum":1.0}})");
  CHECK(registry.target("kiosk").value()->options_json() == "{}");
}

TEST_CASE("a class keeps its state between requests", "[plugin][sdk]") {
  Loaded loaded("wrapped", "shop", R"({"size":"large","rebate":0})", 5);
  const plugin::TargetAnswer first = loaded.get("/");
  CHECK(first.status == 201);
  CHECK(first.after == 2500us);
  CHECK(first.headers == "Content-Type: application/json\r\nX-Shop: yes\r\n");
  CHECK(first.body == R"({"size":"large","stock":7,"rebate":true,"seed":5})");
  CHECK(loaded.get("/").body == R"({"size":"large","stock":6,"rebate":true,"seed":5})");
}

TEST_CASE("a class can answer in every way", "[plugin][sdk]") {
  Loaded loaded("wrapped", "shop");
  CHECK(loaded.get("/never").kind == AnswerKind::never);
  CHECK(loaded.get("/reset").kind == AnswerKind::reset);
  CHECK(loaded.get("/half").kind == AnswerKind::truncate);
  CHECK(loaded.get("/half").body == "whole");
  CHECK(loaded.get("/garbage").kind == AnswerKind::garbage);
  CHECK(loaded.get("/garbage").body == "\x01\x02");
}

TEST_CASE("a class can answer piece by piece", "[plugin][sdk]") {
  Loaded loaded("wrapped", "shop");
  const plugin::TargetAnswer answer = loaded.get("/stream");
  CHECK(answer.kind == AnswerKind::stream);
  CHECK(answer.headers == "Content-Type: text/event-stream\r\n");
  REQUIRE(answer.pieces.size() == 2);
  CHECK(answer.pieces[0].bytes == "one");
  CHECK(answer.pieces[0].after == 2500us);
  CHECK(answer.pieces[1].bytes == "two");
  CHECK(answer.pieces[1].after == 5ms);
  CHECK(answer.stream_end == plugin::StreamEnd::hold);
}

TEST_CASE("an exception in a constructor refuses the stand-in with its text", "[plugin][sdk]") {
  plugin::Registry registry;
  REQUIRE(registry.load(fixture("wrapped")));
  const auto made = registry.target("shop").value()->create(R"({"open":"false"})", 0);
  REQUIRE_FALSE(made);
  CHECK(made.error().message == "target shop (plugin \"" + fixture("wrapped").string() + "\"): the shop is closed");
}

TEST_CASE("an exception in handle becomes a 500 with its text, and the next request is fine", "[plugin][sdk]") {
  Loaded loaded("wrapped", "shop");
  CHECK(loaded.get("/throw").status == 500);
  CHECK(loaded.get("/throw").body == "stand-in shop could not answer GET /throw: aisle 9 is beyond the shop\n");
  CHECK(loaded.get("/throw-odd").body ==
        "stand-in shop could not answer GET /throw-odd: threw something that is no std::exception\n");
  CHECK(loaded.get("/").status == 201);
}

TEST_CASE("a class finds headers whatever their case, and without their blanks", "[plugin][sdk]") {
  Loaded loaded("wrapped", "shop");
  const auto seen = [&](std::string_view headers) {
    return loaded.target
        ->handle({.port = 1,
                  .number = 0,
                  .connection = 1,
                  .now = {},
                  .wall = {},
                  .method = "GET",
                  .path = "/header",
                  .query = {},
                  .headers = headers,
                  .body = {}})
        .body;
  };
  CHECK(seen("Host: a\r\nX-THING:  one two \t\r\nOther: x\r\n") == "[one two]");
  CHECK(seen("X-Things: one\r\n") == "[]");
  CHECK(seen("X-Thing:\r\n") == "[]");
  CHECK(seen("") == "[]");
}
