#include <catch2/catch.hpp>

#include "fake_loop.h"
#include "http/client.h"
#include "support/allocations.h"

using namespace thresher;
using namespace thresher::test;

namespace {

struct NullStream final : event::ByteStream {
  bool write(std::string_view) override { return true; }
  void finish() override {}
  void reset() override {}
  void pause_reading() override {}
  void resume_reading() override {}
  std::size_t queued_bytes() const override { return 0; }
  void set_events(event::StreamEvents&) override {}
};

struct Counter final : http::ResponseReceiver {
  void on_response(const http::Response& response) override { answered += response.outcome == Outcome::ok ? 1 : 0; }
  int answered = 0;
};

}  // namespace

TEST_CASE("an exchange on a kept connection allocates nothing", "[http][client]") {
  event::StreamEvents* heard = nullptr;
  FakeLoop loop{[&](const event::Address&, event::StreamEvents& events) {
    heard = &events;
    return std::make_unique<NullStream>();
  }};
  auto client = std::move(*http::Client::create(loop, {}));
  auto session = client->open_session();
  const http::Origin origin{false, "127.0.0.1", 80};
  Counter counter;
  http::Request request;
  request.origin = &origin;
  request.head = "POST /a/longer/path HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n";
  request.body = "body";

  const std::string_view whole = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
  const std::string_view chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n20\r\n and a chunk of thirty-two "
      "bytes\r\n0\r\n\r\n";
  const auto exchange = [&](std::string_view answer) {
    client->start(*session, request, counter);
    heard->on_bytes(answer.substr(0, 0), loop.now());
    heard->on_bytes(answer, loop.now());
  };
  const auto split = [&](std::string_view answer) {
    client->start(*session, request, counter);
    heard->on_bytes(answer.substr(0, 60), loop.now());
    heard->on_bytes(answer.substr(60), loop.now());
  };

  client->start(*session, request, counter);
  heard->on_connected(loop.now());
  heard->on_bytes(whole, loop.now());
  exchange(chunked);
  split(whole);
  split(chunked);
  REQUIRE(counter.answered == 4);

  const std::size_t before = allocations();
  for (int i = 0; i < 100; ++i) {
    exchange(whole);
    exchange(chunked);
    split(whole);
    split(chunked);
  }
  CHECK(allocations() == before);
  CHECK(counter.answered == 404);
}
