#include "leveredge_fleet.h"
#include "thresher/plugin.h"

using namespace leveredge_test;
using thresher::plugin::StreamEnd;

namespace {

Json chat(bool stream = false) {
  Json body{{"messages", std::vector<Json>{{{"role", "user"}, {"content", "What is new today?"}}}},
            {"mode", "DEFAULT"}};
  if (stream) body["stream"] = true;
  return body;
}

TargetAnswer streamed(const std::string& options) { return Fleet(faultless(options)).post(kAria, "/chat", chat(true)); }

/// The JSON of each piece's event; the one that is no JSON as a text.
std::vector<Json> events_of(const TargetAnswer& answer) {
  std::vector<Json> events;
  for (const auto& piece : answer.pieces) {
    REQUIRE(piece.bytes.rfind("data: ", 0) == 0);
    REQUIRE(piece.bytes.substr(piece.bytes.size() - 2) == "\n\n");
    const std::string data = piece.bytes.substr(6, piece.bytes.size() - 8);
    events.push_back(data == "[DONE]" ? Json(data) : Json::parse(data));
  }
  return events;
}

}  // namespace

TEST_CASE("ARIA answers what she was asked, with her mode and what it cost", "[targets]") {
  Fleet fleet;
  const Json told = fleet.told(kAria, "/chat", chat());
  CHECK_THAT(told["content"].get<std::string>(), Catch::Contains("What is new today?"));
  CHECK(told["mode"] == "DEFAULT");
  CHECK(told["model"].is_string());
  CHECK(told["usage"]["prompt_tokens"] == 4);
  CHECK(told["usage"]["total_tokens"].get<int>() == 4 + told["usage"]["completion_tokens"].get<int>());
}

TEST_CASE("messages that are none are refused by name", "[targets]") {
  Fleet fleet;
  CHECK(fleet.post(kAria, "/chat", Json::object()).status == 422);
  CHECK(fleet.post(kAria, "/chat", {{"messages", Json::array()}}).status == 422);
  const auto refused = fleet.post(kAria, "/chat", {{"messages", std::vector<Json>{{{"role", "user"}}}}});
  CHECK(refused.status == 422);
  CHECK(Json::parse(refused.body)["detail"][0]["loc"] == Json::array({"body", "content"}));
}

TEST_CASE("asked to stream, she sends a role, tokens in time, a finish reason, the usage and [DONE]", "[targets]") {
  const TargetAnswer answer = streamed(R"("first_token_ms":200,"tokens_per_s":100,"answer_tokens":20)");
  CHECK(answer.kind == AnswerKind::stream);
  CHECK_THAT(answer.headers, Catch::Contains("Content-Type: text/event-stream\r\n"));
  CHECK(answer.stream_end == StreamEnd::finish);
  const auto events = events_of(answer);
  const std::size_t tokens = events.size() - 4;
  REQUIRE(events.size() > 8);
  CHECK(events.front()["choices"][0]["delta"] == Json{{"role", "assistant"}});
  std::string text;
  for (std::size_t i = 1; i <= tokens; ++i) text += events[i]["choices"][0]["delta"]["content"].get<std::string>();
  CHECK_THAT(text, Catch::Contains("What is new today?"));
  CHECK(answer.pieces[1].after > 80ms);
  for (std::size_t i = 2; i <= tokens; ++i) CHECK(answer.pieces[i].after == 10ms);
  CHECK(events[tokens + 1]["choices"][0]["finish_reason"] == "stop");
  CHECK(events[tokens + 2]["usage"]["completion_tokens"] == tokens);
  CHECK(events.back() == "[DONE]");
}

TEST_CASE("she also streams to a client that accepts only that", "[targets]") {
  Fleet fleet;
  fleet.headers = "Accept: text/event-stream\r\n";
  CHECK(fleet.post(kAria, "/chat", chat()).kind == AnswerKind::stream);
  Json whole = chat();
  whole["stream"] = false;
  CHECK(fleet.post(kAria, "/chat", whole).kind == AnswerKind::whole);
}

TEST_CASE("a stream goes wrong in the way that was switched on", "[targets][faults]") {
  const auto faulty = [](const std::string& fault) {
    return streamed(R"("stream_fault_rate":1,"stream_fault":")" + fault + "\"");
  };
  const TargetAnswer reset = faulty("reset");
  CHECK(reset.stream_end == StreamEnd::reset);
  CHECK(reset.pieces.size() > 2);
  CHECK(faulty("silent").stream_end == StreamEnd::hold);
  CHECK(events_of(faulty("silent")).back() != "[DONE]");
  const TargetAnswer held = faulty("hold");
  CHECK(held.stream_end == StreamEnd::hold);
  CHECK(events_of(held).back() == "[DONE]");
  const TargetAnswer undone = faulty("no_done");
  CHECK(undone.stream_end == StreamEnd::finish);
  CHECK(events_of(undone).back().contains("usage"));
  const TargetAnswer error = faulty("error");
  CHECK(error.status == 200);
  CHECK(error.stream_end == StreamEnd::finish);
  CHECK(events_of(error).back().contains("error"));
}

TEST_CASE("an empty answer is one that says nothing", "[targets][faults]") {
  Fleet fleet(faultless(R"("empty_answer_rate":1)"));
  CHECK(fleet.told(kAria, "/chat", chat())["content"] == "");
}

TEST_CASE("a burst of chats meets the rate limit, and another agent's does not count", "[targets][faults]") {
  Fleet fleet(faultless(R"("rate_limit_per_s":2)"));
  CHECK(fleet.post(kAria, "/chat", chat(), 1s).status == 200);
  CHECK(fleet.post(kAria, "/chat", chat(true), 1s).status == 200);
  CHECK(fleet.post(kAria, "/chat", chat(), 1s).status == 429);
  CHECK(fleet.post(kAtlas, "/execute", {{"chain_name", "validate-and-decide"}}, 1s).status == 200);
}
