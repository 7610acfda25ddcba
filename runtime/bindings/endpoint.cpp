#include "bindings/endpoint.h"

#include <fmt/format.h>

#include <utility>

namespace thresher::bindings {

Endpoint* make_endpoint(std::string_view method, http::Url url, const http::Url* host, const EndpointStyle& style) {
  auto* endpoint = new Endpoint;
  endpoint->method = method;
  endpoint->url = std::move(url);
  endpoint->url_text = endpoint->url.text();
  const bool own_host = host != nullptr && host->origin == endpoint->url.origin;
  endpoint->default_name = (own_host ? "" : endpoint->url.origin.text()) + http::fold_path(endpoint->url.target);
  endpoint->is_head = method == "HEAD";
  endpoint->wants_length = method == "POST" || method == "PUT" || method == "PATCH";

  auto& head = endpoint->head;
  head = fmt::format("{} {} HTTP/1.1\r\n", method, endpoint->url.target);
  endpoint->common_headers = head.size();
  head += fmt::format("Host: {}\r\nUser-Agent: {}\r\nAccept-Encoding: gzip, br, zstd\r\n",
                      endpoint->url.origin.host_header(), style.user_agent);
  if (!style.keep_alive) head += "Connection: close\r\n";
  endpoint->whole_head = head + (endpoint->wants_length ? "Content-Length: 0\r\n\r\n" : "\r\n");
  return endpoint;
}

Result<Endpoint*> make_endpoint(std::string_view method, std::string_view reference, const http::Url* host,
                                std::uint16_t port, std::string_view query, const EndpointStyle& style) {
  std::string text;
  const bool is_path = reference.starts_with('/');
  if (is_path && host == nullptr) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is a path, but the scenario has no host; set host = ... or --host", reference));
  }
  if (!is_path && reference.find("://") == std::string_view::npos) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("'{}' is neither a path from \"/\" on nor an absolute URL", reference));
  }
  if (is_path) {
    text = host->origin.text();
    const std::string_view prefix = host->target;
    text.append(prefix.substr(0, prefix.find_last_not_of('/') + 1));
  }
  text.append(reference);
  if (!query.empty()) {
    const auto fragment = text.find('#');
    if (fragment != std::string::npos) text.resize(fragment);
    text.append(text.find('?') == std::string::npos ? "?" : "&").append(query);
  }
  auto url = http::parse_url(text);
  if (!url) return fail(std::move(url.error()));
  if (port != 0) url->origin.port = port;
  if (is_path && url->userinfo.empty()) url->userinfo = host->userinfo;
  return make_endpoint(method, std::move(*url), host, style);
}

}  // namespace thresher::bindings
