#include "service/live/live_host.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "base/log.h"
#include "service/access.h"
#include "service/answer.h"
#include "service/live/assets.h"
#include "service/live/child_runs.h"
#include "service/live/history_api.h"
#include "service/live/live_api.h"
#include "service/live/live_runs.h"
#include "service/live/planning_api.h"
#include "service/openapi.h"
#include "service/router.h"

namespace thresher::service {
namespace {

/// "name, Linux 6.1, 2 cores".
std::string machine_text() {
  utsname machine{};
  if (::uname(&machine) != 0) return "this machine";
  return fmt::format("{}, {} {} {}", machine.nodename, machine.sysname, machine.release, machine.machine);
}

class HttpLiveHost final : public LiveHost {
 public:
  HttpLiveHost(event::Loop& loop, LiveParts parts, LiveOptions options)
      : loop_(loop),
        options_(std::move(options)),
        assets_(embedded_files()),
        live_(loop, options_.sockets, [this](const std::string& id) { return children_.obituary(id); }),
        children_(loop, live_, options_.program, options_.reports),
        live_api_(live_, children_, parts.store),
        planning_(loop, options_.program, *parts.documents),
        history_(*parts.documents, parts.store) {}

  Result<void> listen() {
    add_endpoints();
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

  event::Address address() const override { return address_; }
  std::size_t runs() const override { return children_.going_on(); }

  void run_first(std::vector<std::string> arguments, std::function<void(Result<FirstEnd>)> ended) override {
    children_.start_at_terminal(
        std::move(arguments),
        [this, ended](const Result<std::string>& id) {
          if (id) first_ = *id;
          const bool no_process = !id && id.error().code != ErrorCode::invalid_argument;
          if (no_process) ended(fail(Error(id.error())));
        },
        [this, ended](const event::ProcessEnd& end) {
          ended(FirstEnd{end, !first_.empty()});
        });
  }
  bool signal_first(int number) override { return children_.signal_terminal_run(number); }

  void drain(std::function<void()> on_done) override {
    on_drained_ = std::move(on_done);
    children_.interrupt_all([this] {
      live_.finish_readers();
      server_->drain([this] {
        if (on_drained_) std::exchange(on_drained_, nullptr)();
      });
    });
  }

 private:
  void add_endpoints() {
    Endpoint host;
    host.method = "GET";
    host.path = "/api/host";
    host.tag = "host";
    host.summary = "Version, machine, where the history is, and the run it was started with";
    host.answer = R"({"type":"object","required":["version","machine","cores","history","can_start","first"]})";
    host.handle = [this](Call& call) { answer_host(call); };
    router_.add(std::move(host));
    planning_.add_to(router_);
    live_api_.add_to(router_);
    history_.add_to(router_);
    Endpoint document;
    document.method = "GET";
    document.path = "/openapi.json";
    document.summary = "These endpoints, for programs";
    document.listed = false;
    document.handle = [this](Call& call) { answer_json_text(*call.responder, 200, document_); };
    router_.add(std::move(document));
    document_ = openapi_document(router_.endpoints(), options_.version,
                                 {"Thresher's live page", "Starts, watches, steers and compares runs."});
  }

  void answer_host(Call& call) {
    answer_json(*call.responder, 200,
                {{"version", options_.version},
                 {"machine", machine_text()},
                 {"cores", std::thread::hardware_concurrency()},
                 {"history", options_.history.empty() ? Json(nullptr) : Json(options_.history)},
                 {"can_start", true},
                 {"first", first_.empty() ? Json(nullptr) : Json(first_)}});
  }

  void serve(const http::ServerRequest& request, std::unique_ptr<http::Responder> responder) {
    const std::size_t question = std::min(request.target.find('?'), request.target.size());
    const std::string_view path = request.target.substr(0, question);
    query_.read(request.target.substr(std::min(question + 1, request.target.size())));
    Call call{request, path, {}, query_, std::move(responder)};
    try {
      const bool is_api = path.starts_with("/api/") || path == "/openapi.json";
      // To list what can be run is to run the user's scripts as far as that takes: no other site's page asks for it.
      const auto effect = path == "/api/catalogue" ? Access::Effect::acts : Access::Effect::by_method;
      if (const auto refusal =
              access_->judge(request, is_api ? Access::Token::needed : Access::Token::optional, effect))
        return answer_error(*call.responder, refusal->status, refusal->why, refusal->headers);
      if (!is_api && assets_.serve(path, request, *call.responder)) return;
      router_.route(call);
    } catch (const std::exception& bug) {
      log::error("{} {}: {}", request.method, path, bug.what());
      if (call.responder) answer_error(*call.responder, 500, "this is a bug in thresher; its log says more");
    }
  }

  event::Loop& loop_;
  LiveOptions options_;
  Assets assets_;
  LiveRuns live_;
  ChildRuns children_;
  LiveApi live_api_;
  PlanningApi planning_;
  HistoryApi history_;
  Router router_;
  Query query_;
  std::optional<Access> access_;
  std::string document_, first_;
  event::Address address_;
  std::function<void()> on_drained_;
  std::unique_ptr<http::Server> server_;  // last: it goes first, and lets go of the responders that the others hold
};

}  // namespace

Result<std::unique_ptr<LiveHost>> LiveHost::start(event::Loop& loop, LiveParts parts, LiveOptions options) {
  auto host = std::make_unique<HttpLiveHost>(loop, parts, std::move(options));
  if (auto listening = host->listen(); !listening) return fail(std::move(listening.error()));
  return host;
}

}  // namespace thresher::service
