#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "options.h"
#include "refusal.h"
#include "thresher/plugin.hpp"
#include "thresher/random.hpp"
#include "tool_server.h"
#include "view.h"
#include "worker_api.h"

namespace recovery {
namespace {

using thresher::Answer;
using thresher::Request;

constexpr std::uint16_t kApiPort = 8460, kToolPort = 8461;
constexpr std::string_view kPlaceholder = "{id}";
constexpr Time kDownTime = std::chrono::milliseconds(100);

Answer reply(int status, const Json& body) {
  if (status == 204) return Answer{.status = 204};
  return thresher::json(status, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// Whether `path` has the form of `pattern`; `id` is then what stands for the placeholder.
bool fits(std::string_view pattern, std::string_view path, std::string_view& id) {
  const std::size_t at = pattern.find(kPlaceholder);
  if (at == std::string_view::npos) return pattern == path;
  const std::string_view before = pattern.substr(0, at), behind = pattern.substr(at + kPlaceholder.size());
  if (path.size() <= before.size() + behind.size() || !path.starts_with(before) || !path.ends_with(behind))
    return false;
  id = path.substr(at, path.size() - before.size() - behind.size());
  return id.find('/') == std::string_view::npos;
}

struct Route {
  std::string_view method, path;
  Told (WorkerApi::*handler)(const Asked&);
};

constexpr Route kRoutes[] = {
    {"POST", "/tasks", &WorkerApi::create_task},
    {"GET", "/tasks/{id}", &WorkerApi::read_task},
    {"POST", "/tasks/{id}/checkpoints", &WorkerApi::append_checkpoint},
    {"GET", "/tasks/{id}/checkpoints", &WorkerApi::list_checkpoints},
    {"GET", "/tasks/{id}/checkpoints/last", &WorkerApi::last_checkpoint},
    {"POST", "/work-items", &WorkerApi::create_item},
    {"GET", "/work-items/{id}", &WorkerApi::read_item},
    {"POST", "/work-items/{id}/heartbeat", &WorkerApi::heartbeat},
    {"POST", "/work-items/{id}/complete", &WorkerApi::complete},
    {"POST", "/work-items/{id}/fail", &WorkerApi::fail},
    {"POST", "/work-items/{id}/release", &WorkerApi::release},
    {"POST", "/leases", &WorkerApi::acquire},
    {"POST", "/recovery/sweep", &WorkerApi::sweep},
    {"POST", "/idempotency/check-or-create", &WorkerApi::check_or_create},
    {"POST", "/idempotency/{id}/complete", &WorkerApi::complete_key},
    {"POST", "/idempotency/{id}/fail", &WorkerApi::fail_key},
    {"GET", "/idempotency/{id}", &WorkerApi::read_key},
    {"GET", "/idempotency", &WorkerApi::key_statistics},
};

/// A worker's durable side (port 8460) and the tool server that belongs to whoever tests it (port 8461).
class Recovery final : public thresher::Target {
 public:
  static thresher::TargetDescription describe() {
    return {.name = "recovery",
            .summary = "a recovery system's worker API: leases, checkpoints, idempotency keys; and a tool server",
            .endpoints = {{"api", kApiPort}, {"tools", kToolPort}},
            .options = declared_options()};
  }

  Recovery(const thresher::Options& options, std::uint64_t seed)
      : conduct_(read_conduct(options, seed)), api_(conduct_), tools_(conduct_) {}
  Recovery(const Recovery&) = delete;
  Recovery& operator=(const Recovery&) = delete;

  Answer handle(const Request& request) override {
    if (!wall_) wall_.emplace(request.now, request.wall);
    Answer answer = answer_to(request);
    thresher::Random random(conduct_.seed, request.number, 1);
    answer.after += thresher::milliseconds(random.log_normal(conduct_.latency_ms, conduct_.latency_ms / 4));
    return answer;
  }

 private:
  Answer answer_to(const Request& request) {
    try {
      return request.port == kToolPort ? ask_tools(request) : ask_api(request);
    } catch (const Refusal& refusal) {
      return reply(refusal.status, {{"error", refusal.error}, {"code", refusal.code}});
    }
  }

  Answer ask_api(const Request& request) {
    if (request.path == "/stand-in/restart" && request.method == "POST") return restart(request);
    if (request.now < down_until_) return thresher::reset();
    if (request.path == "/health") return reply(200, {{"status", "healthy"}});
    std::string allowed;
    for (const Route& route : kRoutes) {
      std::string_view id;
      if (!fits(route.path, request.path, id)) continue;
      if (route.method != request.method) {
        allowed = route.method;
        continue;
      }
      const Told told =
          (api_.*route.handler)({std::string(id), Body(request.body, conduct_.body_bytes), request.now, *wall_});
      return reply(told.status, told.body);
    }
    return nothing_there(allowed);
  }

  Answer ask_tools(const Request& request) {
    if (request.path == "/health") return reply(200, {{"status", "healthy"}});
    if (request.path == "/ledger") return request.method == "GET" ? read_ledger(request) : nothing_there("GET");
    std::string_view tool;
    if (!fits("/tools/{id}", request.path, tool)) return nothing_there("");
    return request.method == "POST" ? call_tool(request, tool) : nothing_there("POST");
  }

  static Answer nothing_there(std::string_view allowed) {
    if (allowed.empty()) throw Refusal{404, "not_found", "there is no such path"};
    return reply(405, {{"error", fmt::format("the method is {}", allowed)}, {"code", "method_not_allowed"}})
        .with("Allow", allowed);
  }

  /// Kills the process behind the API and starts it again; until it is up every connection is reset.
  Answer restart(const Request& request) {
    const Body body(request.body, conduct_.body_bytes);
    const Time down = body.duration_or("down_ms", kDownTime);
    const std::size_t lost = api_.restart(request.now);
    down_until_ = std::max(down_until_, request.now + down);
    return reply(200, {{"up_again_at", wall_->unix_seconds(down_until_)}, {"lost_checkpoints", lost}});
  }

  Answer call_tool(const Request& request, std::string_view tool) {
    const Body body(request.body, conduct_.body_bytes);
    const Effect& effect = tools_.call({.tool = std::string(tool),
                                        .workflow = body.id("workflow"),
                                        .task = body.id("task"),
                                        .key = body.id("idempotency_key"),
                                        .payload_hash = {},
                                        .attempt = body.integer_or("attempt", 1, 1, std::int64_t{1} << 53),
                                        .idempotent = body.boolean_or("idempotent", false)},
                                       body.json_or("payload", "{}"), request.now);
    thresher::Random random(conduct_.seed, request.number, 2);
    return reply(200, view_of(effect, *wall_))
        .later(thresher::milliseconds(random.log_normal(conduct_.tool_ms, conduct_.tool_ms / 2)));
  }

  Answer read_ledger(const Request& request) {
    Json effects = Json::array();
    tools_.each(query_value(request.query, "workflow"), query_value(request.query, "key"),
                [&](const Effect& effect) { effects.push_back(view_of(effect, *wall_)); });
    return reply(200, {{"effects", std::move(effects)}});
  }

  Conduct conduct_;
  WorkerApi api_;
  ToolServer tools_;
  std::optional<WallTime> wall_;
  Time down_until_{};
};

}  // namespace
}  // namespace recovery

THRESHER_PLUGIN("recovery", "1.0.0", recovery::Recovery)
