#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace thresher::bindings {

/// What an OpenAI-style chat completion said, and when, from the data of its events.
///
/// A chunk that carries text, reasoning or a piece of a tool call is a *delta*; the role-only first chunk and the usage
/// chunk are none. The time to the first token is that of the first delta, a gap lies between two deltas. Servers may
/// put several tokens into a delta: how many tokens there were is the server's usage when it gives one, else the
/// deltas.
class ChatReader {
 public:
  struct ToolCall {
    std::string id, name, arguments;  ///< arguments: as streamed, put together
  };

  ChatReader();
  ~ChatReader();

  /// What one event meant.
  enum class Meaning : std::uint8_t {
    delta,
    other,   ///< role, usage, finish reason
    done,    ///< "[DONE]": nothing of interest follows, even if the connection stays open
    error,   ///< the server reports an error in mid-stream; see error()
    garbage  ///< no JSON, or not in the shape of a chunk
  };
  Meaning take(std::string_view data, TimePoint now);

  const std::string& text() const { return text_; }
  const std::string& reasoning() const { return reasoning_; }
  const std::vector<ToolCall>& tool_calls() const { return tool_calls_; }
  const std::string& finish_reason() const { return finish_reason_; }  ///< "stop", "length" ...; empty: none came
  const std::string& error() const { return error_; }
  bool done() const { return done_; }  ///< "[DONE]" came
  /// It came to its own end: "[DONE]", or a finish reason (some servers leave "[DONE]" out).
  bool complete() const { return error_.empty() && (done_ || !finish_reason_.empty()); }

  std::uint64_t deltas() const { return deltas_; }
  std::uint64_t garbage() const { return garbage_; }
  std::optional<std::uint64_t> completion_tokens() const { return completion_tokens_; }  ///< the server's usage
  std::optional<std::uint64_t> prompt_tokens() const { return prompt_tokens_; }
  std::uint64_t tokens() const { return completion_tokens_.value_or(deltas_); }
  std::optional<TimePoint> first_delta() const { return first_delta_; }
  std::optional<TimePoint> last_delta() const { return last_delta_; }
  /// The mean time of a token after the first: (last delta - first delta) / (tokens - 1); nothing with fewer than two
  /// deltas.
  std::optional<Nanoseconds> time_per_token() const;
  /// Tokens per second after the first: (tokens - 1) / (last delta - first delta); nothing with fewer than two deltas.
  std::optional<double> tokens_per_s() const;

 private:
  struct Parser;

  Meaning take_chunk(std::string_view data);

  std::unique_ptr<Parser> parser_;
  std::string text_, reasoning_, finish_reason_, error_;
  std::vector<ToolCall> tool_calls_;
  bool done_ = false;
  std::uint64_t deltas_ = 0, garbage_ = 0;
  std::optional<std::uint64_t> completion_tokens_, prompt_tokens_;
  std::optional<TimePoint> first_delta_, last_delta_;
};

}  // namespace thresher::bindings
