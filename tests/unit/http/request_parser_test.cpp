#include "http/request_parser.h"

#include <catch2/catch.hpp>

using namespace thresher;
using namespace thresher::http;
using Progress = MessageParser::Progress;

TEST_CASE("a request is taken apart", "[http][codec]") {
  RequestParser parser;
  parser.begin({});
  REQUIRE(parser.feed("POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}") == Progress::complete);
  CHECK(parser.method() == "POST");
  CHECK(parser.target() == "/a?b=c");
  CHECK(parser.body() == "{}");
  CHECK(parser.keep_alive());
  CHECK_FALSE(parser.is_head());
}

TEST_CASE("of pipelined requests one is taken at a time", "[http][codec]") {
  const std::string bytes =
      "GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcHEAD /3 HTTP/1.1\r\n\r\n";
  std::string_view rest = bytes;
  std::string seen;
  RequestParser parser;
  while (!rest.empty()) {
    parser.begin({});
    REQUIRE(parser.feed(rest) == Progress::complete);
    seen.append(parser.method()).append(parser.target()).append(parser.body()).append(" ");
    rest.remove_prefix(parser.consumed());
  }
  CHECK(seen == "GET/1 POST/2abc HEAD/3 ");
}

TEST_CASE("a request cut at any byte is the same request", "[http][codec]") {
  const std::string bytes =
      "PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    INFO(cut);
    RequestParser parser;
    parser.begin({});
    REQUIRE(parser.feed(std::string(bytes.substr(0, cut))) == Progress::more);
    REQUIRE(parser.feed(std::string_view(bytes).substr(cut)) == Progress::complete);
    CHECK(parser.body() == "abcde");
    CHECK(parser.method() == "PUT");
  }
}

TEST_CASE("an offer to upgrade is ignored and the request served", "[http][codec]") {
  RequestParser parser;
  parser.begin({});
  CHECK(parser.feed("GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n") == Progress::complete);
  parser.begin({});
  CHECK(parser.feed("CONNECT h:1 HTTP/1.1\r\n\r\n") == Progress::complete);
}

TEST_CASE("bad requests are refused by name", "[http][codec]") {
  RequestParser parser;
  const auto outcome = [&](std::string_view bytes, MessageLimits limits = {}) {
    parser.begin(limits);
    CHECK(parser.feed(bytes) == Progress::failed);
    return parser.outcome();
  };
  CHECK(outcome("\x16\x03\x01") == Outcome::protocol);
  CHECK(outcome("GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n") == Outcome::protocol);
  CHECK(outcome("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == Outcome::protocol);
  CHECK(outcome("GET /" + std::string(200, 'x') + " HTTP/1.1\r\n\r\n", {100, 100}) == Outcome::header_too_large);
  CHECK(outcome("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", {100, 100}) == Outcome::body_too_large);
}
