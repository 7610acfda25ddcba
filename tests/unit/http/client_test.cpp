#include "http/client.h"

#include <catch2/catch.hpp>

#include "client_fixture.h"

using namespace thresher;
using namespace thresher::test;
using namespace std::chrono_literals;

TEST_CASE("an exchange brings the whole answer back", "[http][client]") {
  ClientFixture fixture;
  fixture.server.next(Reply::whole(201, "hello", "X-A: b\r\n"));
  const Answer answer = fixture.exchange();
  CHECK(answer.outcome == Outcome::ok);
  CHECK(answer.status == 201);
  CHECK(answer.head == "HTTP/1.1 201 X\r\nX-A: b\r\nContent-Length: 5\r\n");
  CHECK(answer.body == "hello");
  CHECK(answer.detail.empty());
  CHECK(answer.bytes_sent == fixture.get().head.size());
  CHECK(answer.bytes_received == answer.head.size() + 2 + 5);
  CHECK(answer.remote == fixture.server.address().text());
  CHECK_FALSE(answer.reused);
  CHECK(fixture.server.received() == fixture.get().head);
}

TEST_CASE("the receiver is never called before start returns", "[http][client]") {
  ClientFixture fixture;
  fixture.start(fixture.get());
  CHECK(fixture.listener.answers.empty());
  CHECK(fixture.client->exchanges_in_flight() == 1);
}

TEST_CASE("a kept connection carries the next exchange", "[http][client]") {
  ClientFixture fixture;
  CHECK_FALSE(fixture.exchange().reused);
  CHECK(fixture.session->idle_connections() == 1);
  const Answer second = fixture.exchange();
  CHECK(second.reused);
  CHECK(second.outcome == Outcome::ok);
  CHECK(fixture.server.accepted() == 1);
  CHECK(fixture.client->open_connections() == 1);
  CHECK(fixture.client->exchanges_in_flight() == 0);
}

