#include "body_reader.h"

#include <fmt/format.h>

#include <utility>

namespace gateway {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kLongestSequence = 200;
constexpr std::size_t kMostHeaders = 20, kLongestHeader = 512, kLongestSecret = 4096;

/// The member, unless it is missing or null.
bool find(dom::object object, std::string_view name, dom::element& value) {
  return object[name].get(value) == simdjson::SUCCESS && !value.is_null();
}

std::string sequence_of(dom::object input) {
  dom::element value;
  if (!find(input, "sequence", value)) return {};
  if (!value.is_number() && !value.is_string()) return {};
  std::string json = simdjson::minify(value);
  return json.size() > kLongestSequence ? std::string() : json;
}

/// An integer from 0 up to `high`, 0 when it is missing; otherwise says so in `problem`.
std::uint32_t level(dom::object input, std::string_view name, std::uint32_t high, std::string& problem) {
  dom::element value;
  if (!find(input, name, value)) return 0;
  std::uint64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS && number <= high) return static_cast<std::uint32_t>(number);
  if (problem.empty()) problem = fmt::format("input.{} must be an integer from 0 to {}", name, high);
  return 0;
}

/// What is wrong with the webhook; empty: nothing, and `out` is filled.
std::string read_webhook(dom::element element, Webhook& out) {
  dom::object webhook;
  if (element.get(webhook) != simdjson::SUCCESS) return "webhook must be an object";
  std::string_view url, secret;
  if (webhook["url"].get(url) != simdjson::SUCCESS || url.empty()) return "webhook.url is required";
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return "webhook.url must begin with http:// or https://";
  dom::element value;
  if (find(webhook, "secret", value) && value.get(secret) != simdjson::SUCCESS) return "webhook.secret must be a text";
  if (secret.size() > kLongestSecret) return fmt::format("webhook.secret is longer than {} bytes", kLongestSecret);
  out.url = url;
  out.secret = secret;
  if (!find(webhook, "headers", value)) return {};
  dom::object headers;
  if (value.get(headers) != simdjson::SUCCESS) return "webhook.headers must be an object";
  for (const auto& [name, text] : headers) {
    std::string_view header;
    if (text.get(header) != simdjson::SUCCESS) return fmt::format("webhook.headers.{} must be a text", name);
    if (header.size() > kLongestHeader || name.size() > kLongestHeader || out.headers.size() == kMostHeaders)
      return fmt::format("webhook.headers are more than {}, or longer than {} bytes", kMostHeaders, kLongestHeader);
    out.headers.emplace_back(name, header);
  }
  return {};
}

std::string named_text(dom::object object, std::string_view name, std::string& problem) {
  std::string_view text;
  if (object[name].get(text) == simdjson::SUCCESS && !text.empty() && text.size() <= kLongestHeader)
    return std::string(text);
  if (problem.empty()) problem = fmt::format("{} is required, a text of at most {} bytes", name, kLongestHeader);
  return {};
}

/// The ids of a list of objects; none when it is missing.
std::vector<std::string> ids_of(dom::object object, std::string_view name, std::string& problem) {
  std::vector<std::string> ids;
  dom::element value;
  if (!find(object, name, value)) return ids;
  dom::array list;
  bool sound = value.get(list) == simdjson::SUCCESS;
  for (const dom::element each : list) {
    std::string_view id;
    if (!sound) break;
    sound = each.is_object() && each["id"].get(id) == simdjson::SUCCESS && !id.empty();
    ids.emplace_back(id);
  }
  if (!sound && problem.empty()) problem = fmt::format("{} must be a list of objects with an id", name);
  return ids;
}

}  // namespace

std::uint64_t fan_out(std::uint32_t depth, std::uint32_t width, std::uint64_t bound) {
  std::uint64_t all = 1, level = 1;
  for (std::uint32_t i = 0; i < depth && width > 0; ++i) {
    if (level > bound / width) return bound + 1;
    level *= width;
    all += level;
    if (all > bound) return bound + 1;
  }
  return all;
}

std::variant<dom::object, Refusal> BodyReader::object(std::string_view body) {
  if (body.size() > bounds_.body_bytes) return Refusal{413, "request body too large"};
  dom::element document;
  if (const auto error = parser_.parse(body.data(), body.size()).get(document))
    return Refusal{400, fmt::format("invalid request body: {}", simdjson::error_message(error))};
  dom::object object;
  if (document.get(object) != simdjson::SUCCESS) return Refusal{400, "invalid request body: it must be a JSON object"};
  return object;
}

std::variant<ExecuteRequest, Refusal> BodyReader::execute(std::string_view body) {
  const auto read = object(body);
  if (const auto* refused = std::get_if<Refusal>(&read)) return *refused;
  const dom::object object = std::get<dom::object>(read);
  dom::object input;
  if (object["input"].get(input) != simdjson::SUCCESS) return Refusal{400, "input is required, and must be an object"};
  ExecuteRequest request;
  std::string problem;
  request.sequence = sequence_of(input);
  request.depth = level(input, "depth", bounds_.depth, problem);
  request.width = level(input, "width", 1'000'000, problem);
  if (!problem.empty()) return Refusal{400, problem};
  if (fan_out(request.depth, request.width, bounds_.run_executions) > bounds_.run_executions)
    return Refusal{400, fmt::format("depth {} and width {} are more than {} executions", request.depth, request.width,
                                    bounds_.run_executions)};
  std::string_view payload;
  if (input["payload"].get(payload) == simdjson::SUCCESS) request.payload_bytes = payload.size();
  dom::element value;
  if (!find(object, "webhook", value)) return request;
  Webhook webhook;
  request.webhook_error = read_webhook(value, webhook);
  if (request.webhook_error.empty()) request.webhook = std::move(webhook);
  return request;
}

std::variant<std::vector<std::string>, Refusal> BodyReader::execution_ids(std::string_view body) {
  const auto read = object(body);
  if (const auto* refused = std::get_if<Refusal>(&read)) return *refused;
  dom::array list;
  if (std::get<dom::object>(read)["execution_ids"].get(list) != simdjson::SUCCESS)
    return Refusal{400, "execution_ids is required, and must be an array"};
  std::vector<std::string> ids;
  for (const dom::element element : list) {
    std::string_view id;
    if (element.get(id) != simdjson::SUCCESS) return Refusal{400, "execution_ids must be texts"};
    ids.emplace_back(id);
  }
  if (bounds_.batch_ids > 0 && ids.size() > bounds_.batch_ids)
    return Refusal{400, fmt::format("{} execution_ids are more than {}", ids.size(), bounds_.batch_ids)};
  return ids;
}

std::variant<Node, Refusal> BodyReader::node(std::string_view body) {
  const auto read = object(body);
  if (const auto* refused = std::get_if<Refusal>(&read)) return *refused;
  const dom::object object = std::get<dom::object>(read);
  Node node;
  std::string problem;
  node.id = named_text(object, "id", problem);
  node.base_url = named_text(object, "base_url", problem);
  if (!problem.empty()) return Refusal{400, problem};
  if (node.id.find_first_of("./") != std::string::npos) return Refusal{400, "id must be without '.' and '/'"};
  std::string_view version;
  if (object["version"].get(version) == simdjson::SUCCESS) node.version = version;
  node.reasoners = ids_of(object, "reasoners", problem);
  node.skills = ids_of(object, "skills", problem);
  if (!problem.empty()) return Refusal{400, problem};
  node.document = simdjson::minify(object);
  return node;
}

}  // namespace gateway
