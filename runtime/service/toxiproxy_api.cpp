#include "service/toxiproxy_api.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/headers.h"
#include "service/answer.h"
#include "service/toxiproxy_json.h"

namespace thresher::service {
namespace {

using proxy::Proxy;

/// What is answered: a status, and a document unless it is 204.
struct Reply {
  int status = 200;
  Json document;
};
using Answered = ToxiproxyResult<Reply>;

auto refuse(int status, std::string error, std::string detail = {}) {
  return tl::unexpected<ToxiproxyRefusal>({status, std::move(error), std::move(detail)});
}
auto refuse(const Error& error) { return tl::unexpected(refusal_of(error)); }

std::string decoded(std::string_view segment) {
  std::string plain;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    unsigned char byte = 0;
    if (segment[i] == '%' && i + 2 < segment.size() &&
        std::from_chars(segment.data() + i + 1, segment.data() + i + 3, byte, 16).ptr == segment.data() + i + 3) {
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += segment[i];
    }
  }
  return plain;
}

/// "/proxies/db/toxics?x" -> "proxies", "db", "toxics", decoded.
std::vector<std::string> segments_of(std::string_view target) {
  std::string_view path = target.substr(0, target.find('?'));
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.push_back(decoded(path.substr(0, end)));
    path.remove_prefix(end);
  }
  return segments;
}

/// One request, on its way to its handler.
class Call {
 public:
  Call(const http::ServerRequest& request, proxy::ProxySet& proxies)
      : request_(request), proxies_(proxies), path_(segments_of(request.target)) {}

  Answered perform() {
    const std::size_t depth = path_.size();
    if (depth == 1 && path_[0] == "proxies") return collection();
    if (depth == 1 && path_[0] == "populate") return allow("POST", [this] { return populate_proxies(); });
    if (depth == 1 && path_[0] == "reset") return allow("POST", [this] { return reset(); });
    if (depth == 1 && path_[0] == "version") return allow("GET", [] { return version(); });
    if (depth < 2 || depth > 4 || path_[0] != "proxies" || (depth > 2 && path_[2] != "toxics"))
      return refuse(404, "404 page not found",
                    fmt::format("there is no {}; GET /proxies lists proxies", request_.target));
    Proxy* const proxy = proxies_.find(path_[1]);
    if (proxy == nullptr) return refuse(404, "proxy not found", fmt::format("'{}'", path_[1]));
    if (depth == 2) return one_proxy(*proxy);
    if (depth == 3) return toxics(*proxy);
    return one_toxic(*proxy);
  }

 private:
  bool is(std::string_view method) const { return request_.method == method; }
  bool is_update() const { return is("POST") || is("PATCH"); }
  Answered wrong_method(std::string_view allowed) const {
    return refuse(405, "method not allowed", fmt::format("{} does not go with it; use {}", request_.method, allowed));
  }
  template <class Work>
  Answered allow(std::string_view method, Work&& work) {
    return is(method) ? work() : wrong_method(method);
  }

  Answered collection() {
    if (is("POST")) return create();
    if (!is("GET")) return wrong_method("GET, POST");
    Json all = Json::object();
    for (const auto& [name, proxy] : proxies_.all()) all[name] = proxy_json(*proxy);
    return Reply{200, std::move(all)};
  }

  Answered create() {
    const auto body = read_body(request_.body);
    if (!body) return tl::unexpected(body.error());
    proxy::ProxyOptions options;
    if (auto read = read_proxy(*body, options); !read) return tl::unexpected(std::move(read.error()));
    if (options.name.empty()) return refuse(400, "missing required field: name");
    if (options.upstream.empty()) return refuse(400, "missing required field: upstream");
    if (proxies_.find(options.name) != nullptr)
      return refuse(409, "proxy already exists", fmt::format("'{}'", options.name));
    const auto made = proxies_.add(std::move(options));
    if (!made) return refuse(made.error());
    return Reply{201, proxy_json(**made)};
  }

  Answered populate_proxies() {
    auto made = populate(proxies_, request_.body, false);
    if (!made) return tl::unexpected(std::move(made.error()));
    Json list = Json::array();
    for (const Proxy* proxy : *made) list.push_back(proxy_json(*proxy));
    return Reply{201, {{"proxies", std::move(list)}}};
  }

  Answered reset() {
    if (const auto done = proxies_.reset(); !done) return refuse(done.error());
    return Reply{204, {}};
  }

  static Answered version() { return Reply{200, {{"version", kToxiproxyVersion}}}; }

  Answered one_proxy(Proxy& proxy) {
    if (is("GET")) return Reply{200, proxy_json(proxy)};
    if (is("DELETE")) {
      proxies_.remove(proxy.name());
      return Reply{204, {}};
    }
    if (!is_update()) return wrong_method("GET, POST, PATCH, DELETE");
    const auto body = read_body(request_.body);
    if (!body) return tl::unexpected(body.error());
    proxy::ProxyOptions options{
        .name = proxy.name(), .listen = proxy.listen(), .upstream = proxy.upstream(), .enabled = proxy.enabled()};
    if (auto read = read_proxy(*body, options); !read) return tl::unexpected(std::move(read.error()));
    if (const auto changed = proxy.change(options.listen, options.upstream, options.enabled); !changed)
      return refuse(changed.error());
    return Reply{200, proxy_json(proxy)};
  }

