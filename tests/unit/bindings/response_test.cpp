#include <zlib.h>

#include <catch2/catch.hpp>

#include "support/script_world.h"

using namespace thresher;
using namespace std::chrono_literals;
using Catch::Matchers::StartsWith;
using test::ScriptWorld;

namespace {

std::string gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(text.size() + 100, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// What a task prints about a response with these headers and body.
std::string printed(const std::string& body, const std::string& headers, const std::string& answer, int status = 200) {
  ScriptWorld world;
  world.handler = [&](const http::ServerRequest&, std::unique_ptr<http::Responder> responder) {
    responder->respond(status, headers, answer);
  };
  world.task("local res = user:get('/x')\n" + body);
  world.start();
  world.iterate();
  if (!world.error().empty()) return world.error();
  return world.said_text();
}

}  // namespace

TEST_CASE("a response says everything about the answer", "[unit][bindings]") {
  CHECK(printed(
            "print(res.status, res.ok, res.error, res.error_code, res.body, res.url, res.proto, res.tls_version == '')",
            "", "text") == "200\ttrue\tnil\t0\ttext\thttp://127.0.0.1:8007/x\tHTTP/1.1\ttrue\n");
  CHECK(printed("print(res.status, res.ok, res.error_code, tostring(res))", "", "", 503) ==
        "503\tfalse\t1503\tresponse 503\n");
}

TEST_CASE("headers are found whatever their case, and can be walked", "[unit][bindings]") {
  CHECK(
      printed("print(res.headers['X-ONE'], res.headers['x-one'], res.headers.missing) local n = 0 "
              "for name in pairs(res.headers) do if name == 'x-one' or name == 'x-two' then n = n + 1 end end print(n)",
              "X-One: 1\r\nX-Two: a\r\nx-two: b\r\n", "") == "1\t1\tnil\n2\n");
  CHECK(printed("print(res.headers['X-Two'])", "X-Two: a\r\nx-two: b\r\n", "") == "a, b\n");
}

TEST_CASE("timings are milliseconds", "[unit][bindings]") {
  ScriptWorld world;
  world.task(
      "local t = user:get('/x').timings print(t.duration == t.sending + t.waiting + t.receiving, t.waiting > 0.09, "
      "t.waiting < 1, "
      "t.connecting > 0, t.tls_handshaking, t.blocked >= 0)");
  world.start();
  world.iterate();
  CHECK(world.error().empty());
  CHECK(world.said_text() == "true\ttrue\ttrue\ttrue\t0\ttrue\n");
}

TEST_CASE("JSON is read from an answer by path or whole", "[unit][bindings]") {
  CHECK(printed("print(res:json('a.b[1]'), res:json('a.b[0]'), res:json().a.b[2], res:json('none'))", "",
                R"({"a":{"b":["x","y"]}})") == "y\tx\ty\tnil\n");
  CHECK_THAT(printed("print(res:json())", "", "<html>"), StartsWith("nil\t"));
  CHECK_THAT(printed("print(res:json('a'))", "", "[1"), StartsWith("nil"));
}

TEST_CASE("an encoded body is decoded when it is asked for", "[unit][bindings]") {
  const std::string text = R"({"status":"healthy"})";
  const auto packed = gzip(text);
  CHECK(printed("print(res.body, res:json('status'), res:json('status'), res.body, res:json().status)",
                "Content-Encoding: gzip\r\n", packed) == text + "\thealthy\thealthy\t" + text + "\thealthy\n");
  CHECK(printed("print(res.error, res.body, res.error, res:json('a'))", "Content-Encoding: gzip\r\n", "not gzip") ==
        "nil\tnil\tdecode\tnil\tthe body does not decode\n");
}

TEST_CASE("responses live as long as the script holds them", "[unit][bindings]") {
  ScriptWorld world;
  int answers = 0;
  world.handler = [&](const http::ServerRequest&, std::unique_ptr<http::Responder> responder) {
    responder->respond(200, "", "{\"n\":" + std::to_string(++answers) + "}");
  };
  world.task(
      "local kept = {} for i = 1, 50 do kept[i] = user:get('/x') end collectgarbage() collectgarbage() "
      "local sum = 0 for i = 50, 1, -1 do sum = sum + kept[i]:json('n') assert(kept[i]:json('n') == i) end print(sum)");
  world.start();
  world.iterate();
  CHECK(world.error().empty());
  CHECK(world.said_text() == "1275\n");
}

TEST_CASE("misuse of a response names the line", "[unit][bindings]") {
  CHECK_THAT(printed("print(res.statsu)", "", ""), StartsWith("flow.lua:3: a response has no field 'statsu'"));
  CHECK_THAT(printed("res.status = 200", "", ""), StartsWith("flow.lua:3: a response cannot be changed"));
  CHECK_THAT(printed("print(res.json('a'))", "", "{}"), StartsWith("flow.lua:3: json: write res:json(), with a colon"));
  CHECK_THAT(printed("print(res:json(3))", "", "{}"),
             StartsWith("flow.lua:3: json: path: expected a string, got number"));
}

TEST_CASE("a body beyond max_body fails the request, not the process", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = [](const http::ServerRequest&, std::unique_ptr<http::Responder> responder) {
    responder->respond(200, "", std::string(10'000, 'x'));
  };
  world.task("print(user:get('/x', { max_body = 1000 }).error, #user:get('/x', { max_body = 10000 }).body)");
  world.start();
  world.iterate();
  CHECK(world.said_text() == "body_too_large\t10000\n");
}
