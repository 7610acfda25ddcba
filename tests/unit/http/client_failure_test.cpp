#include <catch2/catch.hpp>

#include "client_fixture.h"

using namespace thresher;
using namespace thresher::test;
using namespace std::chrono_literals;

namespace {

/// The answer to one GET that the server replies to like this. Afterwards a fresh exchange must work.
Answer answer_to(Reply reply, http::ClientOptions options = {}, Nanoseconds timeout = 60s,
                 std::size_t max_body = 64 << 20) {
  ClientFixture fixture(std::move(options));
  fixture.server.next(std::move(reply));
  http::Request request = fixture.get();
  request.timeout = timeout;
  request.max_body = max_body;
  Answer answer = fixture.exchange(request);
  CHECK(answer.status == 0);
  CHECK(answer.body.empty());
  CHECK(fixture.client->open_connections() == 0);
  CHECK(fixture.client->exchanges_in_flight() == 0);
  CHECK(fixture.exchange().outcome == Outcome::ok);
  return answer;
}

}  // namespace

TEST_CASE("a server that never answers ends in a timeout of the limit's length", "[http][client][failure]") {
  const Answer answer = answer_to(Reply::stall(), {}, 3s);
  CHECK(answer.outcome == Outcome::timeout);
  CHECK(answer.detail == "while waiting for the answer");
  CHECK(answer.finished - answer.started == 3s);
  CHECK(answer.timings.waiting == 3s - ClientFixture::kLatency);
}

TEST_CASE("a server that stops in the middle of a body ends in a timeout", "[http][client][failure]") {
  const Answer answer = answer_to(Reply::stall_mid_body(), {}, 3s);
  CHECK(answer.outcome == Outcome::timeout);
  CHECK(answer.detail == "in the middle of the answer's body");
  CHECK(answer.timings.receiving > 2900ms);
}

TEST_CASE("every way a peer can break an answer has a name", "[http][client][failure]") {
  struct Case {
    Reply reply;
    Outcome outcome;
    std::string detail;
  };
  const std::vector<Case> cases{
      {Reply::close_without_answer(), Outcome::closed, "the peer closed before sending anything"},
      {Reply::truncate_head(), Outcome::closed, "the peer closed in the middle of the head"},
      {Reply::truncate_body(), Outcome::closed, "the peer closed in the middle of the body"},
      {Reply().reset(), Outcome::reset, "while waiting for the answer"},
      {Reply::reset_mid_head(), Outcome::reset, "in the middle of the answer's head"},
      {Reply::reset_mid_body(), Outcome::reset, "in the middle of the answer's body"},
      {Reply::garbage(), Outcome::protocol, "llhttp: Expected HTTP/"},
      {Reply::huge_head(1 << 20), Outcome::header_too_large, "the head is larger than allowed"},
      {Reply::endless_head(), Outcome::header_too_large, "the head is larger than allowed"},
      {Reply::chunk_size_overflow(), Outcome::protocol, "llhttp: Chunk size overflow"},
      {Reply::bad_chunk_size(), Outcome::protocol, "llhttp: Invalid character in chunk size"},
      {Reply::body_too_long(), Outcome::protocol, "the answer is longer than its Content-Length"},
  };
  for (const Case& each : cases) {
    INFO(each.detail);
    const Answer answer = answer_to(each.reply);
    CHECK(answer.outcome == each.outcome);
    CHECK(answer.detail == each.detail);
  }
}

TEST_CASE("a body beyond its limit is refused however it is framed", "[http][client][failure]") {
  for (Reply reply : {Reply::whole(200, std::string(2000, 'x')),
                      Reply::chunked({std::string(600, 'x'), std::string(600, 'y')}), Reply::endless_body(1 << 20)}) {
    CHECK(answer_to(reply, {}, 60s, 1000).outcome == Outcome::body_too_large);
  }
}

TEST_CASE("a header limit of one's own holds", "[http][client][failure]") {
  CHECK(answer_to(Reply::huge_head(2000), {.max_header = 1000}).outcome == Outcome::header_too_large);
}

TEST_CASE("a port nobody listens on refuses", "[http][client][failure]") {
  ClientFixture fixture;
  fixture.origin.port = 1;
  const Answer answer = fixture.exchange();
  CHECK(answer.outcome == Outcome::connect_refused);
  CHECK(answer.detail == "127.0.0.1:1");
  CHECK(answer.timings.connecting > 0ns);
  CHECK(answer.timings.duration() == 0ns);
}

TEST_CASE("a host that does not resolve is named, and asked for again", "[http][client][failure]") {
  ClientFixture fixture;
  fixture.origin.host = "nowhere.invalid";
  for (int i = 0; i < 2; ++i) {
    const Answer answer = fixture.exchange();
    CHECK(answer.outcome == Outcome::dns);
    CHECK(answer.detail == "host 'nowhere.invalid' does not resolve");
  }
  fixture.origin.host = "somewhere.example";
  CHECK(fixture.exchange().outcome == Outcome::ok);
}

TEST_CASE("an exchange that fails may start the next from its receiver", "[http][client][failure]") {
  ClientFixture fixture;
  fixture.origin.host = "nowhere.invalid";
  int left = 5;
  fixture.listener.then = [&] {
    if (left-- > 0) fixture.start(fixture.get());
  };
  fixture.start(fixture.get());
  fixture.advance(1s);
  CHECK(fixture.listener.answers.size() == 6);
}
