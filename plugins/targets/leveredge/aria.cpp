#include "aria.h"

#include <cmath>
#include <string>
#include <utility>

#include "chat_stream.h"
#include "identity.h"
#include "prose.h"

namespace leveredge {
namespace {

constexpr std::string_view kModel = "aria-stand-in";
constexpr std::size_t kMostTokens = 4096;

/// What is wrong with the messages; nothing when they can be answered.
std::optional<thresher::Answer> objection(const Json& body) {
  const auto messages = body.find("messages");
  if (messages == body.end()) return missing("body", "messages");
  if (!messages->is_array() || messages->empty())
    return invalid("body", "messages", "Input should be a list of at least 1 message");
  for (const Json& message : *messages) {
    if (!message.is_object()) return invalid("body", "messages", "Input should be an object");
    for (const char* field : {"role", "content"})
      if (!message.contains(field) || !message[field].is_string()) return missing("body", field);
  }
  return std::nullopt;
}

bool wants_stream(const Call& call, const Json& body) {
  const auto asked = body.find("stream");
  if (asked != body.end() && asked->is_boolean()) return asked->get<bool>();
  return call.request.header("Accept").find("text/event-stream") != std::string_view::npos;
}

}  // namespace

void Aria::add_routes(Router& router) {
  router.post_json("/chat", [this](Call& call, const Json& body) { return chat(call, body); });
}

thresher::Answer Aria::chat(Call& call, const Json& body) {
  if (auto refused = objection(body)) return std::move(*refused);
  if (auto refused = admission_.refusal(call.request.now)) return std::move(*refused);
  const Json& messages = body["messages"];
  const Streaming& pace = conduct_.streaming;
  const double drawn = std::round(call.random.log_normal(pace.tokens, pace.tokens / 3));
  const auto tokens = std::min(kMostTokens, static_cast<std::size_t>(std::max(4.0, drawn)));
  Completion completion{uuid(call.random), kModel,
                        words_about(text_at(messages.back(), "content"), tokens, call.random), 0};
  for (const Json& message : messages) completion.prompt_tokens += count_words(text_at(message, "content"));

  if (wants_stream(call, body)) {
    const auto first = thresher::milliseconds(call.random.log_normal(pace.first_token_ms, pace.first_token_ms / 4));
    const auto gap = thresher::milliseconds(1e3 / pace.tokens_per_s);
    const bool faulty = call.random.chance(conduct_.faults.stream);
    admission_.occupy(call.request.now + first + gap * static_cast<std::int64_t>(tokens));
    return stream_of(completion, first, gap, faulty ? &conduct_.stream_fault : nullptr)
        .later(call.after(conduct_.scales.health));
  }
  std::string content;
  for (const std::string& word : completion.words) content += (content.empty() ? "" : " ") + word;
  if (call.random.chance(conduct_.faults.empty_answer)) content.clear();
  const std::string mode = text_at(body, "mode");
  const auto after = call.after(conduct_.scales.chat);
  admission_.occupy(call.request.now + after);
  return reply(200, Json{{"content", content},
                         {"mode", mode.empty() ? "DEFAULT" : mode},
                         {"model", kModel},
                         {"usage",
                          {{"prompt_tokens", completion.prompt_tokens},
                           {"completion_tokens", tokens},
                           {"total_tokens", completion.prompt_tokens + tokens}}}})
      .later(after);
}

}  // namespace leveredge
