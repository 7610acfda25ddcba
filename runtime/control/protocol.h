#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace thresher::control {

/// What can be asked of a run.
struct Order {
  enum class Kind : std::uint8_t { status, watch, pause, resume, stop, kill, scale, note };
  Kind kind = Kind::status;
  std::optional<std::uint64_t> users = {};  ///< scale: either this ...
  std::optional<double> rate = {};          ///< ... or this, per second
  std::string text = {};                    ///< note: 1 to 1000 bytes of UTF-8
};
std::string_view name_of(Order::Kind kind);

struct Question {
  std::uint64_t ask = 0;
  Order order;
};
/// One line, end included.
std::string line_of(const Question& question);
/// The error says what is wrong with the line, for its answer.
Result<Question> parse_question(std::string_view line);

/// The number under which a line that is no proper question wants its answer; 0 when it has none.
std::uint64_t ask_of(std::string_view line);

/// One line, end included. `result`: a JSON document, or empty for none.
std::string answer_line(std::uint64_t ask, std::string_view result);
std::string refusal_line(std::uint64_t ask, const Error& error);
/// `event`: begin, second, log or end. `data`: a JSON document.
std::string event_line(std::string_view event, std::string_view data);

/// What a run said in a line: an event, or an answer.
struct Told {
  std::string_view event;    ///< empty for an answer
  std::uint64_t answer = 0;  ///< whose question it answers
  Result<std::string_view> data =
      {};  ///< JSON text of the event's data or the answer's result; "" for none; or why not
};
/// Reads a line as the three functions above write it, their order of members and lack of blanks included: what is in
/// `data` is handed on unread. Views into `line`.
Result<Told> parse_told(std::string_view line);

}  // namespace thresher::control
