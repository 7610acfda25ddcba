#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "body_reader.h"
#include "book.h"
#include "dag.h"
#include "deliveries.h"
#include "metrics.h"
#include "nodes.h"
#include "options.h"
#include "plan.h"
#include "simulation.h"
#include "thresher/plugin.hpp"
#include "thresher/random.hpp"
#include "view.h"
#include "wall_time.h"

namespace gateway {
namespace {

using thresher::Answer;
using thresher::Request;

constexpr std::string_view kPlaceholder = "{id}";
constexpr std::size_t kLongestName = 200, kLargestDocument = 1 << 20;

Answer reply(int status, const Json& body) { return thresher::json(status, text_of(body)); }
Answer problem(int status, std::string_view error) { return reply(status, {{"error", error}}); }

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

/// A durable orchestration gateway: the contract's endpoints.
class Gateway final : public thresher::Target, private Observer {
 public:
  static thresher::TargetDescription describe() {
    return {
        .name = "gateway",
        .summary = "a durable orchestration gateway: queued executions, nested calls, their dag, Prometheus metrics",
        .endpoints = {{"gateway", 8080}},
        .options = declared_options()};
  }

  Gateway(const thresher::Options& options, std::uint64_t seed)
      : conduct_(read_conduct(options, seed)),
        reader_(conduct_.bounds),
        book_(conduct_),
        metrics_(conduct_),
        deliveries_(conduct_),
        simulation_(conduct_, book_, *this) {}
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  Answer handle(const Request& request) override {
    if (!wall_) wall_.emplace(request.now, request.wall, conduct_.dialect.whole_seconds);
    simulation_.advance(request.now);
    Answer answer = route(request);
    thresher::Random random(conduct_.seed, request.number, 6);
    answer.after += thresher::milliseconds(random.log_normal(conduct_.latency_ms, conduct_.latency_ms / 4));
    return answer;
  }

 private:
  using Handler = Answer (Gateway::*)(const Request&, std::string_view id);
  struct Route {
    std::string_view method, path;
    Handler handler;
  };
  static const Route kRoutes[];

  Answer route(const Request& request);
  Answer execute_sync(const Request& request, std::string_view target) { return execute(request, target, true); }
  Answer execute_async(const Request& request, std::string_view target) { return execute(request, target, false); }
  Answer read_execution(const Request& request, std::string_view id);
  Answer cancel(const Request& request, std::string_view id);
  Answer batch_status(const Request& request, std::string_view);
  Answer read_dag(const Request& request, std::string_view id);
  Answer register_node(const Request& request, std::string_view);
  Answer read_nodes(const Request& request, std::string_view);
  Answer read_metrics(const Request& request, std::string_view);
  Answer read_webhooks(const Request& request, std::string_view);
  Answer health(const Request& request, std::string_view);

  Answer execute(const Request& request, std::string_view target, bool sync);
  Answer refuse(int status, std::string_view why, const char* reason);
  std::optional<Answer> no_room(const Call& call);
  std::variant<Execution*, Refusal> take(const Request& request, std::shared_ptr<const Call> call,
                                         ExecuteRequest& asked);
  Answer accepted(const Execution& root, Time now, const std::string& webhook_error) const;
  Answer finished(const Execution& root, Time now, const std::string& webhook_error) const;
  View view(Time now) const { return {conduct_, *wall_, now}; }
  Execution* visible(std::string_view id, Time now);

  void started(const Execution& execution) override { metrics_.started(execution); }
  void ended(const Execution& execution) override {
    metrics_.ended(execution);
    if (execution.webhook) deliveries_.ended(execution, view(execution.ended));
  }