TEST_CASE("timings follow k6's definitions", "[http][client]") {
  ClientFixture fixture;
  fixture.server.always(Reply().wait(3ms).send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n12").wait(2ms).send("34"));
  const Answer first = fixture.exchange();
  CHECK(first.timings.blocked == 0ns);
  CHECK(first.timings.connecting == ClientFixture::kLatency);
  CHECK(first.timings.tls_handshaking == 0ns);
  CHECK(first.timings.sending == 0ns);
  CHECK(first.timings.waiting == 3ms + 2 * ClientFixture::kLatency);
  CHECK(first.timings.receiving == 2ms);
  CHECK(first.timings.duration() == 5ms + 2 * ClientFixture::kLatency);
  CHECK(first.finished - first.started == first.timings.duration() + first.timings.connecting);
  const Answer second = fixture.exchange();
  CHECK(second.timings.connecting == 0ns);
  CHECK(second.timings.duration() == first.timings.duration());
}

TEST_CASE("what an exchange starts in its receiver goes out on the connection it frees", "[http][client]") {
  ClientFixture fixture;
  int left = 3;
  fixture.listener.then = [&] {
    if (left-- > 0) fixture.start(fixture.get());
  };
  fixture.start(fixture.get());
  fixture.advance(1s);
  CHECK(fixture.listener.answers.size() == 4);
  CHECK(fixture.server.accepted() == 1);
}

TEST_CASE("a receiver may destroy its session", "[http][client]") {
  ClientFixture fixture;
  fixture.listener.then = [&] { fixture.session.reset(); };
  fixture.start(fixture.get());
  fixture.advance(1s);
  REQUIRE(fixture.listener.answers.size() == 1);
  CHECK(fixture.listener.answers[0].body == "ok");
  CHECK(fixture.client->open_connections() == 0);
}

TEST_CASE("a session that goes takes its exchanges with it, without a call", "[http][client]") {
  ClientFixture fixture;
  fixture.server.always(Reply::stall());
  fixture.start(fixture.get());
  fixture.start(fixture.get());
  fixture.advance(10ms);
  CHECK(fixture.client->open_connections() == 2);
  fixture.session.reset();
  CHECK(fixture.client->open_connections() == 0);
  CHECK(fixture.client->exchanges_in_flight() == 0);
  fixture.advance(2min);
  CHECK(fixture.listener.answers.empty());
  CHECK(fixture.server.open() == 0);
}

TEST_CASE("a cancelled exchange is never heard of, and its connection is closed", "[http][client]") {
  ClientFixture fixture;
  fixture.server.next(Reply::stall());
  http::Exchange* exchange = fixture.start(fixture.get());
  fixture.advance(5ms);
  fixture.client->cancel(exchange);
  CHECK(fixture.client->open_connections() == 0);
  fixture.advance(2min);
  CHECK(fixture.listener.answers.empty());
  CHECK(fixture.exchange().outcome == Outcome::ok);
}

TEST_CASE("an exchange can be cancelled while it connects", "[http][client]") {
  ClientFixture fixture;
  fixture.client->cancel(fixture.start(fixture.get()));
  CHECK(fixture.client->exchanges_in_flight() == 0);
  CHECK(fixture.exchange().outcome == Outcome::ok);
}

TEST_CASE("bodies come whole however they are framed", "[http][client]") {
  ClientFixture fixture;
  fixture.server.next(Reply::chunked({"hello ", "chunked ", "world"}));
  fixture.server.next(Reply::close_delimited("until the end"));
  fixture.server.next(Reply::whole(204, "").send(""));
  fixture.server.next(Reply::whole(200, std::string(1 << 20, 'x')));
  CHECK(fixture.exchange().body == "hello chunked world");
  CHECK(fixture.session->idle_connections() == 1);
  CHECK(fixture.exchange().body == "until the end");
  CHECK(fixture.session->idle_connections() == 0);
  CHECK(fixture.exchange().status == 204);
  CHECK(fixture.exchange().body == std::string(1 << 20, 'x'));
}

TEST_CASE("an answer in pieces is gathered", "[http][client]") {
  ClientFixture fixture;
  Reply reply;
  for (const char byte : std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")) {
    reply.send(std::string(1, byte)).wait(1ms);
  }
  fixture.server.next(reply);
  const Answer answer = fixture.exchange();
  CHECK(answer.body == "hello");
  CHECK(answer.head == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n");
}

TEST_CASE("the answer to HEAD has no body whatever it announces", "[http][client]") {
  ClientFixture fixture;
  fixture.server.next(Reply().send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
  http::Request head = fixture.get();
  head.head = "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n";
  head.is_head = true;
  const Answer answer = fixture.exchange(head);
  CHECK(answer.outcome == Outcome::ok);
  CHECK(answer.body.empty());
  CHECK(fixture.exchange().reused);
}

TEST_CASE("interim answers are skipped", "[http][client]") {
  ClientFixture fixture;
  fixture.server.next(Reply()
                          .send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
                          .wait(1ms)
                          .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  const Answer answer = fixture.exchange();
  CHECK(answer.status == 200);
  CHECK(answer.head == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n");
}

TEST_CASE("a small body goes out in one write with its head, a large one whole", "[http][client]") {
  ClientFixture fixture;
  CHECK(fixture.exchange(fixture.post("{\"a\":1}")).outcome == Outcome::ok);
  CHECK(fixture.server.received().ends_with("Content-Length: 7\r\n\r\n{\"a\":1}"));
  const std::string large(3 << 20, 'y');
  const Answer answer = fixture.exchange(fixture.post(large));
  CHECK(answer.outcome == Outcome::ok);
  CHECK(answer.bytes_sent > large.size());
  CHECK(fixture.server.received().ends_with(large));
}

TEST_CASE("what start was given may change once it has returned", "[http][client]") {
  ClientFixture fixture;
  {
    const std::string head = "GET /copied HTTP/1.1\r\nHost: h\r\n\r\n";
    const http::Origin origin = fixture.origin;
    http::Request request = fixture.get();
    request.head = head;
    request.origin = &origin;
    fixture.start(request);
  }
  fixture.advance(10ms);
  CHECK(fixture.server.received() == "GET /copied HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST_CASE("a body in pieces arrives whole, on a new connection and on a kept one", "[http][client]") {
  const bool lasts = GENERATE(false, true);
  const std::size_t middle = GENERATE(std::size_t{3}, std::size_t{100'000});
  const bool asks_first = GENERATE(false, true);
  ClientFixture fixture;
  const std::vector<std::string> pieces = {std::string(middle, 'b'), "", "c"};
  const std::vector<std::string_view> more(pieces.begin(), pieces.end());
  const std::string whole = "a" + pieces[0] + "c";
  http::Request request = fixture.post(whole, asks_first ? "Expect: 100-continue\r\n" : "");
  request.body = "a";
  request.more_body = more;
  request.body_lasts = lasts;
  request.expect_continue = asks_first;
  for (int i = 0; i < 2; ++i) {
    const std::size_t before = fixture.server.received().size();
    const Answer answer = fixture.exchange(request);
    CHECK(answer.reused == (i == 1));
    CHECK(answer.bytes_sent == request.head.size() + whole.size());
    CHECK(fixture.server.received().substr(before) == std::string(request.head) + whole);
  }
}

TEST_CASE("an Expect holds the body until 100 Continue", "[http][client]") {
  ClientFixture fixture;
  http::Request request = fixture.post("body!", "Expect: 100-continue\r\n");
  request.expect_continue = true;
  fixture.server.next(Reply()
                          .wait(20ms)
                          .send("HTTP/1.1 100 Continue\r\n\r\n")
                          .await(5)
                          .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  fixture.start(request);
  fixture.advance(10ms);
  CHECK(fixture.server.received().find("body!") == std::string::npos);
  fixture.advance(90ms);
  REQUIRE(fixture.listener.answers.size() == 1);
  CHECK(fixture.listener.answers[0].status == 200);
  CHECK(fixture.listener.answers[0].timings.sending > 20ms);
  CHECK(fixture.server.received().ends_with("body!"));
  CHECK(fixture.session->idle_connections() == 1);
}

TEST_CASE("an Expect nobody heeds sends its body after a second", "[http][client]") {
  ClientFixture fixture;
  http::Request request = fixture.post("body!");
  request.expect_continue = true;
  const Answer answer = fixture.exchange(request);
  CHECK(answer.outcome == Outcome::ok);
  CHECK(answer.timings.sending >= 1s);
  CHECK(answer.timings.sending < 1010ms);
}

TEST_CASE("an Expect that is refused costs the connection, since its body is still owed", "[http][client]") {
  ClientFixture fixture;
  http::Request request = fixture.post("body!");
  request.expect_continue = true;
  fixture.server.next(Reply().send("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n").await(100));
  CHECK(fixture.exchange(request).status == 417);
  CHECK(fixture.session->idle_connections() == 0);
}

TEST_CASE("Connection: close and a client that keeps nothing end the connection", "[http][client]") {
  ClientFixture fixture;
  fixture.server.next(Reply::whole(200, "bye", "Connection: close\r\n"));
  CHECK(fixture.exchange().body == "bye");
  CHECK(fixture.client->open_connections() == 0);
  ClientFixture keeps_nothing{{.reuse_connections = false}};
  CHECK(keeps_nothing.exchange().outcome == Outcome::ok);
  CHECK(keeps_nothing.client->open_connections() == 0);
}

TEST_CASE("an idle connection that hears anything is dropped at once and replaced", "[http][client]") {
  ClientFixture fixture;
  fixture.exchange();
  SECTION("an end") { fixture.server.finish_all(); }
  SECTION("the rest of a body that was too long") { fixture.server.send_all("more"); }
  fixture.advance(1ms);
  CHECK(fixture.session->idle_connections() == 0);
  CHECK(fixture.client->open_connections() == 0);
  const Answer next = fixture.exchange();
  CHECK(next.outcome == Outcome::ok);
  CHECK_FALSE(next.reused);
}

TEST_CASE("a kept connection that the peer closes as we send is reported, not retried", "[http][client]") {
  ClientFixture fixture;
  fixture.exchange();
  fixture.server.next(Reply::close_without_answer());
  const Answer answer = fixture.exchange();
  CHECK(answer.outcome == Outcome::closed);
  CHECK(answer.reused);
  CHECK(answer.detail == "the peer closed before sending anything");
  CHECK(fixture.server.requests() == 2);
}

TEST_CASE("a capped pool is shared, first come first served", "[http][client]") {
  ClientFixture fixture{{.connections_per_origin = 2}};
  fixture.server.always(Reply().wait(10ms).send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  for (int i = 0; i < 5; ++i) fixture.start(fixture.get());
  fixture.advance(1s);
  REQUIRE(fixture.listener.answers.size() == 5);
  CHECK(fixture.server.accepted() == 2);
  CHECK(fixture.listener.answers[0].timings.blocked == 0ns);
  CHECK(fixture.listener.answers[2].timings.blocked > 10ms);
  CHECK(fixture.listener.answers[4].timings.blocked > 20ms);
  CHECK(fixture.listener.answers[4].timings.duration() < 11ms);
  CHECK(fixture.session->idle_connections() == 2);
}

TEST_CASE("a connection that fails makes room for who waits", "[http][client]") {
  ClientFixture fixture{{.connections_per_origin = 1}};
  fixture.server.next(Reply::garbage());
  fixture.start(fixture.get());
  fixture.start(fixture.get());
  fixture.advance(1s);
  REQUIRE(fixture.listener.answers.size() == 2);
  CHECK(fixture.listener.answers[0].outcome == Outcome::protocol);
  CHECK(fixture.listener.answers[1].outcome == Outcome::ok);
}

TEST_CASE("waiting for the pool counts towards the timeout", "[http][client]") {
  ClientFixture fixture{{.connections_per_origin = 1}};
  fixture.server.always(Reply::stall());
  fixture.start(fixture.get());
  http::Request request = fixture.get();
  request.timeout = 2s;
  const Answer answer = fixture.exchange(request);
  CHECK(answer.outcome == Outcome::timeout);
  CHECK(answer.detail == "while waiting for a connection of the pool");
  CHECK(answer.timings.blocked == 2s);
}

TEST_CASE("one session talks to several origins", "[http][client]") {
  ClientFixture fixture;
  LoopbackServer other{*fixture.loop};
  other.always(Reply::whole(200, "other"));
  const http::Origin elsewhere{false, "127.0.0.1", other.address().port};
  http::Request request = fixture.get();
  request.origin = &elsewhere;
  CHECK(fixture.exchange(request).body == "other");
  CHECK(fixture.exchange().body == "ok");
  CHECK(fixture.session->idle_connections() == 2);
  CHECK(fixture.exchange(request).reused);
}

TEST_CASE("IPv6 literals are connected to as they are", "[http][client]") {
  ClientFixture fixture;
  LoopbackServer six{*fixture.loop, *event::Address::parse("::1", 0)};
  const http::Origin origin{false, "::1", six.address().port};
  http::Request request = fixture.get();
  request.origin = &origin;
  const Answer answer = fixture.exchange(request);
  CHECK(answer.outcome == Outcome::ok);
  CHECK(answer.remote.substr(0, 5) == "[::1]");
}
