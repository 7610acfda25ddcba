#include "http/response_parser.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace thresher;
using namespace thresher::http;
using Progress = MessageParser::Progress;

namespace {

struct Options {
  bool is_head = false;
  MessageLimits limits;
};

/// What a parser made of some bytes, copied out of its views.
struct Seen {
  Progress progress = Progress::more;
  Outcome outcome = Outcome::ok;
  int status = 0;
  std::string head, body, detail;
  bool keep_alive = false;

  bool operator==(const Seen&) const = default;
};

Seen look(const ResponseParser& parser, Progress progress) {
  Seen seen{progress, parser.outcome(), parser.status(), {}, {}, parser.detail(), parser.keep_alive()};
  if (progress == Progress::complete) {
    seen.head = parser.head();
    seen.body = parser.body();
  }
  return seen;
}

/// Feeds `parts` one after the other, each from a buffer of its own that is gone afterwards; then, if wanted, the end.
Seen parse(const std::vector<std::string>& parts, const Options& options = {}, bool then_end = false) {
  ResponseParser parser;
  parser.begin(options.is_head, options.limits);
  for (const std::string& part : parts) {
    const std::string copy = part;
    const Progress progress = parser.feed(copy);
    if (progress != Progress::more) return look(parser, progress);
  }
  return look(parser, then_end ? parser.finish() : Progress::more);
}

Seen parse_all(const std::string& bytes, const Options& options = {}) { return parse({bytes}, options, true); }

struct Sample {
  std::string bytes;
  std::string body;
  int status = 200;
  bool is_head = false;
};

std::vector<Sample> samples() {
  return {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"},
      {"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", ""},
      {"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n", "", 204},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n", "", 304},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "", 200, true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "", 200, true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n",
       "hello"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok", "ok", 201},
      {"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 "
       "OK\r\nContent-Length: 2\r\n\r\nok",
       "ok"},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", "until the end"},
      {"HTTP/1.0 200 OK\r\n\r\n", ""},
  };
}

}  // namespace

TEST_CASE("an answer in one read is shown in place", "[http][codec]") {
  const std::string bytes = "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello";
  ResponseParser parser;
  parser.begin(false, {});
  REQUIRE(parser.feed(bytes) == Progress::complete);
  CHECK(parser.status() == 200);
  CHECK(parser.minor_version() == 1);
  CHECK(parser.keep_alive());
  CHECK(parser.head() == "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n");
  CHECK(parser.head().data() == bytes.data());
  CHECK(parser.body() == "hello");
  CHECK(parser.body().data() == bytes.data() + bytes.size() - 5);
}

TEST_CASE("one chunk in one read is shown in place", "[http][codec]") {
  const std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  ResponseParser parser;
  parser.begin(false, {});
  REQUIRE(parser.feed(bytes) == Progress::complete);
  CHECK(parser.body().data() == bytes.data() + bytes.find("hello"));
}

TEST_CASE("every sample answer is understood whole", "[http][codec]") {
  for (const Sample& sample : samples()) {
    INFO(sample.bytes);
    const Seen seen = parse_all(sample.bytes, {sample.is_head, {}});
    CHECK(seen.progress == Progress::complete);
    CHECK(seen.status == sample.status);
    CHECK(seen.body == sample.body);
    CHECK(seen.head.substr(0, 5) == "HTTP/");
    CHECK(seen.head.find("\r\n\r\n") == std::string::npos);
    CHECK(seen.head.ends_with("\r\n"));
  }
}

TEST_CASE("an answer cut at any byte is the same answer", "[http][codec]") {
  for (const Sample& sample : samples()) {
    const Seen whole = parse_all(sample.bytes, {sample.is_head, {}});
    for (std::size_t cut = 0; cut <= sample.bytes.size(); ++cut) {
      INFO(sample.bytes << "\ncut at " << cut);
      CHECK(parse({sample.bytes.substr(0, cut), sample.bytes.substr(cut)}, {sample.is_head, {}}, true) == whole);
    }
  }
}

