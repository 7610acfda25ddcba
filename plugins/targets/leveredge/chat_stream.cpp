#include "chat_stream.h"

#include <utility>

#include "json.h"

namespace leveredge {
namespace {

std::string event_of(const Json& data) { return "data: " + text_of(data) + "\n\n"; }

std::string chunk_of(const Completion& completion, const Json& delta, const Json& finish_reason) {
  return event_of(
      Json{{"id", completion.id},
           {"object", "chat.completion.chunk"},
           {"model", completion.model},
           {"choices", Json::array({Json{{"index", 0}, {"delta", delta}, {"finish_reason", finish_reason}}})}});
}

std::string usage_of(const Completion& completion) {
  const std::size_t tokens = completion.words.size();
  return event_of(Json{{"id", completion.id},
                       {"object", "chat.completion.chunk"},
                       {"model", completion.model},
                       {"choices", Json::array()},
                       {"usage",
                        {{"prompt_tokens", completion.prompt_tokens},
                         {"completion_tokens", tokens},
                         {"total_tokens", completion.prompt_tokens + tokens}}}});
}

}  // namespace

thresher::Answer stream_of(const Completion& completion, std::chrono::nanoseconds first_token,
                           std::chrono::nanoseconds gap, const StreamFault* fault) {
  std::vector<thresher::Chunk> chunks;
  const auto finish = [&](thresher::StreamEnd end) {
    return thresher::stream(200, "text/event-stream", std::move(chunks), end).with("Cache-Control", "no-cache");
  };
  chunks.push_back({{}, chunk_of(completion, Json{{"role", "assistant"}}, nullptr)});
  const std::size_t half = completion.words.size() / 2;
  for (std::size_t i = 0; i < completion.words.size(); ++i) {
    if (fault != nullptr && i == half) {
      if (*fault == StreamFault::reset) return finish(thresher::StreamEnd::reset);
      if (*fault == StreamFault::silent) return finish(thresher::StreamEnd::hold);
      if (*fault == StreamFault::error) {
        chunks.push_back(
            {gap, event_of(Json{{"error", {{"message", "the model broke off"}, {"type", "server_error"}}}})});
        return finish(thresher::StreamEnd::finish);
      }
    }
    const std::string token = (i == 0 ? "" : " ") + completion.words[i];
    chunks.push_back({i == 0 ? first_token : gap, chunk_of(completion, Json{{"content", token}}, nullptr)});
  }
  chunks.push_back({{}, chunk_of(completion, Json::object(), "stop")});
  chunks.push_back({{}, usage_of(completion)});
  if (fault != nullptr && *fault == StreamFault::no_done) return finish(thresher::StreamEnd::finish);
  chunks.push_back({{}, "data: [DONE]\n\n"});
  const bool held = fault != nullptr && *fault == StreamFault::hold;
  return finish(held ? thresher::StreamEnd::hold : thresher::StreamEnd::finish);
}

}  // namespace leveredge
