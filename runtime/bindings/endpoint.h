#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/url.h"

namespace thresher::bindings {

/// A method and URL resolved once: where it goes and the constant part of the request's bytes. Counted by hand on one
/// thread: a cache slot holds one reference, every request under way another.
struct Endpoint {
  http::Url url;
  std::string url_text;  ///< for res.url
  std::string method;
  std::string default_name;        ///< of the request: its folded path, with the origin when that is not the scenario's
  std::string head;                ///< request line and the headers every request has, without the empty line
  std::string whole_head;          ///< with it, for a request that adds nothing
  std::size_t common_headers = 0;  ///< where in `head` Host, User-Agent and Accept-Encoding begin
  bool is_head = false;            ///< HEAD
  bool wants_length = false;       ///< POST and its like announce even an empty body
  int references = 1;

  void hold() { ++references; }
  void drop() {
    if (--references == 0) delete this;
  }
};

struct EndpointStyle {
  std::string_view user_agent;
  bool keep_alive = true;
};

/// `reference` is a path from "/" on, under the host's own path, or an absolute URL. `host` may be nullptr (then it
/// must be absolute), `port` 0 (the URL's own). The error is for the author of the request.
Result<Endpoint*> make_endpoint(std::string_view method, std::string_view reference, const http::Url* host,
                                std::uint16_t port, std::string_view query, const EndpointStyle& style);

/// Builds `url` into an endpoint: what a redirect leads to.
Endpoint* make_endpoint(std::string_view method, http::Url url, const http::Url* host, const EndpointStyle& style);

}  // namespace thresher::bindings