TEST_CASE("an answer that comes byte by byte is the same answer", "[http][codec]") {
  for (const Sample& sample : samples()) {
    INFO(sample.bytes);
    std::vector<std::string> bytes;
    for (const char byte : sample.bytes) bytes.emplace_back(1, byte);
    CHECK(parse(bytes, {sample.is_head, {}}, true) == parse_all(sample.bytes, {sample.is_head, {}}));
  }
}

TEST_CASE("an answer that ends at any earlier byte is closed, never a shorter answer", "[http][codec]") {
  for (const Sample& sample : samples()) {
    const bool until_end = sample.bytes.find("until the end") != std::string::npos;
    const std::size_t whole = until_end ? sample.bytes.find("\r\n\r\n") + 4 : sample.bytes.size();
    for (std::size_t cut = 0; cut < whole; ++cut) {
      INFO(sample.bytes << "\nends at " << cut);
      const Seen seen = parse_all(sample.bytes.substr(0, cut), {sample.is_head, {}});
      CHECK(seen.progress == Progress::failed);
      CHECK(seen.outcome == Outcome::closed);
    }
  }
}

TEST_CASE("where the peer closed is said", "[http][codec]") {
  CHECK(parse_all("").detail == "the peer closed before sending anything");
  CHECK(parse_all("HTTP/1.1 200 OK\r\nContent-").detail == "the peer closed in the middle of the head");
  CHECK(parse_all("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel").detail ==
        "the peer closed in the middle of the body");
}

TEST_CASE("keep-alive follows the version, the Connection header and the framing", "[http][codec]") {
  CHECK(parse_all("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").keep_alive);
  CHECK_FALSE(parse_all("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").keep_alive);
  CHECK_FALSE(parse_all("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").keep_alive);
  CHECK(parse_all("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n").keep_alive);
  CHECK_FALSE(parse_all("HTTP/1.1 200 OK\r\n\r\nbody").keep_alive);
  CHECK(parse_all("HTTP/1.1 204 No Content\r\n\r\n").keep_alive);
}

TEST_CASE("bytes after an answer's end are a protocol error", "[http][codec]") {
  const Seen longer = parse_all("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhello");
  CHECK(longer.outcome == Outcome::protocol);
  CHECK(longer.detail == "the answer is longer than its Content-Length");
  CHECK(parse_all("HTTP/1.1 204 No Content\r\n\r\nx").detail == "bytes follow the end of the answer");
  CHECK(parse_all("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhel", {true, {}}).outcome == Outcome::protocol);
  CHECK(parse_all("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nx").outcome == Outcome::protocol);
}

TEST_CASE("bytes that are not HTTP are a protocol error with llhttp's reason", "[http][codec]") {
  const auto detail = [](const std::string& bytes) {
    const Seen seen = parse_all(bytes);
    INFO(bytes);
    CHECK(seen.progress == Progress::failed);
    CHECK(seen.outcome == Outcome::protocol);
    return seen.detail;
  };
  CHECK(detail("SSH-2.0-OpenSSH_9.2\r\n") == "llhttp: Expected HTTP/");
  CHECK(detail(std::string("\x15\x03\x01\x00\x02\x02\x46", 7)).substr(0, 8) == "llhttp: ");
  CHECK(detail("HTTP/1.1 2000 OK\r\n\r\n") == "llhttp: Response overflow");
  CHECK(detail("HTTP/9.9 200 OK\r\n\r\n") == "llhttp: Invalid HTTP version");
  CHECK(detail("HTTP/2.0 200 OK\r\n\r\n") == "the answer is not HTTP/1");
  CHECK(detail("HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n") == "llhttp: Invalid header token");
  CHECK(detail("HTTP/1.1 200 OK\r\nX: a\x01\r\n\r\n") == "llhttp: Invalid header value char");
  CHECK(detail("HTTP/1.1 101 Switching Protocols\r\n\r\n") == "101 Switching Protocols, which nobody asked for");
}

