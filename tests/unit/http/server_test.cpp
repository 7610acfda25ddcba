#include "http/server.h"

#include <catch2/catch.hpp>
#include <optional>

#include "event/virtual_world.h"
#include "http/headers.h"

using namespace thresher;
using namespace thresher::http;
using namespace std::chrono_literals;

namespace {

/// A bare client: what it hears, and how its connection ended.
struct Peer final : event::StreamEvents {
  Peer(event::Loop& loop, const event::Address& to) : stream(loop.connect(to, *this)) {}
  void on_connected(TimePoint) override {}
  void on_bytes(std::string_view bytes, TimePoint) override { heard += bytes; }
  void on_end(Outcome why, TimePoint) override { end = why; }
  std::string take() { return std::exchange(heard, {}); }

  std::unique_ptr<event::ByteStream> stream;
  std::string heard;
  std::optional<Outcome> end;
};

class ServerFixture {
 public:
  explicit ServerFixture(ServerLimits limits = {}) {
    server = Server::create(
        *loop,
        [this](const ServerRequest& request, std::unique_ptr<Responder> responder) {
          targets.emplace_back(request.target);
          bodies.emplace_back(request.body);
          last_local = request.local;
          connections.push_back(request.connection);
          if (handle) {
            handle(std::move(responder));
          } else {
            responder->respond(200, "X-A: b\r\n", request.target);
          }
        },
        limits);
    auto bound = server->listen(event::Address::loopback(0));
    REQUIRE(bound);
    address = *bound;
  }

  std::unique_ptr<Peer> connect() {
    auto peer = std::make_unique<Peer>(*loop, address);
    advance(1ms);
    return peer;
  }
  void advance(Nanoseconds duration) { world.run_until(world.now() + duration); }
  /// What a peer that sends this hears within 10 ms.
  std::string talk(Peer& peer, std::string_view bytes) {
    peer.stream->write(bytes);
    advance(10ms);
    return peer.take();
  }
  std::string talk(std::string_view bytes) { return talk(*connect(), bytes); }

  event::VirtualWorld world;
  std::unique_ptr<event::Loop> loop = world.make_loop();
  std::unique_ptr<Server> server;
  event::Address address, last_local;
  std::vector<std::string> targets, bodies;
  std::vector<std::uint64_t> connections;
  std::function<void(std::unique_ptr<Responder>)> handle;
};

}  // namespace

