#include <catch2/catch.hpp>

#include "client_fixture.h"
#include "event/timer.h"
#include "event/uv_loop.h"
#include "http/server.h"
#include "http/tls_context.h"
#include "support/test_certificates.h"

using namespace thresher;
using namespace thresher::test;
using namespace std::chrono_literals;

namespace {

/// The client over libuv and 127.0.0.1: the other tests' virtual network with a system in between.
struct SocketFixture {
  SocketFixture() {
    client = std::move(*http::Client::create(*loop, {.verify_tls = false}));
    session = client->open_session();
    request.head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    listener.then = [this] { loop->stop(); };
  }
  Answer exchange(const http::Origin& origin) {
    request.origin = &origin;
    const std::size_t before = listener.answers.size();
    client->start(*session, request, listener);
    event::Timer safety(loop->timers(), [this](TimePoint) { loop->stop(); });
    safety.start_at(loop->read_clock() + 20s);
    loop->run();
    REQUIRE(listener.answers.size() == before + 1);
    return listener.answers.back();
  }

  std::unique_ptr<event::Loop> loop = event::make_uv_loop();
  std::unique_ptr<http::Client> client;
  std::unique_ptr<http::Session> session;
  http::Request request;
  Listener listener;
};

}  // namespace

TEST_CASE("exchanges over sockets keep their connection, plain and TLS", "[http][client]") {
  SocketFixture fixture;
  const auto handler = [](const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
    responder->respond(200, "", std::string(100'000, 'x') + std::string(request.target));
  };
  const Certificate certificate = make_certificate({.names = {"DNS:localhost"}}, nullptr);
  auto tls = http::TlsContext::for_server(*fixture.loop, certificate.pem, certificate.key_pem);
  REQUIRE(tls);
  for (http::TlsContext* context : {static_cast<http::TlsContext*>(nullptr), tls->get()}) {
    auto server = http::Server::create(*fixture.loop, handler, {}, context);
    auto bound = server->listen(event::Address::loopback(0));
    REQUIRE(bound);
    const http::Origin origin{context != nullptr, "127.0.0.1", bound->port};
    const Answer first = fixture.exchange(origin);
    CHECK(first.outcome == Outcome::ok);
    CHECK(first.body.size() == 100'001);
    CHECK(first.timings.connecting > 0ns);
    const Answer second = fixture.exchange(origin);
    CHECK(second.reused);
    CHECK(second.body == first.body);
    CHECK(second.timings.duration() > 0ns);
    CHECK(second.timings.duration() <= second.finished - second.started);
  }
}

TEST_CASE("a peer's failures have the same names over sockets", "[http][client][failure]") {
  SocketFixture fixture;
  LoopbackServer server{*fixture.loop};
  const http::Origin origin{false, "localhost", server.address().port};
  const std::vector<std::pair<Reply, Outcome>> cases{
      {Reply::whole(200, "ok"), Outcome::ok},         {Reply::close_without_answer(), Outcome::closed},
      {Reply::truncate_body(), Outcome::closed},      {Reply().reset(), Outcome::reset},
      {Reply::reset_mid_head(), Outcome::reset},      {Reply::reset_mid_body(), Outcome::reset},
      {Reply::garbage(), Outcome::protocol},          {Reply::huge_head(1 << 20), Outcome::header_too_large},
      {Reply::close_delimited("whole"), Outcome::ok},
  };
  for (const auto& [reply, outcome] : cases) {
    server.next(reply);
    INFO(name_of(outcome));
    CHECK(fixture.exchange(origin).outcome == outcome);
  }
  CHECK(fixture.exchange({false, "127.0.0.1", 1}).outcome == Outcome::connect_refused);
}
