#include "service/router.h"

#include <fmt/format.h>

#include <optional>

#include "service/answer.h"

namespace thresher::service {
namespace {

constexpr std::string_view kPlace = "{id}";

/// What stands for {id} in `path`, or an empty text when the pattern has none; nothing when they do not match.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  const std::size_t place = pattern.find(kPlace);
  if (place == std::string_view::npos) {
    if (pattern != path) return std::nullopt;
    return std::string_view{};
  }
  const std::string_view before = pattern.substr(0, place);
  const std::string_view after = pattern.substr(place + kPlace.size());
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
    return std::nullopt;
  const std::string_view id = path.substr(before.size(), path.size() - before.size() - after.size());
  if (id.find('/') != std::string_view::npos) return std::nullopt;
  return id;
}

}  // namespace

void Router::route(Call& call) const {
  const std::string_view method = call.is_head() ? "GET" : call.request.method;
  for (const Endpoint& endpoint : endpoints_) {
    if (endpoint.method != method) continue;
    const auto id = match(endpoint.path, call.path);
    if (!id) continue;
    call.id = *id;
    return endpoint.handle(call);
  }
  const std::string allow = allowed(call.path);
  if (allow.empty())
    return answer_error(*call.responder, 404, fmt::format("no such path: {}; GET / lists what there is", call.path));
  const std::string header = fmt::format("Allow: {}\r\n", allow);
  if (method == "OPTIONS") return call.responder->respond(204, header, {});
  answer_error(*call.responder, 405, fmt::format("{} does not go with {}; use {}", method, call.path, allow), header);
}

/// "GET, HEAD, OPTIONS"; empty for a path that is nobody's.
std::string Router::allowed(std::string_view path) const {
  std::string methods;
  for (const Endpoint& endpoint : endpoints_) {
    if (path != "*" && !match(endpoint.path, path)) continue;
    const std::string named = endpoint.method == "GET" ? "GET, HEAD, " : endpoint.method + ", ";
    if (methods.find(named) == std::string::npos) methods += named;
  }
  return methods.empty() ? methods : methods + "OPTIONS";
}

}  // namespace thresher::service
