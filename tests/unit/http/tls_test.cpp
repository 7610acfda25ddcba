#include <catch2/catch.hpp>

#include "base/file.h"
#include "client_fixture.h"
#include "http/tls_context.h"
#include "http/tls_stream.h"
#include "support/fake_stream.h"
#include "support/temporary_folder.h"
#include "support/test_certificates.h"

using namespace thresher;
using namespace thresher::test;
using namespace std::chrono_literals;

namespace {

const Certificate& authority() {
  static const Certificate made = make_authority();
  return made;
}

Certificate certificate_for(std::vector<std::string> names) {
  return make_certificate({.names = std::move(names)}, &authority());
}

/// A TLS server with this certificate, and a client that trusts authority() unless told otherwise.
class TlsFixture {
 public:
  explicit TlsFixture(const Certificate& certificate, bool verify = true)
      : folder_with_authority_(), tls_(context(certificate)), server(*loop, event::Address::loopback(0), tls_.get()) {
    auto made = http::Client::create(*loop, {.verify_tls = verify, .ca_file = folder_with_authority_.path.string()});
    REQUIRE(made);
    client = std::move(*made);
    session = client->open_session();
    origin = {true, "server.example", server.address().port};
  }

  Answer exchange(Nanoseconds limit = 20s) {
    http::Request request;
    request.origin = &origin;
    request.head = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    request.timeout = limit;
    const std::size_t before = listener.answers.size();
    client->start(*session, request, listener);
    world.run_until(world.now() + 1min);
    REQUIRE(listener.answers.size() == before + 1);
    return listener.answers.back();
  }

 private:
  struct AuthorityFile {
    AuthorityFile() : path(folder.path() / "ca.pem") { REQUIRE(write_file(path, authority().pem)); }
    TemporaryFolder folder;
    std::filesystem::path path;
  };

  std::unique_ptr<http::TlsContext> context(const Certificate& certificate) {
    auto made = http::TlsContext::for_server(*loop, certificate.pem, certificate.key_pem);
    REQUIRE(made);
    return std::move(*made);
  }

  AuthorityFile folder_with_authority_;

 public:
  event::VirtualWorld world;
  std::unique_ptr<event::Loop> loop = world.make_loop();

 private:
  std::unique_ptr<http::TlsContext> tls_;

 public:
  LoopbackServer server;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<http::Session> session;
  http::Origin origin;
  Listener listener;
};

}  // namespace

TEST_CASE("an https exchange is verified, timed and kept alive", "[http][tls]") {
  TlsFixture fixture{certificate_for({"DNS:server.example"})};
  const Answer first = fixture.exchange();
  INFO(first.detail);
  CHECK(first.outcome == Outcome::ok);
  CHECK(first.body == "ok");
  CHECK(first.tls_version == "tls1.3");
  CHECK(first.timings.connecting > 0ns);
  CHECK(first.timings.tls_handshaking > 0ns);
  const Answer second = fixture.exchange();
  CHECK(second.outcome == Outcome::ok);
  CHECK(second.reused);
  CHECK(second.tls_version == "tls1.3");
  CHECK(second.timings.tls_handshaking == 0ns);
  CHECK(fixture.server.accepted() == 1);
}

TEST_CASE("a body of many records comes whole both ways", "[http][tls]") {
  TlsFixture fixture{certificate_for({"DNS:server.example"})};
  const std::string large(1 << 20, 'z');
  fixture.server.next(Reply::whole(200, large));
  CHECK(fixture.exchange().body == large);
  http::Request request;
  request.origin = &fixture.origin;
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(large.size()) + "\r\n\r\n";
  request.head = head;
  request.body = large;
  fixture.client->start(*fixture.session, request, fixture.listener);
  fixture.world.run_until(fixture.world.now() + 10s);
  REQUIRE(fixture.listener.answers.size() == 2);
  CHECK(fixture.listener.answers[1].outcome == Outcome::ok);
  CHECK(fixture.server.received().ends_with(large));
}

TEST_CASE("an address is verified against the certificate's addresses", "[http][tls]") {
  TlsFixture fixture{certificate_for({"IP:127.0.0.1"})};
  fixture.origin.host = "127.0.0.1";
  CHECK(fixture.exchange().outcome == Outcome::ok);
}

