#include "bindings/chat_reader.h"

#include <simdjson.h>

namespace thresher::bindings {
namespace {

namespace dom = simdjson::dom;

/// The text member of an object; empty when it is missing, null or of another type.
std::string_view text_of(const dom::object& object, std::string_view name) {
  std::string_view text;
  if (object.at_key(name).get_string().get(text) != simdjson::SUCCESS) return {};
  return text;
}

std::optional<std::uint64_t> count_of(const dom::object& object, std::string_view name) {
  std::uint64_t count = 0;
  if (object.at_key(name).get_uint64().get(count) != simdjson::SUCCESS) return std::nullopt;
  return count;
}

/// {"error": {"message": ...}}, {"error": "text"}: servers differ.
std::string error_text(const dom::element& error) {
  dom::object details;
  if (error.get_object().get(details) == simdjson::SUCCESS) {
    const std::string_view message = text_of(details, "message");
    return message.empty() ? simdjson::minify(error) : std::string(message);
  }
  std::string_view text;
  return error.get_string().get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(error);
}

/// Pieces of tool calls name the call they belong to by index; id and name come with the first piece.
bool add_tool_calls(const dom::object& delta, std::vector<ChatReader::ToolCall>& calls) {
  constexpr std::uint64_t kMostCalls = 256;  // an index is the server's word
  dom::array pieces;
  if (delta.at_key("tool_calls").get_array().get(pieces) != simdjson::SUCCESS) return false;
  bool any = false;
  for (const dom::element piece : pieces) {
    dom::object call, function;
    if (piece.get_object().get(call) != simdjson::SUCCESS) continue;
    const std::uint64_t index = count_of(call, "index").value_or(0);
    if (index >= kMostCalls) continue;
    if (calls.size() <= index) calls.resize(static_cast<std::size_t>(index) + 1);
    ChatReader::ToolCall& known = calls[static_cast<std::size_t>(index)];
    known.id.append(text_of(call, "id"));
    if (call.at_key("function").get_object().get(function) == simdjson::SUCCESS) {
      known.name.append(text_of(function, "name"));
      known.arguments.append(text_of(function, "arguments"));
    }
    any = true;
  }
  return any;
}

}  // namespace

struct ChatReader::Parser {
  dom::parser json;
};

ChatReader::ChatReader() : parser_(std::make_unique<Parser>()) {}
ChatReader::~ChatReader() = default;

ChatReader::Meaning ChatReader::take(std::string_view data, TimePoint now) {
  if (data == "[DONE]") {
    done_ = true;
    return Meaning::done;
  }
  const Meaning meaning = take_chunk(data);
  if (meaning == Meaning::garbage) ++garbage_;
  if (meaning != Meaning::delta) return meaning;
  ++deltas_;
  if (!first_delta_) first_delta_ = now;
  last_delta_ = now;
  return meaning;
}

ChatReader::Meaning ChatReader::take_chunk(std::string_view data) {
  dom::object chunk;
  if (parser_->json.parse(data.data(), data.size()).get_object().get(chunk) != simdjson::SUCCESS)
    return Meaning::garbage;
  dom::element error;
  if (chunk.at_key("error").get(error) == simdjson::SUCCESS && !error.is_null()) {
    error_ = error_text(error);
    return Meaning::error;
  }
  dom::object usage;
  const bool has_usage = chunk.at_key("usage").get_object().get(usage) == simdjson::SUCCESS;
  if (has_usage) {
    if (const auto tokens = count_of(usage, "completion_tokens")) completion_tokens_ = tokens;
    if (const auto tokens = count_of(usage, "prompt_tokens")) prompt_tokens_ = tokens;
  }
  dom::array choices;
  if (chunk.at_key("choices").get_array().get(choices) != simdjson::SUCCESS) {
    return has_usage ? Meaning::other : Meaning::garbage;
  }
  dom::object choice, delta;
  if (choices.at(0).get_object().get(choice) != simdjson::SUCCESS) return Meaning::other;  // the usage chunk has none
  if (const auto reason = text_of(choice, "finish_reason"); !reason.empty()) finish_reason_ = reason;
  if (choice.at_key("delta").get_object().get(delta) != simdjson::SUCCESS) return Meaning::other;
  const std::string_view content = text_of(delta, "content");
  std::string_view thought = text_of(delta, "reasoning_content");
  if (thought.empty()) thought = text_of(delta, "reasoning");
  text_.append(content);
  reasoning_.append(thought);
  const bool calls = add_tool_calls(delta, tool_calls_);
  return calls || !content.empty() || !thought.empty() ? Meaning::delta : Meaning::other;
}

std::optional<double> ChatReader::tokens_per_s() const {
  if (deltas_ < 2 || tokens() < 2 || *last_delta_ <= *first_delta_) return std::nullopt;
  return static_cast<double>(tokens() - 1) / to_seconds(*last_delta_ - *first_delta_);
}

std::optional<Nanoseconds> ChatReader::time_per_token() const {
  if (deltas_ < 2 || tokens() < 2) return std::nullopt;
  return (*last_delta_ - *first_delta_) / static_cast<std::int64_t>(tokens() - 1);
}

}  // namespace thresher::bindings
