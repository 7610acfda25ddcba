#include "control/protocol.h"

#include <catch2/catch.hpp>

using namespace thresher;
using namespace thresher::control;

namespace {

Order understood(const std::string& line) {
  const auto question = parse_question(line);
  INFO(line);
  REQUIRE(question);
  CHECK(question->ask == 7);
  return question->order;
}

std::string refusal_of(const std::string& line) {
  const auto question = parse_question(line);
  REQUIRE_FALSE(question);
  return question.error().message;
}

}  // namespace

TEST_CASE("a question reads as it was written", "[unit][control]") {
  for (const auto kind : {Order::Kind::status, Order::Kind::watch, Order::Kind::pause, Order::Kind::resume,
                          Order::Kind::stop, Order::Kind::kill}) {
    CHECK(understood(line_of({7, {.kind = kind}})).kind == kind);
  }
  CHECK(line_of({1, {.kind = Order::Kind::status}}) == "{\"ask\":1,\"do\":\"status\"}\n");
  const Order users = understood(line_of({7, {.kind = Order::Kind::scale, .users = 50}}));
  CHECK(users.users == 50);
  CHECK_FALSE(users.rate);
  const Order rate = understood(line_of({7, {.kind = Order::Kind::scale, .rate = 120.5}}));
  CHECK(rate.rate == 120.5);
  CHECK_FALSE(rate.users);
  const std::string text = "deploy \"b\"\nbegins";
  const std::string line = line_of({7, {.kind = Order::Kind::note, .text = text}});
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(understood(line).text == text);
}

TEST_CASE("a question that is none is refused with what is wrong with it", "[unit][control]") {
  CHECK(refusal_of("status") == "expected one JSON object a line");
  CHECK(refusal_of("[1]") == "expected one JSON object a line");
  CHECK(refusal_of(R"({"do":"status"})") == "ask: expected a whole number from 0");
  CHECK(refusal_of(R"({"ask":-1,"do":"status"})") == "ask: expected a whole number from 0");
  CHECK(refusal_of(R"({"ask":1,"do":"halt"})") ==
        "do: 'halt' is none of status, watch, pause, resume, stop, kill, scale, note");
  CHECK(refusal_of(R"({"ask":1})") == "do: '' is none of status, watch, pause, resume, stop, kill, scale, note");
  CHECK(refusal_of(R"({"ask":1,"do":"scale"})") == "scale wants either users or rate");
  CHECK(refusal_of(R"({"ask":1,"do":"scale","users":1,"rate":2})") == "scale wants either users or rate");
  CHECK(refusal_of(R"({"ask":1,"do":"scale","users":-3})") == "users: -3 is no whole number from 0");
  CHECK(refusal_of(R"({"ask":1,"do":"scale","rate":"fast"})") == "rate: \"fast\" is no number from 0");
  CHECK(refusal_of(R"({"ask":1,"do":"note"})") == "note wants a text of 1 to 1000 bytes");
  CHECK(refusal_of(R"({"ask":1,"do":"note","text":")" + std::string(1001, 'x') + "\"}") ==
        "note wants a text of 1 to 1000 bytes");
}

TEST_CASE("a question that is refused still has its number", "[unit][control]") {
  CHECK(ask_of(R"({"ask":12,"do":"halt"})") == 12);
  CHECK(ask_of(R"({"do":"halt"})") == 0);
  CHECK(ask_of("halt") == 0);
}

TEST_CASE("answers and events are told as they were written", "[unit][control]") {
  const auto told_of = [](std::string line) {
    REQUIRE(line.back() == '\n');
    line.pop_back();
    REQUIRE(line.find('\n') == std::string::npos);
    return line;
  };
  const std::string result = told_of(answer_line(3, R"({"a":{"b":[1,2]}})"));
  CHECK(result == R"({"answer":3,"ok":true,"result":{"a":{"b":[1,2]}}})");
  auto told = parse_told(result);
  REQUIRE(told);
  CHECK(told->event.empty());
  CHECK(told->answer == 3);
  CHECK(told->data == R"({"a":{"b":[1,2]}})");

  const std::string nothing = told_of(answer_line(4, ""));
  CHECK(nothing == R"({"answer":4,"ok":true})");
  told = parse_told(nothing);
  REQUIRE(told);
  CHECK(told->answer == 4);
  CHECK(told->data == "");

  const std::string refusal = told_of(refusal_line(5, {ErrorCode::parse, "no \"such\"\nthing", "a.lua:1"}));
  told = parse_told(refusal);
  REQUIRE(told);
  CHECK(told->answer == 5);
  REQUIRE_FALSE(told->data);
  CHECK(told->data.error().message == "a.lua:1: no \"such\"\nthing");

  const std::string event = told_of(event_line("second", R"({"text":"\"data\":"})"));
  CHECK(event == R"({"event":"second","data":{"text":"\"data\":"}})");
  told = parse_told(event);
  REQUIRE(told);
  CHECK(told->event == "second");
  CHECK(told->data == R"({"text":"\"data\":"})");
}

TEST_CASE("a line of nobody's is neither an answer nor an event", "[unit][control]") {
  for (const char* line :
       {"", "}", "HTTP/1.1 200 OK", R"({"event":"second"})", R"({"event":"","data":1})", R"({"answer":x,"ok":true})",
        R"({"answer":,"ok":true})", R"({"answer":1)", R"({"event":"second","data":1)"}) {
    INFO(line);
    CHECK_FALSE(parse_told(line));
  }
  CHECK(parse_told("HTTP/1.1 200 OK").error().message == "neither an answer nor an event: 'HTTP/1.1 200 OK'");
}
