#include "body.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/sha256.h"
#include "refusal.h"

namespace recovery {
namespace {

constexpr std::size_t kLongestId = 200;
constexpr double kLongestMs = 7 * 86400e3;

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == ':' || c == '-';
}

[[noreturn]] void refuse(std::string error) { throw Refusal{422, "invalid_request", std::move(error)}; }

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() && text[i] == '%' ? digit_of(text[i + 1]) : -1;
    const int low = high >= 0 ? digit_of(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

Body::Body(std::string_view text, std::size_t limit_bytes) {
  if (text.size() > limit_bytes)
    throw Refusal{413, "too_large", fmt::format("the body has more than {} bytes", limit_bytes)};
  members_ = text.empty() ? Document::object() : Document::parse(text, nullptr, false);
  if (!members_.is_object()) throw Refusal{400, "invalid_request", "the body is no JSON object"};
}

const Document* Body::find(const char* name) const {
  const auto found = members_.find(name);
  return found == members_.end() || found->is_null() ? nullptr : &*found;
}

std::string Body::id(const char* name) const {
  const Document* value = find(name);
  if (value == nullptr) refuse(fmt::format("{} is required", name));
  const auto* text = value->get_ptr<const std::string*>();
  if (text == nullptr || text->empty() || text->size() > kLongestId ||
      !std::all_of(text->begin(), text->end(), is_id_character))
    refuse(fmt::format("{} must be a text of 1 to {} letters, digits and \"._:-\"", name, kLongestId));
  return *text;
}

std::string Body::id_or(const char* name, std::string fallback) const {
  return has(name) ? id(name) : std::move(fallback);
}

std::string Body::text_or(const char* name, std::string fallback) const {
  const Document* value = find(name);
  if (value == nullptr) return fallback;
  if (!value->is_string()) refuse(fmt::format("{} must be a text", name));
  return value->get<std::string>();
}

std::int64_t Body::integer(const char* name, std::int64_t low, std::int64_t high) const {
  const Document* value = find(name);
  if (value == nullptr) refuse(fmt::format("{} is required", name));
  // A number that unsigned 64 bits alone can hold would come out negative.
  const bool whole = value->is_number_integer() &&
                     !(value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(high));
  if (!whole || value->get<std::int64_t>() < low || value->get<std::int64_t>() > high)
    refuse(fmt::format("{} must be a whole number from {} to {}", name, low, high));
  return value->get<std::int64_t>();
}

std::int64_t Body::integer_or(const char* name, std::int64_t fallback, std::int64_t low, std::int64_t high) const {
  return has(name) ? integer(name, low, high) : fallback;
}

Time Body::duration(const char* name) const {
  const Document* value = find(name);
  if (value == nullptr) refuse(fmt::format("{} is required", name));
  const double ms = value->is_number() ? value->get<double>() : -1;
  if (!(ms > 0 && ms <= kLongestMs))
    refuse(fmt::format("{} must be a number of milliseconds, more than 0 and at most a week", name));
  return Time(static_cast<std::int64_t>(ms * 1e6));
}

Time Body::duration_or(const char* name, Time fallback) const { return has(name) ? duration(name) : fallback; }

bool Body::boolean_or(const char* name, bool fallback) const {
  const Document* value = find(name);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) refuse(fmt::format("{} must be true or false", name));
  return value->get<bool>();
}

std::string Body::json_or(const char* name, std::string_view fallback) const {
  const Document* value = find(name);
  return value == nullptr ? std::string(fallback) : value->dump();
}

std::string query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) return decoded(pair.substr(equals + 1));
  }
  return {};
}

Json parsed(const std::string& text) { return text.empty() ? Json() : Json::parse(text); }

std::string sha256_of(std::string_view bytes) {
  std::string hex = "sha256:";
  for (const char c : gateway::sha256(bytes)) fmt::format_to(std::back_inserter(hex), "{:02x}", c & 0xff);
  return hex;
}

}  // namespace recovery
