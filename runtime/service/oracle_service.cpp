#include "service/oracle_service.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "base/log.h"
#include "service/access.h"
#include "service/answer.h"
#include "service/generator_api.h"
#include "service/load_book.h"
#include "service/logged_responder.h"
#include "service/openapi.h"
#include "service/push_api.h"
#include "service/run_history.h"
#include "service/stream_loads.h"
#include "service/stress_tests.h"
#include "service/validation_api.h"
#include "service/workflow_streams.h"

namespace thresher::service {
namespace {

/// The path of a request's target, and what follows the '?'. Of "http://host/path", which a proxy may send, the path.
std::pair<std::string_view, std::string_view> split_target(std::string_view target) {
  constexpr std::string_view kScheme = "http://";
  if (target.starts_with(kScheme)) {
    const std::size_t slash = target.find('/', kScheme.size());
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  return {target.substr(0, question), target.substr(std::min(question + 1, target.size()))};
}

class HttpOracleService final : public OracleService {
 public:
  HttpOracleService(event::Loop& loop, OracleParts parts, OracleOptions options)
      : loop_(loop),
        parts_(parts),
        options_(std::move(options)),
        began_(loop.now()),
        book_(loop, parts.launcher, parts.store, options_.max_loads) {}

  event::Address address() const override { return address_; }
  std::uint64_t requests() const override { return requests_; }

  Result<void> prepare() {
    auto products = Products::create(*parts_.generator, loop_, options_.seed);
    if (!products) return fail(std::move(products.error()));
    products_ = std::move(*products);
    if (auto added = add_generator_api(router_, *products_); !added) return added;
    return add_parts();
  }

  Result<void> listen() {
    auto access = Access::create(options_.address, std::exchange(options_.token, {}));
    if (!access) return fail(std::move(access.error()));
    access_.emplace(std::move(*access));
    server_ = http::Server::create(
        loop_,
        [this](const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
          serve(request, std::move(responder));
        },
        options_.limits);
    auto bound = server_->listen(options_.address);
    if (!bound) return fail(std::move(bound.error()));
    address_ = *bound;
    return {};
  }

  void drain(std::function<void()> on_done) override {
    on_drained_ = std::move(on_done);
    left_ = 2;
    streams_->finish_all();
    server_->drain([this] { part_done(); });
    book_.stop_all([this] { part_done(); });
  }

 private:
  Result<void> add_parts() {
    auto streams = WorkflowStreams::create(loop_, *products_);
    if (!streams) return fail(std::move(streams.error()));
    streams_ = std::move(*streams);
    router_.add(streams_->endpoint());
    auto stress = StressTests::create(loop_, book_, {options_.platform_url, options_.version});
    if (!stress) return fail(std::move(stress.error()));
    stress_ = std::move(*stress);
    stress_->add_to(router_);
    auto loads = StreamLoads::create(loop_, book_, {options_.platform_url, options_.version});
    if (!loads) return fail(std::move(loads.error()));
    loads_ = std::move(*loads);
    loads_->add_to(router_);
    add_validation_api(router_, parts_.validator, options_.seed);
    auto push = PushApi::create(loop_, *products_, options_.platform_url);
    if (!push) return fail(std::move(push.error()));
    push_ = std::move(*push);
    push_->add_to(router_);
    auto history = RunHistory::create(parts_.store);
    if (!history) return fail(std::move(history.error()));
    history_ = std::move(*history);
    history_->add_to(router_);
    add_front();
    return {};
  }

  /// What is about the service itself. Last, since the page and the document show all the others.
  void add_front() {
    const auto add = [this](std::string path, std::string summary, std::string media_type, std::string answer,
                            std::function<void(Call&)> handle) -> Endpoint& {
      Endpoint endpoint;
      endpoint.method = "GET";
      endpoint.path = std::move(path);
      endpoint.tag = "service";
      endpoint.summary = std::move(summary);
      endpoint.media_type = std::move(media_type);
      endpoint.answer = std::move(answer);
      endpoint.handle = std::move(handle);
      return router_.add(std::move(endpoint));
    };
    add("/health", "Whether the service is there, and how busy", "application/json",
        R"({"type":"object","required":["status","version","uptime_seconds"],"properties":{"status":{"const":"healthy"}}})",
        [this](Call& call) { answer_json_text(*call.responder, 200, health()); });
    add("/openapi.json", "This document", "application/json", R"({"type":"object","required":["openapi","paths"]})",
        [this](Call& call) { answer_json_text(*call.responder, 200, document_); });
    add("/", "The page of contents", "text/html", "",
        [this](Call& call) { call.responder->respond(200, contents_page_headers(), page_); });
    add(std::string(kStylePath), "", "text/css", "", [](Call& call) {
      call.responder->respond(200, "Content-Type: text/css\r\nX-Content-Type-Options: nosniff\r\n",
                              contents_page_style());
    }).listed = false;
    document_ = openapi_document(router_.endpoints(), options_.version);
    page_ = contents_page(router_.endpoints(), options_.version);
  }

  std::string_view health() {
    health_.clear();
    fmt::format_to(std::back_inserter(health_),
                   R"({{"status":"healthy","version":"{}","uptime_seconds":{:.3f},"requests":{},"connections":{},)"
                   R"("streams":{},"loads":{}}})",
                   options_.version, to_seconds(loop_.now() - began_), requests_, server_->open_connections(),
                   streams_->open(), book_.under_way());
    return health_;
  }

  void serve(const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
    ++requests_;
    if (options_.on_answered)
      responder = std::make_unique<LoggedResponder>(loop_, request, std::move(responder), options_.on_answered);
    const auto [path, query] = split_target(request.target);
    query_.read(query);
    Call call{request, path, {}, query_, std::move(responder)};
    try {
      if (const auto refusal = access_->judge(request))
        return answer_error(*call.responder, refusal->status, refusal->why, refusal->headers);
      router_.route(call);
    } catch (const std::exception& bug) {
      log::error("{} {}: {}", request.method, path, bug.what());
      if (call.responder) answer_error(*call.responder, 500, "this is a bug in thresher; its log says more");
    }
  }

  void part_done() {
    if (--left_ == 0 && on_drained_) std::exchange(on_drained_, nullptr)();
  }

  event::Loop& loop_;
  OracleParts parts_;
  OracleOptions options_;
  TimePoint began_;
  Router router_;
  Query query_;
  std::optional<Access> access_;
  std::unique_ptr<Products> products_;
  LoadBook book_;
  std::unique_ptr<WorkflowStreams> streams_;
  std::unique_ptr<StressTests> stress_;
  std::unique_ptr<StreamLoads> loads_;
  std::unique_ptr<PushApi> push_;
  std::unique_ptr<RunHistory> history_;
  std::string document_, page_, health_;
  std::uint64_t requests_ = 0;
  event::Address address_;
  int left_ = 0;  ///< what drain() still waits for
  std::function<void()> on_drained_;
  std::unique_ptr<http::Server> server_;  // last: it goes first, and lets go of the responders that the others hold
};

}  // namespace

Result<std::unique_ptr<OracleService>> OracleService::start(event::Loop& loop, OracleParts parts,
                                                            OracleOptions options) {
  auto service = std::make_unique<HttpOracleService>(loop, parts, std::move(options));
  if (auto prepared = service->prepare(); !prepared) return fail(std::move(prepared.error()));
  if (auto listening = service->listen(); !listening) return fail(std::move(listening.error()));
  return service;
}

}  // namespace thresher::service
