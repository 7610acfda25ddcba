#include <catch2/catch.hpp>
#include <list>

#include "client_fixture.h"
#include "fake_loop.h"
#include "support/fake_stream.h"

using namespace thresher;
using namespace thresher::test;
using namespace std::chrono_literals;

namespace {

const event::Address kFirst = *event::Address::parse("192.0.2.1", 80);
const event::Address kSecond = *event::Address::parse("2001:db8::2", 80);

struct ResolveFixture {
  explicit ResolveFixture(http::ClientOptions options = {}) {
    client = std::move(*http::Client::create(loop, std::move(options)));
    session = client->open_session();
    request.origin = &origin;
    request.head = "GET / HTTP/1.1\r\n\r\n";
  }
  void start() { client->start(*session, request, listener); }
  void answer_exchange(std::size_t peer) {
    auto at = std::next(peers.begin(), static_cast<long>(peer));
    at->connected(loop.now());
    at->send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", loop.now());
  }

  std::list<FakePeer> peers;
  std::vector<event::Address> tried;
  FakeLoop loop{[this](const event::Address& to, event::StreamEvents& events) {
    tried.push_back(to);
    return peers.emplace_back().open(events);
  }};
  std::unique_ptr<http::Client> client;
  std::unique_ptr<http::Session> session;
  http::Origin origin{false, "service.example", 80};
  http::Request request;
  Listener listener;
};

}  // namespace

TEST_CASE("a hundred exchanges that start at once ask for a name once", "[http][client][dns]") {
  ResolveFixture fixture;
  for (int i = 0; i < 100; ++i) fixture.start();
  CHECK(fixture.loop.questions() == 1);
  CHECK(fixture.tried.empty());
  fixture.loop.advance(7ms);
  fixture.loop.answer_questions({kFirst});
  CHECK(fixture.tried.size() == 100);
  fixture.answer_exchange(0);
  REQUIRE(fixture.listener.answers.size() == 1);
  CHECK(fixture.listener.answers[0].timings.blocked == 7ms);
}

TEST_CASE("a name is kept for its lifetime and then asked for again", "[http][client][dns]") {
  ResolveFixture fixture{{.dns_lifetime = 10s}};
  fixture.start();
  fixture.loop.answer_questions({kFirst});
  fixture.loop.advance(9s);
  fixture.start();
  CHECK(fixture.loop.questions() == 1);
  CHECK(fixture.tried.size() == 2);
  fixture.loop.advance(2s);
  fixture.start();
  CHECK(fixture.loop.questions() == 2);
}

TEST_CASE("when an address refuses the next is tried", "[http][client][dns]") {
  ResolveFixture fixture;
  fixture.start();
  fixture.loop.answer_questions({kFirst, kSecond});
  CHECK(fixture.tried == std::vector{kFirst});
  fixture.loop.advance(3ms);
  fixture.peers.front().end(Outcome::connect_refused, fixture.loop.now());
  CHECK(fixture.tried == std::vector{kFirst, kSecond});
  fixture.answer_exchange(1);
  REQUIRE(fixture.listener.answers.size() == 1);
  CHECK(fixture.listener.answers[0].outcome == Outcome::ok);
  CHECK(fixture.listener.answers[0].remote == "[2001:db8::2]:80");
  CHECK(fixture.listener.answers[0].timings.connecting == 3ms);
}

TEST_CASE("when every address refuses the last refusal is reported", "[http][client][dns]") {
  ResolveFixture fixture;
  fixture.start();
  fixture.loop.answer_questions({kFirst, kSecond});
  fixture.peers.front().end(Outcome::connect_refused);
  fixture.peers.back().end(Outcome::unreachable);
  REQUIRE(fixture.listener.answers.size() == 1);
  CHECK(fixture.listener.answers[0].outcome == Outcome::unreachable);
  CHECK(fixture.listener.answers[0].detail == "[2001:db8::2]:80");
}

TEST_CASE("a lack of descriptors or ports is not cured by another address", "[http][client][dns]") {
  for (const Outcome outcome : {Outcome::descriptors, Outcome::ports}) {
    ResolveFixture fixture;
    fixture.start();
    fixture.loop.answer_questions({kFirst, kSecond});
    fixture.peers.front().end(outcome);
    REQUIRE(fixture.listener.answers.size() == 1);
    CHECK(fixture.listener.answers[0].outcome == outcome);
    CHECK(fixture.tried.size() == 1);
  }
}

TEST_CASE("connecting has a limit of its own, and says what it was at", "[http][client][failure]") {
  ResolveFixture fixture;
  fixture.request.connect_timeout = 2s;
  fixture.start();
  fixture.loop.advance(2s);
  REQUIRE(fixture.listener.answers.size() == 1);
  CHECK(fixture.listener.answers[0].outcome == Outcome::connect_timeout);
  CHECK(fixture.listener.answers[0].detail == "while resolving the host name");
  CHECK(fixture.listener.answers[0].timings.blocked == 2s);
  fixture.start();
  fixture.loop.answer_questions({kFirst});
  fixture.loop.advance(2s);
  REQUIRE(fixture.listener.answers.size() == 2);
  CHECK(fixture.listener.answers[1].outcome == Outcome::connect_timeout);
  CHECK(fixture.listener.answers[1].detail == "while connecting");
  CHECK(fixture.listener.answers[1].timings.connecting == 2s);
  CHECK(fixture.peers.back().destroyed());
}

TEST_CASE("a session destroyed while its name is asked for is not called back", "[http][client][dns]") {
  ResolveFixture fixture;
  fixture.start();
  fixture.session.reset();
  fixture.loop.answer_questions({kFirst});
  CHECK(fixture.tried.empty());
  CHECK(fixture.listener.answers.empty());
}

TEST_CASE("a request larger than the system takes is sent when it drains, and timed to then", "[http][client]") {
  ResolveFixture fixture;
  const std::string body(100'000, 'b');
  fixture.request.body = body;
  fixture.start();
  fixture.loop.answer_questions({kFirst});
  FakePeer& peer = fixture.peers.front();
  peer.allow(1000);
  peer.connected(fixture.loop.now());
  fixture.loop.advance(5ms);
  peer.drain(fixture.loop.now());
  CHECK(peer.written().size() == fixture.request.head.size() + body.size());
  fixture.loop.advance(2ms);
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", fixture.loop.now());
  REQUIRE(fixture.listener.answers.size() == 1);
  CHECK(fixture.listener.answers[0].timings.sending == 5ms);
  CHECK(fixture.listener.answers[0].timings.waiting == 2ms);
}

TEST_CASE("an answer before the request is out costs the connection", "[http][client]") {
  ResolveFixture fixture;
  const std::string body(100'000, 'b');
  fixture.request.body = body;
  fixture.start();
  fixture.loop.answer_questions({kFirst});
  FakePeer& peer = fixture.peers.front();
  peer.allow(1000);
  peer.connected(fixture.loop.now());
  peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", fixture.loop.now());
  REQUIRE(fixture.listener.answers.size() == 1);
  CHECK(fixture.listener.answers[0].status == 413);
  CHECK(peer.destroyed());
}

TEST_CASE("a head with a small body is one write, with a large one two", "[http][client]") {
  ResolveFixture fixture;
  fixture.request.body = "small";
  fixture.start();
  fixture.loop.answer_questions({kFirst});
  fixture.peers.front().connected();
  CHECK(fixture.peers.front().writes() == 1);
  const std::string body(100'000, 'b');
  fixture.request.body = body;
  fixture.start();
  fixture.peers.back().connected();
  CHECK(fixture.peers.back().writes() == 2);
}
