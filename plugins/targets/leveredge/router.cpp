#include "router.h"

#include <utility>

namespace leveredge {
namespace {

constexpr std::size_t kLargestBody = std::size_t{1} << 20U;
constexpr std::string_view kPlaceholder = "{id}";

/// Whether `path` has the form of `pattern`; `id` is then what stands for the placeholder.
bool fits(std::string_view pattern, std::string_view path, std::string& id) {
  const std::size_t at = pattern.find(kPlaceholder);
  if (at == std::string_view::npos) return pattern == path;
  const std::string_view before = pattern.substr(0, at), behind = pattern.substr(at + kPlaceholder.size());
  if (path.size() <= before.size() + behind.size() || !path.starts_with(before) || !path.ends_with(behind))
    return false;
  const std::string_view segment = path.substr(at, path.size() - before.size() - behind.size());
  if (segment.find('/') != std::string_view::npos) return false;
  id = percent_decoded(segment);
  return true;
}

}  // namespace

void Router::post_json(std::string path, BodyHandler handler) {
  post(std::move(path), [handler = std::move(handler)](Call& call) {
    if (call.request.body.size() > kLargestBody) return problem(413, "Request Entity Too Large");
    const auto body = read_object(call.request.body);
    if (!body) return invalid("body", "", "Input should be a valid JSON object");
    return handler(call, *body);
  });
}

thresher::Answer Router::route(Call& call) const {
  const std::string_view method = call.request.method == "HEAD" ? "GET" : call.request.method;
  std::string allowed;
  for (const Route& route : routes_) {
    if (!fits(route.path, call.request.path, call.id)) continue;
    if (route.method == method) return route.handler(call);
    if (!allowed.empty()) allowed += ", ";
    allowed += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  if (allowed.empty()) return problem(404, "Not Found");
  return problem(405, "Method Not Allowed").with("Allow", allowed);
}

}  // namespace leveredge