TEST_CASE("a certificate for another name is refused, and says for which", "[http][tls][failure]") {
  TlsFixture fixture{certificate_for({"DNS:other.example", "DNS:third.example"})};
  const Answer answer = fixture.exchange();
  CHECK(answer.outcome == Outcome::tls_wrong_name);
  CHECK(answer.detail == "the certificate is for 'other.example', 'third.example', not for 'server.example'");
  fixture.origin.host = "127.0.0.1";
  CHECK(fixture.exchange().outcome == Outcome::tls_wrong_name);
}

TEST_CASE("a self-signed certificate is refused", "[http][tls][failure]") {
  TlsFixture fixture{make_certificate({.names = {"DNS:server.example"}}, nullptr)};
  const Answer answer = fixture.exchange();
  CHECK(answer.outcome == Outcome::tls_self_signed);
  CHECK(answer.detail == "the certificate of 'server.example' is signed by itself");
  CHECK(fixture.server.requests() == 0);
}

TEST_CASE("an expired certificate is refused, and so is one not yet valid", "[http][tls][failure]") {
  TlsFixture expired{make_certificate({.names = {"DNS:server.example"}, .from = -48h, .until = -24h}, &authority())};
  const Answer answer = expired.exchange();
  CHECK(answer.outcome == Outcome::tls_expired);
  CHECK(answer.detail.find("the certificate of 'server.example' expired on 20") == 0);
  TlsFixture early{make_certificate({.names = {"DNS:server.example"}, .from = 24h, .until = 48h}, &authority())};
  CHECK(early.exchange().outcome == Outcome::tls_expired);
}

TEST_CASE("a certificate of an unknown authority is refused", "[http][tls][failure]") {
  const Certificate stranger = make_authority();
  TlsFixture fixture{make_certificate({.names = {"DNS:server.example"}}, &stranger)};
  const Answer answer = fixture.exchange();
  CHECK(answer.outcome == Outcome::tls_untrusted);
  CHECK(answer.detail == "the certificate of 'server.example' is of an unknown authority");
}

TEST_CASE("a client told not to verify takes any certificate", "[http][tls]") {
  TlsFixture fixture{make_certificate({.names = {"DNS:other.example"}, .from = -48h, .until = -24h}, nullptr), false};
  CHECK(fixture.exchange().outcome == Outcome::ok);
}

TEST_CASE("https to a server that speaks plain HTTP fails by name", "[http][tls][failure]") {
  TlsFixture fixture{certificate_for({"DNS:server.example"})};
  LoopbackServer plain{*fixture.loop};
  plain.on_accept(Reply().wait(1ms).send("HTTP/1.1 400 Bad Request\r\n\r\n").finish());
  fixture.origin.port = plain.address().port;
  const Answer answer = fixture.exchange();
  CHECK(answer.outcome == Outcome::tls);
  CHECK(answer.detail == "TLS: wrong version number");
}

TEST_CASE("a server that closes or stalls in the handshake fails by name", "[http][tls][failure]") {
  TlsFixture fixture{certificate_for({"DNS:server.example"})};
  LoopbackServer plain{*fixture.loop};
  plain.on_accept(Reply().wait(1ms).finish());
  fixture.origin.port = plain.address().port;
  const Answer closed = fixture.exchange();
  CHECK(closed.outcome == Outcome::tls);
  CHECK(closed.detail == "the peer closed in the TLS handshake");
  plain.on_accept(Reply().wait(1h));
  const Answer stalled = fixture.exchange();
  CHECK(stalled.outcome == Outcome::connect_timeout);
  CHECK(stalled.detail == "in the TLS handshake");
  CHECK(stalled.finished - stalled.started < 10100ms);
}

TEST_CASE("a body until the end needs TLS's own goodbye", "[http][tls][failure]") {
  TlsFixture fixture{certificate_for({"DNS:server.example"})};
  fixture.server.next(Reply::close_delimited("whole"));
  CHECK(fixture.exchange().body == "whole");
  fixture.server.next(Reply().send("HTTP/1.1 200 OK\r\n\r\nhalf").cut());
  const Answer cut = fixture.exchange();
  CHECK(cut.outcome == Outcome::closed);
  CHECK(cut.detail == "the connection ended without TLS close_notify: it may have been cut");
}

TEST_CASE("a reset under TLS is a reset", "[http][tls][failure]") {
  TlsFixture fixture{certificate_for({"DNS:server.example"})};
  fixture.server.next(Reply::reset_mid_body());
  CHECK(fixture.exchange().outcome == Outcome::reset);
}