TEST_CASE("a request is answered and the connection kept", "[http][server]") {
  ServerFixture fixture;
  auto peer = fixture.connect();
  CHECK(fixture.talk(*peer, "GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 6\r\n\r\n/a?b=c");
  CHECK(fixture.talk(*peer, "POST /2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc").ends_with("\r\n\r\n/2"));
  CHECK(fixture.bodies.back() == "abc");
  CHECK(fixture.last_local == fixture.address);
  CHECK(fixture.connections == std::vector<std::uint64_t>{1, 1});
  CHECK(fixture.server->open_connections() == 1);
  CHECK_FALSE(peer->end);
}

TEST_CASE("a request that arrives byte by byte is one request", "[http][server]") {
  ServerFixture fixture;
  auto peer = fixture.connect();
  for (const char byte : std::string("PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
    peer->stream->write({&byte, 1});
    fixture.advance(1ms);
  }
  CHECK(peer->heard.ends_with("/x"));
  CHECK(fixture.bodies == std::vector<std::string>{"abc"});
}

TEST_CASE("pipelined requests are answered in order, even when handlers are not", "[http][server]") {
  ServerFixture fixture;
  std::vector<std::unique_ptr<Responder>> waiting;
  fixture.handle = [&](std::unique_ptr<Responder> responder) { waiting.push_back(std::move(responder)); };
  auto peer = fixture.connect();
  peer->stream->write("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP");
  fixture.advance(5ms);
  REQUIRE(waiting.size() == 1);
  peer->stream->write("/1.1\r\n\r\n");
  fixture.advance(5ms);
  for (std::size_t i = 0; i < 3; ++i) {
    REQUIRE(waiting.size() == i + 1);
    waiting[i]->respond(200, "", std::to_string(i + 1));
    fixture.advance(5ms);
    CHECK(peer->take().ends_with("\r\n\r\n" + std::to_string(i + 1)));
  }
  fixture.handle = nullptr;
  CHECK(fixture.talk(*peer, "GET /4 HTTP/1.1\r\n\r\nGET /5 HTTP/1.1\r\n\r\n").ends_with("/5"));
}

TEST_CASE("HEAD shows the head of what GET would", "[http][server]") {
  ServerFixture fixture;
  CHECK(fixture.talk("HEAD /abc HTTP/1.1\r\n\r\n") == "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 4\r\n\r\n");
}

TEST_CASE("204 and 304 have neither body nor length", "[http][server]") {
  ServerFixture fixture;
  fixture.handle = [](std::unique_ptr<Responder> responder) { responder->respond(204, "", "ignored"); };
  CHECK(fixture.talk("GET / HTTP/1.1\r\n\r\n") == "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST_CASE("HTTP/1.0 and Connection: close end the connection after the answer", "[http][server]") {
  ServerFixture fixture;
  for (const char* request : {"GET /x HTTP/1.0\r\n\r\n", "GET /x HTTP/1.1\r\nConnection: close\r\n\r\n"}) {
    auto peer = fixture.connect();
    const std::string answer = fixture.talk(*peer, request);
    CHECK(find_header(answer, "Connection").value == "close");
    CHECK(peer->end == Outcome::closed);
    fixture.advance(2s);
    CHECK(fixture.server->open_connections() == 0);
  }
  auto kept = fixture.connect();
  CHECK(find_header(fixture.talk(*kept, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "Connection").value ==
        "keep-alive");
  CHECK_FALSE(kept->end);
}

TEST_CASE("an Expect is answered with 100 before its body comes", "[http][server]") {
  ServerFixture fixture;
  auto peer = fixture.connect();
  CHECK(fixture.talk(*peer, "POST /x HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n") ==
        "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(fixture.talk(*peer, "ok").ends_with("/x"));
  CHECK(fixture.talk(*peer, "POST /y HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok").substr(0, 12) ==
        "HTTP/1.1 200");
}

TEST_CASE("bad requests are refused by status and the connection ends", "[http][server]") {
  ServerFixture fixture{{.max_head = 200, .max_body = 100}};
  const auto status = [&](std::string_view bytes) {
    auto peer = fixture.connect();
    const std::string answer = fixture.talk(*peer, bytes);
    CHECK(find_header(answer, "Connection").value == "close");
    CHECK(peer->end == Outcome::closed);
    return answer.substr(9, 3);
  };
  CHECK(status("garbage\r\n\r\n") == "400");
  CHECK(status("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n") == "400");
  CHECK(status("GET / HTTP/1.1\r\nX: " + std::string(300, 'x') + "\r\n\r\n") == "431");
  CHECK(status("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n") == "413");
  CHECK(status("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n") == "413");
  CHECK(fixture.targets.empty());
  fixture.advance(2s);
  CHECK(fixture.server->open_connections() == 0);
}

TEST_CASE("a refusal says in JSON what the limit is", "[http][server]") {
  ServerFixture fixture{{.max_head = 200, .max_body = 100, .request_timeout = 2s}};
  CHECK(fixture.talk("GET / HTTP/1.1\r\nX: " + std::string(300, 'x') + "\r\n\r\n")
            .ends_with("{\"detail\":\"the request's head is larger than 200 bytes\"}"));
  CHECK(fixture.talk("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n")
            .ends_with("{\"detail\":\"the request's body is larger than 100 bytes\"}"));
  const std::string garbage = fixture.talk("\"\\ /\r\n\r\n");
  CHECK(find_header(garbage, "Content-Type").value == "application/json");
  CHECK(garbage.find("{\"detail\":\"this is not HTTP/1.1: llhttp: ") != std::string::npos);
  auto slow = fixture.connect();
  slow->stream->write("GET / HT");
  fixture.advance(3s);
  CHECK(slow->heard.ends_with("{\"detail\":\"the request was not complete after 2s\"}"));
}

TEST_CASE("a request that does not come to its end gets a 408, an idle connection a close", "[http][server]") {
  ServerFixture fixture;
  auto slow = fixture.connect();
  slow->stream->write("GET / HT");
  auto idle = fixture.connect();
  fixture.advance(29s);
  CHECK(slow->heard.empty());
  fixture.advance(2s);
  CHECK(slow->heard.substr(0, 12) == "HTTP/1.1 408");
  CHECK(slow->end == Outcome::closed);
  CHECK_FALSE(idle->end);
  fixture.advance(45s);
  CHECK(idle->end == Outcome::closed);
  CHECK(idle->heard.empty());
  CHECK(fixture.server->open_connections() == 0);
}

TEST_CASE("a late answer is fine, and none at all closes", "[http][server]") {
  ServerFixture fixture;
  std::unique_ptr<Responder> kept;
  fixture.handle = [&](std::unique_ptr<Responder> responder) { kept = std::move(responder); };
  auto peer = fixture.connect();
  CHECK(fixture.talk(*peer, "GET / HTTP/1.1\r\n\r\n").empty());
  fixture.advance(10min);
  kept->respond(200, "", "late");
  fixture.advance(1ms);
  CHECK(peer->take().ends_with("late"));
  kept->respond(200, "", "twice");
  CHECK(fixture.talk(*peer, "GET / HTTP/1.1\r\n\r\n").empty());
  kept.reset();
  fixture.advance(1ms);
  CHECK(peer->end);
  CHECK(fixture.server->open_connections() == 0);
}

TEST_CASE("a handler may answer with bytes of its own, or reset", "[http][server]") {
  ServerFixture fixture;
  fixture.handle = [](std::unique_ptr<Responder> responder) { responder->respond_raw("nonsense", true); };
  auto first = fixture.connect();
  CHECK(fixture.talk(*first, "GET / HTTP/1.1\r\n\r\n") == "nonsense");
  CHECK(first->end == Outcome::closed);
  fixture.handle = [](std::unique_ptr<Responder> responder) { responder->reset(); };
  auto second = fixture.connect();
  fixture.talk(*second, "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  CHECK(second->end == Outcome::reset);
}

TEST_CASE("a stream is chunked, and the connection kept after it", "[http][server]") {
  ServerFixture fixture;
  std::unique_ptr<Responder> kept;
  fixture.handle = [&](std::unique_ptr<Responder> responder) { kept = std::move(responder); };
  auto peer = fixture.connect();
  fixture.talk(*peer, "GET / HTTP/1.1\r\n\r\n");
  kept->begin_stream(200, "Content-Type: text/event-stream\r\n");
  CHECK(kept->write_chunk("data: 1\n\n"));
  CHECK(kept->write_chunk(""));
  fixture.advance(1ms);
  CHECK(peer->take() ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
  kept->write_chunk(std::string(20, 'x'));
  kept->finish_stream();
  fixture.advance(1ms);
  CHECK(peer->take() == "14\r\n" + std::string(20, 'x') + "\r\n0\r\n\r\n");
  fixture.handle = nullptr;
  CHECK(fixture.talk(*peer, "GET /next HTTP/1.1\r\n\r\n").ends_with("/next"));
}

TEST_CASE("a stream to HTTP/1.0 ends with the connection, one to HEAD has no body", "[http][server]") {
  ServerFixture fixture;
  fixture.handle = [](std::unique_ptr<Responder> responder) {
    responder->begin_stream(200, "");
    responder->write_chunk("text");
    responder->finish_stream();
  };
  auto old = fixture.connect();
  CHECK(fixture.talk(*old, "GET / HTTP/1.0\r\n\r\n") == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ntext");
  CHECK(old->end == Outcome::closed);
  CHECK(fixture.talk("HEAD / HTTP/1.1\r\n\r\n") == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST_CASE("a stream to a client that does not read waits for it", "[http][server]") {
  ServerFixture fixture;
  std::unique_ptr<Responder> kept;
  fixture.handle = [&](std::unique_ptr<Responder> responder) { kept = std::move(responder); };
  auto peer = fixture.connect();
  peer->stream->pause_reading();
  fixture.talk(*peer, "GET / HTTP/1.1\r\n\r\n");
  int writable = 0;
  kept->on_writable([&] { ++writable; });
  kept->begin_stream(200, "");
  int chunks = 0;
  while (kept->write_chunk(std::string(16384, 'x')) && chunks < 10'000) ++chunks;
  REQUIRE(chunks < 10'000);
  fixture.advance(1s);
  CHECK(writable == 0);
  peer->stream->resume_reading();
  fixture.advance(1s);
  CHECK(writable == 1);
  CHECK(peer->heard.size() > 16384U * static_cast<std::size_t>(chunks));
}

TEST_CASE("a client that goes away is noticed, and answering it is harmless", "[http][server]") {
  ServerFixture fixture;
  std::unique_ptr<Responder> kept;
  int gone = 0;
  fixture.handle = [&](std::unique_ptr<Responder> responder) {
    kept = std::move(responder);
    kept->on_gone([&] { ++gone; });
  };
  auto peer = fixture.connect();
  fixture.talk(*peer, "GET / HTTP/1.1\r\n\r\n");
  SECTION("by a reset") { peer->stream->reset(); }
  SECTION("by closing") { peer.reset(); }
  fixture.advance(1ms);
  CHECK(gone == 1);
  kept->respond(200, "", "nobody");
  kept->write_chunk("nobody");
  fixture.advance(2s);
  CHECK(fixture.server->open_connections() == 0);
}

TEST_CASE("a client that only finished sending still gets all its answers", "[http][server]") {
  ServerFixture fixture;
  std::vector<std::unique_ptr<Responder>> waiting;
  fixture.handle = [&](std::unique_ptr<Responder> responder) { waiting.push_back(std::move(responder)); };
  auto peer = fixture.connect();
  peer->stream->write("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3");
  peer->stream->finish();
  fixture.advance(1ms);
  REQUIRE(waiting.size() == 1);
  waiting[0]->respond(200, "", "one");
  REQUIRE(waiting.size() == 2);
  waiting[1]->respond(200, "", "two");
  fixture.advance(1ms);
  CHECK(peer->heard.find("one") != std::string::npos);
  CHECK(peer->heard.ends_with("two"));
  CHECK(peer->end == Outcome::closed);
  CHECK(fixture.server->open_connections() == 0);
}

TEST_CASE("a gone callback may destroy the responder", "[http][server]") {
  ServerFixture fixture;
  std::unique_ptr<Responder> kept;
  fixture.handle = [&](std::unique_ptr<Responder> responder) {
    kept = std::move(responder);
    kept->on_gone([&] { kept.reset(); });
  };
  for (const bool abort : {true, false}) {
    auto peer = fixture.connect();
    fixture.talk(*peer, "GET / HTTP/1.1\r\n\r\n");
    if (abort) {
      peer->stream->reset();
    } else {
      peer.reset();
    }
    fixture.advance(1ms);
    CHECK_FALSE(kept);
    CHECK(fixture.server->open_connections() == 0);
  }
}

TEST_CASE("requests sent ahead without end stop being read", "[http][server]") {
  ServerFixture fixture;
  std::unique_ptr<Responder> kept;
  fixture.handle = [&](std::unique_ptr<Responder> responder) { kept = std::move(responder); };
  auto peer = fixture.connect();
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "GET /x HTTP/1.1\r\n\r\n";
  peer->stream->write(many);
  fixture.advance(1s);
  CHECK(fixture.targets.size() == 1);
  fixture.handle = nullptr;
  kept->respond(200, "", "first");
  fixture.advance(1s);
  CHECK(fixture.targets.size() == 20'000);
}

TEST_CASE("draining answers what is in progress and closes what is idle", "[http][server]") {
  ServerFixture fixture;
  std::unique_ptr<Responder> kept;
  fixture.handle = [&](std::unique_ptr<Responder> responder) { kept = std::move(responder); };
  auto busy = fixture.connect();
  auto idle = fixture.connect();
  fixture.talk(*busy, "GET / HTTP/1.1\r\n\r\n");
  bool done = false;
  fixture.server->drain([&] { done = true; });
  fixture.advance(1ms);
  CHECK(idle->end);
  CHECK_FALSE(busy->end);
  CHECK_FALSE(done);
  auto late = fixture.connect();
  CHECK(late->end == Outcome::connect_refused);
  kept->respond(200, "", "last");
  fixture.advance(2s);
  CHECK(find_header(busy->heard, "Connection").value == "close");
  CHECK(busy->end == Outcome::closed);
  CHECK(done);
}

TEST_CASE("draining an idle server may destroy it", "[http][server]") {
  ServerFixture fixture;
  auto peer = fixture.connect();
  fixture.server->drain([&] { fixture.server.reset(); });
  CHECK_FALSE(fixture.server);
  fixture.advance(1ms);
  CHECK(peer->end);
}

TEST_CASE("a server that goes leaves its responders harmless", "[http][server]") {
  ServerFixture fixture;
  std::unique_ptr<Responder> kept;
  fixture.handle = [&](std::unique_ptr<Responder> responder) { kept = std::move(responder); };
  fixture.talk("GET / HTTP/1.1\r\n\r\n");
  auto peer = fixture.connect();
  fixture.talk(*peer, "GET / HTTP/1.1\r\n\r\n");
  fixture.server.reset();
  kept->respond(200, "", "x");
  kept.reset();
  fixture.advance(1ms);
  CHECK(peer->end);
}

TEST_CASE("more connections than allowed are closed at once", "[http][server]") {
  ServerFixture fixture{{.max_connections = 2}};
  auto first = fixture.connect();
  auto second = fixture.connect();
  auto third = fixture.connect();
  CHECK(third->end);
  CHECK_FALSE(second->end);
  CHECK(fixture.server->open_connections() == 2);
}

TEST_CASE("a port in use is an error that names it", "[http][server]") {
  ServerFixture fixture;
  auto second = fixture.server->listen(fixture.address);
  REQUIRE(!second);
  CHECK(second.error().message.find(fixture.address.text()) != std::string::npos);
}