  Conduct conduct_;
  BodyReader reader_;
  Nodes nodes_;
  Book book_;
  Metrics metrics_;
  Deliveries deliveries_;
  Simulation simulation_;
  std::optional<WallTime> wall_;
  std::uint64_t calls_ = 0;  ///< execute calls that came, refused ones too
};

const Gateway::Route Gateway::kRoutes[] = {
    {"POST", "/api/v1/execute/async/{id}", &Gateway::execute_async},
    {"POST", "/api/v1/execute/{id}", &Gateway::execute_sync},
    {"POST", "/api/v1/executions/batch-status", &Gateway::batch_status},
    {"GET", "/api/v1/executions/{id}", &Gateway::read_execution},
    {"POST", "/api/v1/executions/{id}/cancel", &Gateway::cancel},
    {"GET", "/api/ui/v1/workflows/{id}/dag", &Gateway::read_dag},
    {"POST", "/api/v1/nodes/register", &Gateway::register_node},
    {"GET", "/api/v1/nodes", &Gateway::read_nodes},
    {"GET", "/metrics", &Gateway::read_metrics},
    {"GET", "/stand-in/webhooks", &Gateway::read_webhooks},
    {"GET", "/stand-in/webhooks/{id}", &Gateway::read_webhooks},
    {"GET", "/health", &Gateway::health},
};

Answer Gateway::route(const Request& request) {
  const std::string_view method = request.method == "HEAD" ? "GET" : request.method;
  std::string_view allowed;
  for (const Route& route : kRoutes) {
    std::string_view id;
    if (!fits(route.path, request.path, id)) continue;
    if (route.method == method) return (this->*route.handler)(request, id);
    if (allowed.empty()) allowed = route.method == "GET" ? "GET, HEAD" : route.method;
  }
  if (allowed.empty()) return problem(404, "not found");
  return problem(405, "method not allowed").with("Allow", allowed);
}

Answer Gateway::execute(const Request& request, std::string_view target, bool sync) {
  const std::uint64_t nth = calls_++;
  thresher::Random random(conduct_.seed, nth, 3);
  const bool error = random.chance(conduct_.faults.error);
  const bool hang = random.chance(conduct_.faults.hang), reset = random.chance(conduct_.faults.reset);
  if (error) return problem(500, "internal error");
  auto read = reader_.execute(request.body);
  if (const auto* refused = std::get_if<Refusal>(&read)) return problem(refused->status, refused->error);
  auto& asked = std::get<ExecuteRequest>(read);
  const std::size_t dot = target.find('.');
  if (dot == 0 || dot == std::string_view::npos || dot + 1 == target.size())
    return problem(400, fmt::format("target \"{}\" is not of the form node.reasoner", target));
  const Node* node = nodes_.find(target.substr(0, dot));
  if (node == nullptr) return problem(404, fmt::format("agent \"{}\" not found", target.substr(0, dot)));
  const std::string_view type = node->type_of(target.substr(dot + 1));
  if (type.empty())
    return problem(404, fmt::format("agent \"{}\" has no reasoner or skill \"{}\"", node->id, target.substr(dot + 1)));
  auto call = std::make_shared<const Call>(Call{.node = node,
                                                .reasoner = std::string(target.substr(dot + 1)),
                                                .type = type,
                                                .sync = sync,
                                                .sequence = asked.sequence,
                                                .width = asked.width,
                                                .body_bytes = request.body.size(),
                                                .payload_bytes = asked.payload_bytes});
  if (auto refused = no_room(*call)) return std::move(*refused);
  const std::string webhook_error = asked.webhook_error;
  const auto taken = take(request, std::move(call), asked);
  if (const auto* refused = std::get_if<Refusal>(&taken)) return problem(refused->status, refused->error);
  Execution& root = *std::get<Execution*>(taken);
  Answer answer = sync ? finished(root, request.now, webhook_error) : accepted(root, request.now, webhook_error);
  if (reset) return thresher::reset().later(answer.after);
  return hang ? thresher::never() : answer;
}

Answer Gateway::refuse(int status, std::string_view why, const char* reason) {
  metrics_.refused(reason);
  const Dialect& dialect = conduct_.dialect;
  Json body{{"error", why}};
  if (!dialect.new_errors) return reply(status, body);
  body["error_category"] = "concurrency_limit";
  body["retry_after"] = dialect.retry_after_s;
  Answer answer = reply(status, body);
  if (!dialect.retry_after_header) return answer;
  return std::move(answer).with("Retry-After", std::to_string(dialect.retry_after_s));
}

/// Back-pressure, when there is cause for it.
std::optional<Answer> Gateway::no_room(const Call& call) {
  const Capacity& capacity = conduct_.capacity;
  if (capacity.agent_concurrency > 0 && metrics_.in_flight(call.node->id) >= capacity.agent_concurrency)
    return refuse(429,
                  fmt::format("agent \"{}\" is at its limit of {} concurrent executions", call.node->id,
                              capacity.agent_concurrency),
                  "concurrency_limit");
  if (call.sync && capacity.sync_in_flight > 0 && metrics_.sync_in_flight() >= capacity.sync_in_flight)
    return refuse(429, fmt::format("{} synchronous executions are in progress; retry later", capacity.sync_in_flight),
                  "concurrency_limit");
  if (!call.sync && !simulation_.has_room())
    return refuse(conduct_.dialect.queue_full_status, "async execution queue is full; retry later", "queue_full");
  return std::nullopt;
}

/// Makes the execution and begins it; or says what is wrong with where it wants to belong.
std::variant<Execution*, Refusal> Gateway::take(const Request& request, std::shared_ptr<const Call> call,
                                                ExecuteRequest& asked) {
  const std::uint64_t key = child_key(conduct_.seed, calls_);
  const std::string_view parent_id = request.header("X-Parent-Execution-ID");
  std::string_view run_id = request.header("X-Run-ID");
  if (run_id.size() > kLongestName || parent_id.size() > kLongestName)
    return Refusal{400, fmt::format("X-Run-ID and X-Parent-Execution-ID have at most {} bytes", kLongestName)};
  Execution* parent = visible(parent_id, request.now);
  if (parent != nullptr && !run_id.empty() && parent->run->id != run_id) parent = nullptr;
  const Bounds& bounds = conduct_.bounds;
  if (parent != nullptr && parent->depth + 1 + asked.depth > bounds.depth)
    return Refusal{400, fmt::format("the workflow would be more than {} levels deep", bounds.depth)};
  const std::string made_id = fmt::format("run_{:016x}", thresher::Random(conduct_.seed, key, 7).next());
  if (run_id.empty()) run_id = parent != nullptr ? std::string_view(parent->run->id) : std::string_view(made_id);
  Run& run = book_.run(run_id);
  if (run.executions.size() + fan_out(asked.depth, asked.width, bounds.run_executions) > bounds.run_executions)
    return Refusal{400, fmt::format("run \"{}\" would have more than {} executions", run.id, bounds.run_executions)};
  if (run.session.empty()) run.session = request.header("X-Session-ID").substr(0, kLongestName);
  if (run.actor.empty()) run.actor = request.header("X-Actor-ID").substr(0, kLongestName);

  Execution& root = book_.add(run, parent, std::move(call), key, request.now);
  root.levels_below = asked.depth;
  root.client_call = true;
  root.detached = parent != nullptr;
  if (parent == nullptr) root.parent_id = parent_id;
  if (asked.webhook) root.webhook = std::make_unique<const Webhook>(std::move(*asked.webhook));
  if (root.call->sync) root.plan.late = root.plan.stuck = root.plan.lost = false;  // these are about records
  if (root.plan.lost) {
    root.created = kNever;
    book_.settle(run);
    return &root;
  }
  metrics_.taken(root);
  if (root.call->sync)
    simulation_.run(root);
  else
    simulation_.start(root);
  return &root;
}

Answer Gateway::accepted(const Execution& root, Time now, const std::string& webhook_error) const {
  const std::string at = wall_->text(now);
  Json body{{"execution_id", root.id},
            {"run_id", root.run->id},
            {"workflow_id", root.run->id},
            {"status", view(now).name(Status::queued, root)},
            {"target", root.call->node->id + "." + root.call->reasoner},
            {"type", root.call->type},
            {"created_at", at},
            {"enqueued_at", at},
            {"webhook_registered", root.webhook != nullptr}};
  if (!webhook_error.empty()) body["webhook_error"] = webhook_error;
  return reply(202, body).with("X-Execution-ID", root.id).with("X-Run-ID", root.run->id);
}

Answer Gateway::finished(const Execution& root, Time now, const std::string& webhook_error) const {
  const View then = view(root.ended);
  Json body{{"execution_id", root.id},
            {"run_id", root.run->id},
            {"status", then.status_name(root)},
            {"result", then.result(root)},
            {"error_message", then.error(root)},
            {"duration_ms", then.duration_ms(root)},
            {"finished_at", then.text(root.ended)},
            {"webhook_registered", root.webhook != nullptr}};
  if (!webhook_error.empty()) body["webhook_error"] = webhook_error;
  int status = 200;
  if (conduct_.dialect.failure_is_an_error && root.outcome != Status::succeeded)
    status = root.outcome == Status::timeout ? 504 : root.outcome == Status::cancelled ? 409 : 502;
  return reply(status, body).with("X-Execution-ID", root.id).with("X-Run-ID", root.run->id).later(root.ended - now);
}

/// Null when there is none that anybody could see by now.
Execution* Gateway::visible(std::string_view id, Time now) {
  Execution* execution = book_.find(id);
  return execution != nullptr && execution->exists_at(now) ? execution : nullptr;
}

Answer Gateway::read_execution(const Request& request, std::string_view id) {
  const Execution* execution = visible(id, request.now);
  if (execution == nullptr) return problem(404, "execution not found");
  return reply(200, view(request.now).record(*execution));
}

Answer Gateway::batch_status(const Request& request, std::string_view) {
  const auto ids = reader_.execution_ids(request.body);
  if (const auto* refused = std::get_if<Refusal>(&ids)) return problem(refused->status, refused->error);
  const View now = view(request.now);
  Json body = Json::object();
  for (const std::string& id : std::get<std::vector<std::string>>(ids)) {
    const Execution* execution = visible(id, request.now);
    body[id] = execution != nullptr ? now.record(*execution) : Json{{"execution_id", id}, {"status", "not_found"}};
  }
  return reply(200, body);
}

Answer Gateway::cancel(const Request& request, std::string_view id) {
  Execution* execution = visible(id, request.now);
  if (execution == nullptr) return problem(404, "execution not found");
  const View before = view(request.now);
  if (is_terminal(execution->status_at(request.now)))
    return problem(409, fmt::format("execution \"{}\" is {} already", id, before.status_name(*execution)));
  if (execution->call->sync)
    return problem(409, fmt::format("execution \"{}\" is synchronous; its caller may give it up", id));
  Json body{{"execution_id", id}, {"previous_status", before.status_name(*execution)}};
  simulation_.abandon(*execution, Status::cancelled, "cancelled by a client", request.now);
  body["status"] = before.name(Status::cancelled, *execution);
  body["cancelled_at"] = before.text(request.now);
  return reply(200, body);
}

Answer Gateway::read_dag(const Request& request, std::string_view id) {
  const Run* run = book_.find_run(id);
  const std::string workflow = run == nullptr ? std::string() : dag_document(*run, view(request.now));
  return workflow.empty() ? problem(404, "workflow not found") : thresher::json(200, workflow);
}

Answer Gateway::register_node(const Request& request, std::string_view) {
  if (request.body.size() > kLargestDocument) return problem(413, "request body too large");
  auto read = reader_.node(request.body);
  if (const auto* refused = std::get_if<Refusal>(&read)) return problem(refused->status, refused->error);
  auto& node = std::get<Node>(read);
  const std::string id = node.id;
  if (!nodes_.put(std::move(node))) return problem(429, fmt::format("{} nodes are registered already", Nodes::kMost));
  return reply(201, {{"success", true}, {"message", "node registered"}, {"node_id", id}});
}

Answer Gateway::read_nodes(const Request&, std::string_view) {
  Json list = Json::array();
  for (const auto& [id, node] : nodes_.all()) list.push_back(Json::parse(node->document, nullptr, false));
  const std::size_t count = list.size();
  return reply(200, {{"nodes", std::move(list)}, {"count", count}});
}

Answer Gateway::read_metrics(const Request& request, std::string_view) {
  const double uptime_s = std::chrono::duration<double>(request.now).count();
  return thresher::answer(200, "text/plain; version=0.0.4; charset=utf-8",
                          metrics_.exposition({.queue_depth = simulation_.queue_depth(),
                                               .kept_executions = book_.size(),
                                               .now_unix_s = wall_->unix_seconds(request.now),
                                               .uptime_s = uptime_s}));
}

Answer Gateway::read_webhooks(const Request&, std::string_view id) {
  return reply(200, {{"deliveries", deliveries_.list(id)}});
}

Answer Gateway::health(const Request&, std::string_view) {
  return reply(200, {{"status", "healthy"}, {"service", "gateway"}, {"version", "1.0.0"}});
}

}  // namespace
}  // namespace gateway

THRESHER_PLUGIN("gateway", "1.0.0", gateway::Gateway)