  Answered toxics(Proxy& proxy) {
    if (is("GET")) return Reply{200, proxy_json(proxy)["toxics"]};
    if (!is("POST")) return wrong_method("GET, POST");
    const auto body = read_body(request_.body);
    if (!body) return tl::unexpected(body.error());
    auto toxic = read_toxic(*body);
    if (!toxic) return tl::unexpected(std::move(toxic.error()));
    if (proxy.find(toxic->name) != nullptr)
      return refuse(409, "toxic already exists", fmt::format("'{}'", toxic->name));
    const auto added = proxy.add(std::move(*toxic));
    if (!added) return refuse(added.error());
    return Reply{200, toxic_json(**added)};
  }

  Answered one_toxic(Proxy& proxy) {
    const proxy::Toxic* const toxic = proxy.find(path_[3]);
    if (toxic == nullptr) return refuse(404, "toxic not found", fmt::format("'{}'", path_[3]));
    if (is("GET")) return Reply{200, toxic_json(*toxic)};
    if (is("DELETE")) {
      if (const auto removed = proxy.remove(path_[3]); !removed) return refuse(removed.error());
      return Reply{204, {}};
    }
    if (!is_update()) return wrong_method("GET, POST, PATCH, DELETE");
    const auto body = read_body(request_.body);
    if (!body) return tl::unexpected(body.error());
    proxy::Toxic changed = *toxic;
    if (auto read = read_toxic_change(*body, changed); !read) return tl::unexpected(std::move(read.error()));
    const auto updated = proxy.update(changed);
    if (!updated) return refuse(updated.error());
    return Reply{200, toxic_json(**updated)};
  }

  const http::ServerRequest& request_;
  proxy::ProxySet& proxies_;
  const std::vector<std::string> path_;
};

/// A value between the quotes of a Prometheus label.
std::string label(std::string_view text) {
  std::string quoted;
  for (const char letter : text) {
    if (letter == '\n') {
      quoted += "\\n";
      continue;
    }
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted;
}

std::string metrics_text(const proxy::ProxySet& proxies) {
  std::string text;
  const auto add = [&](std::string_view name, std::string_view help, std::uint64_t proxy::Traffic::*count) {
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} counter\n", name, help);
    for (const auto& [key, proxy] : proxies.all())
      for (const proxy::Direction direction : {proxy::Direction::downstream, proxy::Direction::upstream})
        text += fmt::format("{}{{direction=\"{}\",listener=\"{}\",proxy=\"{}\",upstream=\"{}\"}} {}\n", name,
                            name_of(direction), label(proxy->listen()), label(key), label(proxy->upstream()),
                            proxy->traffic(direction).*count);
  };
  add("toxiproxy_proxy_received_bytes_total", "Bytes a proxy has taken from the source of a direction.",
      &proxy::Traffic::received);
  add("toxiproxy_proxy_sent_bytes_total", "Bytes a proxy has passed on in a direction.", &proxy::Traffic::sent);
  return text;
}

bool is_browser(const http::ServerRequest& request) {
  return http::find_header(request.head, "User-Agent").value.starts_with("Mozilla/") ||
         http::find_header(request.head, "Origin").present;
}

}  // namespace

Result<std::unique_ptr<ToxiproxyApi>> ToxiproxyApi::start(event::Loop& loop, const event::Address& at,
                                                          proxy::ProxySet& proxies) {
  std::unique_ptr<ToxiproxyApi> api(new ToxiproxyApi(proxies));
  const http::ServerLimits limits{.max_head = 16 << 10, .max_body = std::size_t{4} << 20};
  api->server_ = http::Server::create(
      loop,
      [self = api.get()](const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
        self->answer(request, *responder);
      },
      limits);
  const auto bound = api->server_->listen(at);
  if (!bound) return fail(Error(bound.error()));
  api->address_ = *bound;
  return api;
}

void ToxiproxyApi::answer(const http::ServerRequest& request, http::Responder& responder) {
  ++requests_;
  if (is_browser(request))
    return responder.respond(403, "Content-Type: text/plain; charset=utf-8\r\n", "User agent not allowed\n");
  if (request.target == "/metrics" && request.method == "GET")
    return responder.respond(200, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n", metrics_text(proxies_));
  const Answered outcome = Call(request, proxies_).perform();
  if (!outcome) {
    const ToxiproxyRefusal& refusal = outcome.error();
    Json document{{"error", refusal.error}, {"status", refusal.status}};
    if (!refusal.detail.empty()) document["detail"] = refusal.detail;
    return answer_json(responder, refusal.status, document);
  }
  if (outcome->status == 204) return responder.respond(204, {}, {});
  answer_json(responder, outcome->status, outcome->document);
}

}  // namespace thresher::service