TEST_CASE("bad framing is a protocol error", "[http][codec]") {
  const auto detail = [](const std::string& headers, const std::string& body = "") {
    const Seen seen = parse_all("HTTP/1.1 200 OK\r\n" + headers + "\r\n\r\n" + body);
    INFO(headers);
    CHECK(seen.outcome == Outcome::protocol);
    return seen.detail;
  };
  CHECK(detail("Content-Length: 3\r\nContent-Length: 4").find("Content-Length") != std::string::npos);
  CHECK(detail("Content-Length: -1") == "llhttp: Invalid character in Content-Length");
  CHECK(detail("Content-Length: 3 4").find("Content-Length") != std::string::npos);
  CHECK(detail("Content-Length: 99999999999999999999") == "llhttp: Content-Length overflow");
  CHECK(detail("Content-Length: 3\r\nTransfer-Encoding: chunked").substr(0, 8) == "llhttp: ");
  CHECK(detail("Transfer-Encoding: chunked", "fffffffffffffffff\r\n") == "llhttp: Chunk size overflow");
  CHECK(detail("Transfer-Encoding: chunked", "xyz\r\n") == "llhttp: Invalid character in chunk size");
  CHECK(detail("Transfer-Encoding: chunked", "3\r\nabcd\r\n").substr(0, 8) == "llhttp: ");
}

TEST_CASE("a head beyond the limit is refused however it arrives", "[http][codec]") {
  const std::string bytes = "HTTP/1.1 200 OK\r\nX: " + std::string(1 << 20, 'x') + "\r\nContent-Length: 0\r\n\r\n";
  CHECK(parse_all(bytes).outcome == Outcome::header_too_large);
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < bytes.size(); at += 1000) parts.push_back(bytes.substr(at, 1000));
  CHECK(parse(parts).outcome == Outcome::header_too_large);
  CHECK(parse_all(bytes, {false, {2 << 20, 1000}}).progress == Progress::complete);
}

TEST_CASE("endless interim answers count as one head", "[http][codec]") {
  ResponseParser parser;
  parser.begin(false, {1000, 1000});
  Progress progress = Progress::more;
  int fed = 0;
  for (; fed < 1000 && progress == Progress::more; ++fed) progress = parser.feed("HTTP/1.1 103 Early Hints\r\n\r\n");
  CHECK(progress == Progress::failed);
  CHECK(parser.outcome() == Outcome::header_too_large);
  CHECK(fed == 36);  // 36 times 28 bytes is the first sum beyond 1000
}

TEST_CASE("a body beyond the limit is refused before it is kept", "[http][codec]") {
  const Options small{false, {1000, 10}};
  CHECK(parse({"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n"}, small).outcome == Outcome::body_too_large);
  CHECK(parse({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "0123456789"}, small).progress == Progress::complete);
  CHECK(parse({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "b\r\n"}, small).outcome ==
        Outcome::body_too_large);
  CHECK(
      parse({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "a\r\n0123456789\r\n", "1\r\n"}, small).outcome ==
      Outcome::body_too_large);
  CHECK(parse({"HTTP/1.1 200 OK\r\n\r\n", "01234", "56789", "x"}, small).outcome == Outcome::body_too_large);
  CHECK(parse({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"}, small).outcome ==
        Outcome::body_too_large);
}

TEST_CASE("an announced body is not reserved on the peer's word alone", "[http][codec]") {
  ResponseParser parser;
  parser.begin(false, {});
  REQUIRE(parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\nx") == Progress::more);
  CHECK(parser.body() == "x");
}

TEST_CASE("a parser begins again after any end", "[http][codec]") {
  ResponseParser parser;
  for (const char* bytes : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1", "garbage",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "HTTP/1.1 103 X\r\n"}) {
    parser.begin(false, {});
    parser.feed(bytes);
    parser.begin(false, {});
    REQUIRE(parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") == Progress::complete);
    CHECK(parser.body() == "ok");
    CHECK(parser.outcome() == Outcome::ok);
  }
}

TEST_CASE("a 100 is noticed for a request that waits for it", "[http][codec]") {
  ResponseParser parser;
  parser.begin(false, {});
  CHECK_FALSE(parser.continue_seen());
  CHECK(parser.feed("HTTP/1.1 100 Continue\r\n\r\n") == Progress::more);
  CHECK(parser.continue_seen());
  CHECK_FALSE(parser.head_done());
}
