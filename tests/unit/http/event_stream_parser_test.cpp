#include "http/event_stream_parser.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace thresher::http;

namespace {

struct Heard final : ServerEventReceiver {
  void on_event(const ServerEvent& event) override {
    events.push_back(std::string(event.type) + "|" + std::string(event.data) + "|" + std::string(event.id));
  }
  std::vector<std::string> events;
};

using Events = std::vector<std::string>;

/// What is heard of `text` in pieces of `piece` bytes.
Events heard(std::string_view text, std::size_t piece) {
  Heard heard;
  EventStreamParser parser;
  for (std::size_t at = 0; at < text.size(); at += piece) CHECK(parser.feed(text.substr(at, piece), heard));
  return heard.events;
}

/// The same however it is cut.
Events heard(std::string_view text) {
  const Events whole = heard(text, text.size());
  for (std::size_t piece = 1; piece < std::min<std::size_t>(text.size(), 9); ++piece)
    CHECK(heard(text, piece) == whole);
  return whole;
}

}  // namespace

TEST_CASE("events end at an empty line, whatever ends the lines", "[unit][http]") {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    CAPTURE(end);
    CHECK(heard("data: a" + end + end + "event: tick" + end + "data: b" + end + "id: 7" + end + end) ==
          Events{"message|a|", "tick|b|7"});
  }
}

TEST_CASE("line ends may be mixed within a stream", "[unit][http]") {
  CHECK(heard("data: a\r\n\ndata: b\r\rdata: c\n\r\n") == Events{"message|a|", "message|b|", "message|c|"});
}

TEST_CASE("several data lines are one text", "[unit][http]") {
  CHECK(heard("data: one\ndata:  two\ndata\ndata:three\n\n") == Events{"message|one\n two\n\nthree|"});
}

TEST_CASE("empty data is an event, no data is none", "[unit][http]") {
  CHECK(heard("data\n\n") == Events{"message||"});
  CHECK(heard("data:\ndata:\n\n") == Events{"message|\n|"});
  CHECK(heard("event: x\n\n\n\ndata: y\n\n") == Events{"message|y|"});
}

TEST_CASE("a byte order mark at the very beginning is passed over, elsewhere it is text", "[unit][http]") {
  CHECK(heard("\xEF\xBB\xBF"
              "data: a\n\n") == Events{"message|a|"});
  CHECK(heard("\n\xEF\xBB\xBF"
              "data: a\n\n") == Events{});
}

TEST_CASE("comments and unknown fields are passed over, and comments counted", "[unit][http]") {
  Heard told;
  EventStreamParser parser;
  REQUIRE(parser.feed(": keep-alive\n\n:\ndata: a\nfoo: bar\n: x\n\n", told));
  CHECK(told.events == Events{"message|a|"});
  CHECK(parser.comments() == 3);
}

TEST_CASE("an id stays until another comes, and one with a zero byte is ignored", "[unit][http]") {
  using namespace std::string_literals;
  CHECK(heard("id: 1\ndata: a\n\ndata: b\n\nid: x\0y\ndata: c\n\nid\ndata: d\n\n"s) ==
        Events{"message|a|1", "message|b|1", "message|c|1", "message|d|"});
}

TEST_CASE("retry is taken when it is digits only", "[unit][http]") {
  Heard told;
  EventStreamParser parser;
  REQUIRE(parser.feed("retry: 1500\nretry: 2s\nretry: -1\nretry:\n\n", told));
  CHECK(parser.retry_ms() == 1500);
}

TEST_CASE("the last event without an empty line is dropped, and known to be lost", "[unit][http]") {
  Heard told;
  EventStreamParser parser;
  REQUIRE(parser.feed("data: a\n\ndata: lost\n", told));
  CHECK(told.events == Events{"message|a|"});
  CHECK(parser.in_event());
  REQUIRE(parser.feed("\n", told));
  CHECK_FALSE(parser.in_event());
}

TEST_CASE("characters of several bytes survive being cut anywhere", "[unit][http]") {
  CHECK(heard("data: \xF0\x9F\x8C\xBE\xC3\xA9\n\n") == Events{"message|\xF0\x9F\x8C\xBE\xC3\xA9|"});
}

TEST_CASE("an event beyond the limit ends the parsing instead of filling memory", "[unit][http]") {
  Heard told;
  EventStreamParser parser(100);
  CHECK(parser.feed("data: fine\n\n", told));
  CHECK_FALSE(parser.feed("data: " + std::string(200, 'x'), told));
  CHECK_FALSE(parser.feed("\n\ndata: b\n\n", told));
  CHECK(told.events == Events{"message|fine|"});
  EventStreamParser by_lines(100);
  bool going = true;
  for (int i = 0; i < 50 && going; ++i) going = by_lines.feed("data: 0123456789\n", told);
  CHECK_FALSE(going);
}