TEST_CASE("bad certificate files are errors that say which", "[http][tls]") {
  event::VirtualWorld world;
  auto loop = world.make_loop();
  auto client = http::Client::create(*loop, {.ca_file = "/nowhere/ca.pem"});
  REQUIRE(!client);
  CHECK(client.error().message.find("cannot read certificate authorities from '/nowhere/ca.pem'") == 0);
  const Certificate good = make_authority();
  auto bad_certificate = http::TlsContext::for_server(*loop, "nonsense", good.key_pem);
  REQUIRE(!bad_certificate);
  CHECK(bad_certificate.error().message.find("bad server certificate: ") == 0);
  auto bad_key = http::TlsContext::for_server(*loop, good.pem, make_authority().key_pem);
  REQUIRE(!bad_key);
  CHECK(bad_key.error().message.find("bad server key: ") == 0);
}

namespace {

struct Recorded final : event::StreamEvents {
  void on_connected(TimePoint) override { connected = true; }
  void on_bytes(std::string_view bytes, TimePoint) override {
    text += bytes;
    if (pause_after_each) stream->pause_reading();
  }
  void on_drained(TimePoint) override { ++drained; }
  void on_end(Outcome why, TimePoint) override { end = why; }
  event::ByteStream* stream = nullptr;
  std::string text;
  std::optional<Outcome> end;
  int drained = 0;
  bool connected = false;
  bool pause_after_each = false;
};

/// Two TLS streams over two fakes, whose bytes a test carries across by hand.
struct TlsPair {
  TlsPair() {
    const Certificate certificate = certificate_for({"DNS:h"});
    server_context = std::move(*http::TlsContext::for_server(*loop, certificate.pem, certificate.key_pem));
    client_context = std::move(*http::TlsContext::for_client(*loop, {.verify = false}));
    server = server_context->wrap(server_wire.open(), "", server_heard);
    client = client_context->wrap(client_wire.open(), "h", client_heard);
    server_heard.stream = server.get();
    client_heard.stream = client.get();
  }
  /// Carries bytes both ways until there are none, at most `step` at a time.
  void carry(std::size_t step = 1 << 20) {
    bool moved = true;
    while (moved) {
      const std::string up = client_wire.take_written();
      const std::string down = server_wire.take_written();
      for (std::size_t at = 0; at < up.size(); at += step) server_wire.send(up.substr(at, step));
      for (std::size_t at = 0; at < down.size(); at += step) client_wire.send(down.substr(at, step));
      moved = !up.empty() || !down.empty();
    }
  }

  event::VirtualWorld world;
  std::unique_ptr<event::Loop> loop = world.make_loop();
  std::unique_ptr<http::TlsContext> server_context, client_context;
  FakePeer server_wire, client_wire;
  Recorded server_heard, client_heard;
  std::unique_ptr<http::TlsStream> server, client;
};

}  // namespace

TEST_CASE("TLS records may be cut anywhere", "[http][tls]") {
  TlsPair pair;
  pair.carry(1);
  CHECK(pair.client_heard.connected);
  CHECK_FALSE(pair.server_heard.connected);
  pair.client->write("hello");
  pair.carry(1);
  CHECK(pair.server_heard.text == "hello");
  pair.server->finish();
  pair.carry(1);
  CHECK(pair.client_heard.end == Outcome::closed);
}

TEST_CASE("what is written before the handshake is over goes out after it", "[http][tls]") {
  TlsPair pair;
  CHECK_FALSE(pair.client->write("early"));
  CHECK(pair.client->queued_bytes() > 0);
  pair.carry();
  CHECK(pair.server_heard.text == "early");
  CHECK(pair.client_heard.drained == 1);
}

TEST_CASE("a paused TLS stream holds its bytes and its end until it is resumed", "[http][tls]") {
  TlsPair pair;
  pair.carry();
  pair.server_heard.pause_after_each = true;
  const std::string text(100'000, 'p');
  pair.client->write(text);
  pair.carry();
  const std::size_t first = pair.server_heard.text.size();
  CHECK(first > 0);
  CHECK(first < text.size());
  pair.server_wire.end(Outcome::closed);
  for (int i = 0; i < 20 && !pair.server_heard.end; ++i) {
    pair.server->resume_reading();
    pair.world.run_until(pair.world.now() + 1ms);
  }
  CHECK(pair.server_heard.text == text);
  CHECK(pair.server_heard.end == Outcome::tls);
  CHECK(pair.server->truncated());
}
