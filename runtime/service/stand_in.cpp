#include "service/stand_in.h"

#include <fmt/format.h>

#include <utility>

#include "http/server.h"
#include "service/late_answers.h"

namespace thresher::service {
namespace {

/// The header lines of a head: without the request line before them and the empty line after.
std::string_view header_lines(std::string_view head) {
  const std::size_t first = head.find("\r\n");
  if (first == std::string_view::npos) return {};
  head.remove_prefix(first + 2);
  if (head.ends_with("\r\n\r\n")) head.remove_suffix(2);
  return head == "\r\n" ? std::string_view{} : head;
}

class HttpStandIn final : public StandIn {
 public:
  HttpStandIn(event::Loop& loop, std::vector<plugin::Endpoint> endpoints, std::unique_ptr<plugin::Target> target)
      : loop_(loop),
        began_(loop.now()),
        endpoints_(std::move(endpoints)),
        target_(std::move(target)),
        server_(http::Server::create(
            loop,
            [this](const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
              late_.give(std::move(responder), target_->handle(seen(request)));
            })),
        late_(loop) {}

  std::uint64_t requests() const override { return requests_; }
  std::vector<plugin::Endpoint> endpoints() const override { return endpoints_; }

  Result<void> listen(std::string_view target, std::string_view host) {
    for (const plugin::Endpoint& endpoint : endpoints_) {
      const auto at = event::Address::parse(host == "localhost" ? "127.0.0.1" : host, endpoint.port);
      if (!at)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("stand-in {}: \"{}\" is not an address to bind to", target, host));
      if (auto bound = server_->listen(*at); !bound)
        return fail(bound.error().code,
                    fmt::format("stand-in {}: cannot serve {} on port {}: {}; `ss -ltnp 'sport = :{}'` shows what has "
                                "the port: stop it, "
                                "or leave the stand-in out if that is the fleet you want to test",
                                target, endpoint.name, endpoint.port, bound.error().message, endpoint.port));
    }
    return {};
  }

 private:
  plugin::TargetRequest seen(const http::ServerRequest& request) {
    const std::size_t question = request.target.find('?');
    const bool has_query = question != std::string_view::npos;
    return {.port = request.local.port,
            .number = requests_++,
            .connection = request.connection,
            .now = loop_.now() - began_,
            .wall = loop_.wall_now(),
            .method = request.method,
            .path = request.target.substr(0, question),
            .query = has_query ? request.target.substr(question + 1) : std::string_view{},
            .headers = header_lines(request.head),
            .body = request.body};
  }

  event::Loop& loop_;
  TimePoint began_;
  std::uint64_t requests_ = 0;
  std::vector<plugin::Endpoint> endpoints_;
  std::unique_ptr<plugin::Target> target_;
  std::unique_ptr<http::Server> server_;
  LateAnswers
      late_;  // after server_: it goes first, and with it the responders that point into the server's connections
};

}  // namespace

Result<std::unique_ptr<StandIn>> StandIn::start(event::Loop& loop, const plugin::TargetType& type,
                                                StandInOptions options) {
  auto target = type.create(options.config, options.seed);
  if (!target) return fail(std::move(target.error()));
  auto stand_in = std::make_unique<HttpStandIn>(loop, type.endpoints(), std::move(*target));
  if (auto listening = stand_in->listen(type.name(), options.bind_host); !listening)
    return fail(std::move(listening.error()));
  return stand_in;
}

}  // namespace thresher::service
