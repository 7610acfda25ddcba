#include "bindings/chat_reader.h"

#include <catch2/catch.hpp>

using namespace thresher;
using namespace std::chrono_literals;
using bindings::ChatReader;
using Meaning = ChatReader::Meaning;

namespace {
TimePoint at(Nanoseconds offset) { return TimePoint{offset}; }
}  // namespace

TEST_CASE("a completion is put together from its chunks, and timed by its deltas", "[unit][bindings]") {
  ChatReader chat;
  CHECK(chat.take(R"({"choices":[{"delta":{"role":"assistant","content":""}}]})", at(10ms)) == Meaning::other);
  CHECK(chat.take(R"({"choices":[{"delta":{"content":"Hel"}}]})", at(20ms)) == Meaning::delta);
  CHECK(chat.take(R"({"choices":[{"delta":{"content":"lo"},"finish_reason":null}]})", at(30ms)) == Meaning::delta);
  CHECK(chat.take(R"({"choices":[{"delta":{"content":"!"}}]})", at(70ms)) == Meaning::delta);
  CHECK(chat.take(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})", at(71ms)) == Meaning::other);
  CHECK_FALSE(chat.done());
  CHECK(chat.complete());  // some servers leave [DONE] out
  CHECK(chat.take("[DONE]", at(72ms)) == Meaning::done);
  CHECK(chat.text() == "Hello!");
  CHECK(chat.finish_reason() == "stop");
  CHECK(chat.first_delta() == at(20ms));
  CHECK(chat.last_delta() == at(70ms));
  CHECK(chat.tokens() == 3);
  CHECK(chat.tokens_per_s() == Approx(2 / 0.05));
}

TEST_CASE("the server's usage counts the tokens when it is there", "[unit][bindings]") {
  ChatReader chat;
  chat.take(R"({"choices":[{"delta":{"content":"several tokens"}}],"usage":null})", at(0ms));
  chat.take(R"({"choices":[{"delta":{"content":" in one delta"}}]})", at(100ms));
  CHECK(chat.take(R"({"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":21}})", at(101ms)) == Meaning::other);
  CHECK(chat.tokens() == 21);
  CHECK(chat.deltas() == 2);
  CHECK(chat.prompt_tokens() == 7);
  CHECK(chat.tokens_per_s() == Approx(200));
}

TEST_CASE("reasoning and tool calls are deltas too, and tool calls are put together by index", "[unit][bindings]") {
  ChatReader chat;
  CHECK(chat.take(R"({"choices":[{"delta":{"reasoning_content":"hm"}}]})", at(1ms)) == Meaning::delta);
  CHECK(chat.take(R"({"choices":[{"delta":{"reasoning":"m"}}]})", at(2ms)) == Meaning::delta);
  CHECK(
      chat.take(
          R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"find","arguments":"{\"q"}}]}}]})",
          at(3ms)) == Meaning::delta);
  chat.take(R"({"choices":[{"delta":{"tool_calls":[{"index":1,"id":"c2","function":{"name":"add"}}]}}]})", at(4ms));
  chat.take(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\":1}"}}]}}]})", at(5ms));
  chat.take(R"({"choices":[{"delta":{"tool_calls":[{"index":4000000000}]}}]})", at(6ms));  // memory is not the server's
  CHECK(chat.reasoning() == "hmm");
  REQUIRE(chat.tool_calls().size() == 2);
  CHECK(chat.tool_calls()[0].arguments == R"({"q":1})");
  CHECK(chat.tool_calls()[1].name == "add");
}

TEST_CASE("an error in mid-stream is one, in whatever shape it comes", "[unit][bindings]") {
  const auto [chunk, text] = GENERATE(table<std::string, std::string>({
      {R"({"error":{"message":"overloaded","code":503}})", "overloaded"},
      {R"({"error":"no more"})", "no more"},
      {R"({"error":{"code":7}})", R"({"code":7})"},
  }));
  ChatReader chat;
  chat.take(R"({"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]})", at(1ms));
  CHECK(chat.take(chunk, at(2ms)) == Meaning::error);
  CHECK(chat.error() == text);
  CHECK_FALSE(chat.complete());
}

TEST_CASE("what is no chunk is counted, not believed", "[unit][bindings]") {
  ChatReader chat;
  for (const char* data : {"", "{", "[1]", "hello", R"({"object":"x"})"})
    CHECK(chat.take(data, at(1ms)) == Meaning::garbage);
  CHECK(chat.garbage() == 5);
  CHECK(chat.take(R"({"choices":[{"delta":{"content":7}}]})", at(1ms)) == Meaning::other);
  CHECK_FALSE(chat.complete());
  CHECK_FALSE(chat.tokens_per_s().has_value());
}
