#include "json.h"

#include <fmt/format.h>

#include <charconv>

#include "thresher/wall_time.hpp"

namespace leveredge {
namespace {

constexpr int kDeepest = 64;

thresher::Answer unprocessable(std::string_view type, std::string_view where, std::string_view field,
                               std::string_view message) {
  Json entry{{"type", type}, {"loc", Json::array({where})}, {"msg", message}};
  if (!field.empty()) entry["loc"].push_back(field);
  return reply(422, Json{{"detail", Json::array({entry})}});
}

}  // namespace

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

thresher::Answer reply(int status, const Json& body) { return thresher::json(status, text_of(body)); }

thresher::Answer problem(int status, std::string_view detail) { return reply(status, Json{{"detail", detail}}); }

thresher::Answer missing(std::string_view where, std::string_view field) {
  return unprocessable("missing", where, field, "Field required");
}

thresher::Answer invalid(std::string_view where, std::string_view field, std::string_view message) {
  return unprocessable("value_error", where, field, message);
}

std::optional<Json> read_object(std::string_view body) {
  bool too_deep = false;
  const auto watch = [&too_deep](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  Json read = Json::parse(body, watch, false);
  if (too_deep || !read.is_object()) return std::nullopt;
  return read;
}

std::string text_at(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3;
    decoded += escape ? static_cast<char>(byte) : text[i] == '+' ? ' ' : text[i];
    if (escape) i += 2;
  }
  return decoded;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (percent_decoded(pair.substr(0, equals)) != name) continue;
    return equals == std::string_view::npos ? std::string() : percent_decoded(pair.substr(equals + 1));
  }
  return std::nullopt;
}

std::string iso_time(std::chrono::nanoseconds wall) { return thresher::rfc3339(wall, 3); }

}  // namespace leveredge
