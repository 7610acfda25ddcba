#include <catch2/catch.hpp>

#include "client_fixture.h"

using namespace thresher;
using namespace thresher::test;
using namespace std::chrono_literals;

namespace {

/// Keeps what it hears of a stream, with the times; `then` runs inside on_body().
struct StreamListener final : http::StreamReceiver {
  void on_head(const http::Response& so_far, TimePoint now) override {
    status = so_far.status;
    head = so_far.head;
    head_at = now;
  }
  void on_body(std::string_view bytes, TimePoint now) override {
    pieces.emplace_back(bytes);
    at.push_back(now.time_since_epoch());
    if (then) then();
  }
  void on_response(const http::Response& response) override {
    ++ends;
    outcome = response.outcome;
    body_at_end = response.body;
  }
  std::string text() const {
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    return all;
  }

  int status = 0, ends = 0;
  std::string head, body_at_end;
  TimePoint head_at{};
  std::vector<std::string> pieces;
  std::vector<Nanoseconds> at;
  Outcome outcome = Outcome::internal;
  std::function<void()> then;
};

constexpr const char* kChunkedHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

struct Streaming : ClientFixture {
  http::Exchange* stream(Nanoseconds silence = 60s) {
    http::Request request = get();
    request.stream = &told;
    request.timeout = 5s;
    request.silence_timeout = silence;
    return client->start(*session, request, told);
  }
  StreamListener told;
};

}  // namespace

TEST_CASE("a stream's pieces come when they arrive, and its end by itself", "[http][client]") {
  Streaming fixture;
  fixture.server.next(
      Reply().send(kChunkedHead).wait(10ms).send("3\r\nabc\r\n").wait(20ms).send("2\r\nde\r\n0\r\n\r\n"));
  fixture.stream();
  fixture.advance(1s);
  CHECK(fixture.told.status == 200);
  CHECK(fixture.told.pieces == std::vector<std::string>{"abc", "de"});
  CHECK(fixture.told.at[0] - fixture.told.head_at.time_since_epoch() == 10ms);
  CHECK(fixture.told.at[1] - fixture.told.at[0] == 20ms);
  CHECK(fixture.told.ends == 1);
  CHECK(fixture.told.outcome == Outcome::ok);
  CHECK(fixture.told.body_at_end.empty());
  CHECK(fixture.session->idle_connections() == 1);  // and it carries the next exchange
  CHECK(fixture.exchange().reused);
}

TEST_CASE("head and pieces in one read are one piece", "[http][client]") {
  Streaming fixture;
  fixture.server.next(Reply().send(std::string(kChunkedHead) + "1\r\na\r\n1\r\nb\r\n0\r\n\r\n"));
  fixture.stream();
  fixture.advance(1s);
  CHECK(fixture.told.text() == "ab");
  CHECK(fixture.told.ends == 1);
}

TEST_CASE("a stream until the connection's end is whole", "[http][client]") {
  Streaming fixture;
  fixture.server.next(Reply().send("HTTP/1.1 200 OK\r\n\r\n").send("one").wait(1ms).send("two").finish());
  fixture.stream();
  fixture.advance(1s);
  CHECK(fixture.told.text() == "onetwo");
  CHECK(fixture.told.outcome == Outcome::ok);
}

TEST_CASE("a stream may be longer than any limit of a gathered body", "[http][client]") {
  Streaming fixture;
  Reply reply = Reply().send(kChunkedHead);
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  for (int i = 0; i < 64; ++i) reply.send(chunk).wait(1ms);
  fixture.server.next(reply.send("0\r\n\r\n"));
  http::Request request = fixture.get();
  request.stream = &fixture.told;
  request.max_body = 0x20000;
  fixture.client->start(*fixture.session, request, fixture.told);
  fixture.advance(2s);
  CHECK(fixture.told.text().size() == 64 * 0x10000);
  CHECK(fixture.told.outcome == Outcome::ok);
}

TEST_CASE("the time limit is the head's; then silence counts", "[http][client]") {
  Streaming fixture;
  Reply reply = Reply().send(kChunkedHead);
  for (int i = 0; i < 10; ++i) reply.wait(3s).send("1\r\na\r\n");
  fixture.server.next(reply.wait(1h));
  fixture.stream(4s);
  fixture.advance(31s);
  CHECK(fixture.told.text() == std::string(10, 'a'));
  CHECK(fixture.told.ends == 0);
  fixture.advance(5s);
  CHECK(fixture.told.ends == 1);
  CHECK(fixture.told.outcome == Outcome::timeout);
}

TEST_CASE("a stream that breaks off tells what had come, then the failure", "[http][client]") {
  Streaming fixture;
  fixture.server.next(Reply().send(kChunkedHead).send("3\r\nabc\r\n").reset());
  fixture.stream();
  fixture.advance(1s);
  CHECK(fixture.told.text() == "abc");
  CHECK(fixture.told.outcome == Outcome::reset);
}

TEST_CASE("a stream's receiver may cancel it, or destroy the session, from within a piece", "[http][client]") {
  Streaming fixture;
  const bool destroys = GENERATE(false, true);
  fixture.server.next(Reply().send(kChunkedHead).send("1\r\na\r\n").wait(1ms).send("1\r\nb\r\n0\r\n\r\n"));
  http::Exchange* exchange = fixture.stream();
  fixture.told.then = [&] {
    if (destroys)
      fixture.session.reset();
    else
      fixture.client->cancel(exchange);
  };
  fixture.advance(1s);
  CHECK(fixture.told.pieces == std::vector<std::string>{"a"});
  CHECK(fixture.told.ends == 0);
  CHECK(fixture.client->open_connections() == 0);
  CHECK(fixture.client->exchanges_in_flight() == 0);
}
