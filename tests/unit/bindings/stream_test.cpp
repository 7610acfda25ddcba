#include <catch2/catch.hpp>

#include "support/script_world.h"

using namespace thresher;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using engine::IterationResult;
using test::ScriptWorld;

namespace {

constexpr const char* kEvents = "text/event-stream";

metrics::Histogram trend_of(ScriptWorld& world, const char* metric) { return world.totals().aggregate(metric).trend; }
double count_of(ScriptWorld& world, const char* metric) { return world.totals().aggregate(metric).counter.sum; }

engine::IterationEnd run(ScriptWorld& world, const std::string& body) {
  world.task(body);
  world.start();
  return world.iterate();
}

}  // namespace

TEST_CASE("a stream's events come to the script one by one, with when they arrived", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = world.pieces(kEvents, {{10ms, "data: a\n\n"}, {20ms, "id: 7\nevent: tick\ndata: {\"n\":2}\n\n"}});
  const auto end = run(world, R"(
    local stream = user:stream("/events")
    print(stream.status, stream.ok, stream.headers["content-type"])
    local last
    for event in stream:events() do print(event.type, event.data, event.id, event:json("n")) last = last and event.at - last or event.at end
    print(("%.3f"):format(last), stream.error, stream.cut, stream.received))");
  CHECK(end.result == IterationResult::ok);
  CHECK(world.said_text() ==
        "200\ttrue\ttext/event-stream\nmessage\ta\tnil\tnil\ntick\t{\"n\":2}\t7\t2\n0.020\tnil\tfalse\t2\n");
  CHECK(world.requests == std::vector<std::string>{"GET /events"});
  CHECK_THAT(world.last_head, Contains("Accept: text/event-stream") && !Contains("gzip"));
  CHECK(count_of(world, "sse_events") == 2);
  CHECK(trend_of(world, "time_to_first_event").count() == 1);
  CHECK(trend_of(world, "inter_event_gap").value_at_percentile(50) == Approx(20'000).margin(20));  // us
  CHECK(count_of(world, "http_reqs") == 1);
  CHECK(world.totals().aggregate("http_req_failed").rate.passes == 0);
}

TEST_CASE("events of one read are all there, and a slow script gets them late but timed right", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = world.pieces(kEvents, {{10ms, "data: a\n\ndata: b\n\n"}, {10ms, "data: c\n\n"}});
  run(world, R"(
    local stream = user:stream("/events")
    local first = stream:next()
    thresher.sleep(5)
    local b, c = stream:next(), stream:next()
    print(first.data, b.data, c.data, ("%.3f %.3f"):format(b.at - first.at, c.at - b.at), stream:next(), stream:next()))");
  CHECK(world.said_text() == "a\tb\tc\t0.000 0.010\tnil\tnil\n");
}

TEST_CASE("a stream that a script closes, or leaves open, is recorded and its connection closed", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = world.pieces(kEvents, {{10ms, "data: a\n\n"}, {10ms, "data: b\n\n"}}, true);
  const std::string close = GENERATE("stream:close()", "");
  run(world, "local stream = user:stream('/events') print(stream:next().data) " + close);
  CHECK(world.said_text() == "a\n");
  CHECK(count_of(world, "http_reqs") == 1);
  CHECK(world.totals().aggregate("http_req_failed").rate.passes == 0);
  world.run_for(1s);
  CHECK(count_of(world, "sse_events") == 1);
}

TEST_CASE("a stream that fails before its head is a response with an error", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = [](const http::ServerRequest&, std::unique_ptr<http::Responder> responder) { responder->reset(); };
  run(world, R"(local stream = user:stream("/events") print(stream.status, stream.error, stream:next()))");
  CHECK(world.said_text() == "0\treset\tnil\n");
  CHECK(world.totals().aggregate("http_req_failed").rate.passes == 1);
}

TEST_CASE("a stream that falls silent ends as a timeout, and says what was cut", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = world.pieces(kEvents, {{10ms, "data: a\n\ndata: half"}}, true);
  run(world, R"(
    local stream = user:stream("/events", { silence = 2 })
    print(stream:next().data, stream:next(), stream.error, stream.cut))");
  CHECK(world.said_text() == "a\tnil\ttimeout\ttrue\n");
  CHECK(world.totals().aggregate("http_req_failed").rate.passes == 1);
}

TEST_CASE("an answer that is no event stream is text", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = [](const http::ServerRequest&, std::unique_ptr<http::Responder> responder) {
    responder->respond(503, "Content-Type: application/json\r\n", R"({"error":"full"})");
  };
  run(world, R"(local stream = user:stream("/events") print(stream.status, stream:next(), stream.text))");
  CHECK(world.said_text() == "503\tnil\t{\"error\":\"full\"}\n");
}

TEST_CASE("another request while a stream is open is the author's mistake", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = world.pieces(kEvents, {{10ms, "data: a\n\n"}}, true);
  CHECK(run(world, "user:stream('/events')\nuser:get('/x')").result == IterationResult::failed);
  CHECK_THAT(world.totals().exceptions()[0].message, Contains("flow.lua:3: request: a stream is open; close it first"));
}

TEST_CASE("an interrupted user leaves its stream without a record", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = world.pieces(kEvents, {{10ms, "data: a\n\n"}}, true);
  world.task("for _ in user:stream('/events'):events() do end");
  world.start();
  world.begin();
  world.run_for(1s);
  world.runner().interrupt(0);
  world.run_for(1s);
  REQUIRE(world.ended.size() == 1);
  CHECK(world.ended[0].end.result == IterationResult::interrupted);
  CHECK(count_of(world, "http_reqs") == 0);
}

TEST_CASE("a chat completion is handed over as a whole, with its times", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = world.pieces(
      kEvents,
      {{10ms, "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"},
       {20ms, "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"},
       {30ms, "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n"},
       {1ms, "data: {\"choices\":[],\"usage\":{\"completion_tokens\":4,\"prompt_tokens\":9}}\n\ndata: [DONE]\n\n"}},
      true);  // and the server keeps the connection open
  run(world, R"(
    local chat = user:chat("/v1/chat/completions", { json = { stream = true } })
    print(chat.status, chat.text, chat.complete, chat.done, chat.tokens, chat.deltas, chat.has_usage, chat.finish_reason, chat.error)
    print(("%.0f %.0f %.2f"):format(chat.time_to_first_token, chat.duration, chat.tokens_per_second)))");
  CHECK(world.said_text() == "200\tHello\ttrue\ttrue\t4\t2\ttrue\tstop\tnil\n30 61 100.00\n");
  CHECK(world.requests == std::vector<std::string>{"POST /v1/chat/completions"});
  CHECK(trend_of(world, "time_to_first_token").value_at_percentile(50) == Approx(30'200).margin(400));
  CHECK(trend_of(world, "inter_token_latency").value_at_percentile(50) == Approx(30'000).margin(100));
  CHECK(trend_of(world, "tokens_per_second").count() == 1);
  CHECK(count_of(world, "http_reqs") == 1);
  CHECK(world.totals().aggregate("http_req_failed").rate.passes == 0);
}

TEST_CASE("goodput counts the completions that met their objectives", "[unit][bindings]") {
  const auto [objectives, expected] = GENERATE(table<std::string, int>({
      {"{ time_to_first_token = 31, time_per_output_token = 30.5, duration = 62 }", 1},
      {"{ time_to_first_token = 30 }", 0},  // the request is 50 us on its way, the answer too
      {"{ time_per_output_token = 29 }", 0},
      {"{ duration = 60 }", 0},
      {"{}", 1},
  }));
  CAPTURE(objectives);
  ScriptWorld world;
  world.handler = world.pieces(kEvents, {{30ms, "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"},
                                         {30ms, "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"}}]}\n\n"},
                                         {1ms, "data: [DONE]\n\n"}});
  run(world, "user:chat('/c', { json = {}, objectives = " + objectives + " }) user:chat('/c', { json = {} })");
  CHECK(count_of(world, "http_reqs") == 2);
  CHECK(count_of(world, "goodput") == expected);
  const auto met = world.totals().aggregate("objectives_met").rate;
  CHECK(met.total == 1);
  CHECK(met.passes == static_cast<std::uint64_t>(expected));
}

TEST_CASE("goodput counts the streams that met their objectives", "[unit][bindings]") {
  const auto [objectives, expected] = GENERATE(table<std::string, int>({
      {"{ time_to_first_event = 11, inter_event_gap = 25, duration = 40 }", 1},
      {"{ time_to_first_event = 9 }", 0},
      {"{ inter_event_gap = 15 }", 0},
  }));
  CAPTURE(objectives);
  ScriptWorld world;
  world.handler = world.pieces(kEvents, {{10ms, "data: a\n\n"}, {20ms, "data: b\n\n"}, {5ms, "data: c\n\n"}});
  run(world, "for _ in user:stream('/e', { objectives = " + objectives + " }):events() do end");
  CHECK(count_of(world, "goodput") == expected);
}

TEST_CASE("a failed completion is no goodput, however fast it was", "[unit][bindings]") {
  ScriptWorld world;
  world.handler = [](const http::ServerRequest&, std::unique_ptr<http::Responder> responder) { responder->reset(); };
  run(world, "user:chat('/c', { json = {}, objectives = { duration = 1000 } })");
  CHECK(world.totals().aggregate("objectives_met").rate.total == 1);
  CHECK(count_of(world, "goodput") == 0);
}

TEST_CASE("a completion that breaks off or reports an error is a failed request, whatever its status",
          "[unit][bindings]") {
  const auto [pieces, error] = GENERATE(table<std::string, std::string>({
      {"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", "nil"},  // ended without an end
      {"data: {\"error\":{\"message\":\"overloaded\"}}\n\n", "stream_error"},
  }));
  ScriptWorld world;
  world.handler = world.pieces(kEvents, {{1ms, pieces}});
  run(world, "local chat = user:chat('/c', { json = {} }) print(chat.status, chat.complete, chat.error)");
  CHECK(world.said_text() == "200\tfalse\t" + error + "\n");
  CHECK(world.totals().aggregate("http_req_failed").rate.passes == 1);
}
