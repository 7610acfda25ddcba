#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "thresher/plugin.hpp"

namespace leveredge {

using Json = nlohmann::ordered_json;

/// Bytes that are no UTF-8 become replacement characters.
std::string text_of(const Json& json);

thresher::Answer reply(int status, const Json& body);
/// {"detail": ...}, as FastAPI says what is wrong.
thresher::Answer problem(int status, std::string_view detail);
/// 422 as pydantic words it: a field that is not there (`where`: "body" or "query").
thresher::Answer missing(std::string_view where, std::string_view field);
/// 422: a field that is there and is not what it should be ("Input should be ...").
thresher::Answer invalid(std::string_view where, std::string_view field, std::string_view message);

/// A JSON object out of a request's body; nothing when it is none, or nested deeper than anybody means.
std::optional<Json> read_object(std::string_view body);

/// The member's text, or "" when there is none or it is no text.
std::string text_at(const Json& object, std::string_view name);

/// The value of a parameter of a query string, percent-decoded; nothing when it is not there.
std::optional<std::string> query_value(std::string_view query, std::string_view name);
std::string percent_decoded(std::string_view text);

/// "2000-01-01T00:00:00.000Z" from nanoseconds since 1970.
std::string iso_time(std::chrono::nanoseconds wall);

}  // namespace leveredge
