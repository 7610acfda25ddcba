#include "control/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

namespace thresher::control {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostNote = 1000;  // bytes

constexpr std::array<std::string_view, 8> kNames = {"status", "watch", "pause", "resume",
                                                    "stop",   "kill",  "scale", "note"};

/// One line whatever the text: bytes that are not UTF-8 become U+FFFD.
std::string one_line(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::optional<std::uint64_t> number_of(const Json& line) {
  const auto ask = line.find("ask");
  if (ask == line.end() || !ask->is_number_unsigned()) return std::nullopt;
  return ask->get<std::uint64_t>();
}

Result<void> read_scale(const Json& line, Order& order) {
  const auto users = line.find("users");
  const auto rate = line.find("rate");
  if ((users == line.end()) == (rate == line.end()))
    return fail(ErrorCode::invalid_argument, "scale wants either users or rate");
  if (users != line.end()) {
    if (!users->is_number_unsigned())
      return fail(ErrorCode::invalid_argument, fmt::format("users: {} is no whole number from 0", users->dump()));
    order.users = users->get<std::uint64_t>();
    return {};
  }
  if (!rate->is_number() || !(rate->get<double>() >= 0))
    return fail(ErrorCode::invalid_argument, fmt::format("rate: {} is no number from 0", rate->dump()));
  order.rate = rate->get<double>();
  return {};
}

Result<void> read_note(const Json& line, Order& order) {
  const auto text = line.find("text");
  if (text == line.end() || !text->is_string() || text->get_ref<const std::string&>().empty() ||
      text->get_ref<const std::string&>().size() > kMostNote)
    return fail(ErrorCode::invalid_argument, fmt::format("note wants a text of 1 to {} bytes", kMostNote));
  order.text = text->get<std::string>();
  return {};
}

/// Takes `prefix` off the line; false, and nothing changed, when it does not begin so.
bool take(std::string_view& line, std::string_view prefix) {
  if (!line.starts_with(prefix)) return false;
  line.remove_prefix(prefix.size());
  return true;
}

/// Takes what stands before `end`, and `end`.
std::optional<std::string_view> take_until(std::string_view& line, std::string_view end) {
  const std::size_t at = line.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view before = line.substr(0, at);
  line.remove_prefix(at + end.size());
  return before;
}

/// What follows the number of an answer.
Result<std::string_view> outcome_of(std::string_view line, std::string_view rest) {
  if (rest == R"("ok":true})") return std::string_view();
  if (take(rest, R"("ok":true,"result":)")) return rest.substr(0, rest.size() - 1);
  const Json read = Json::parse(line, nullptr, false);
  const auto error = read.is_object() ? read.find("error") : read.end();
  if (!read.is_object() || error == read.end() || !error->is_string())
    return fail(ErrorCode::parse, "an answer that is none");
  return fail(ErrorCode::invalid_argument, error->get<std::string>());
}

}  // namespace

std::string_view name_of(Order::Kind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::string line_of(const Question& question) {
  Json line{{"ask", question.ask}, {"do", name_of(question.order.kind)}};
  if (question.order.users) line["users"] = *question.order.users;
  if (question.order.rate) line["rate"] = *question.order.rate;
  if (!question.order.text.empty()) line["text"] = question.order.text;
  return one_line(line);
}

Result<Question> parse_question(std::string_view line) {
  const Json read = Json::parse(line, nullptr, false);
  if (!read.is_object()) return fail(ErrorCode::parse, "expected one JSON object a line");
  Question question;
  const auto ask = number_of(read);
  if (!ask) return fail(ErrorCode::invalid_argument, "ask: expected a whole number from 0");
  question.ask = *ask;
  const auto what = read.find("do");
  const std::string name = what != read.end() && what->is_string() ? what->get<std::string>() : "";
  const auto* const known = std::find(kNames.begin(), kNames.end(), name);
  if (known == kNames.end())
    return fail(ErrorCode::invalid_argument, fmt::format("do: '{}' is none of {}", name, fmt::join(kNames, ", ")));
  question.order.kind = static_cast<Order::Kind>(known - kNames.begin());
  Result<void> rest;
  if (question.order.kind == Order::Kind::scale) rest = read_scale(read, question.order);
  if (question.order.kind == Order::Kind::note) rest = read_note(read, question.order);
  if (!rest) return fail(std::move(rest.error()));
  return question;
}

std::uint64_t ask_of(std::string_view line) {
  const Json read = Json::parse(line, nullptr, false);
  return read.is_object() ? number_of(read).value_or(0) : 0;
}

std::string answer_line(std::uint64_t ask, std::string_view result) {
  return fmt::format(R"({{"answer":{},"ok":true{}{}}}{})", ask, result.empty() ? "" : R"(,"result":)", result, "\n");
}

std::string refusal_line(std::uint64_t ask, const Error& error) {
  return one_line({{"answer", ask}, {"ok", false}, {"error", to_text(error)}});
}

std::string event_line(std::string_view event, std::string_view data) {
  return fmt::format(R"({{"event":"{}","data":{}}}{})", event, data, "\n");
}

Result<Told> parse_told(std::string_view line) {
  std::string_view rest = line;
  if (rest.size() > 1 && rest.back() == '}') {
    Told told;
    if (take(rest, R"({"event":")")) {
      const auto event = take_until(rest, R"(","data":)");
      if (event && !event->empty() && rest.size() > 1) {
        told.event = *event;
        told.data = rest.substr(0, rest.size() - 1);
        return told;
      }
    } else if (take(rest, R"({"answer":)")) {
      const auto number = take_until(rest, ",");
      const char* const end = number ? number->data() + number->size() : nullptr;
      if (number && !number->empty() && std::from_chars(number->data(), end, told.answer).ptr == end) {
        told.data = outcome_of(line, rest);
        return told;
      }
    }
  }
  return fail(ErrorCode::parse, fmt::format("neither an answer nor an event: '{}'", line.substr(0, 80)));
}

}  // namespace thresher::control
