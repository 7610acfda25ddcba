#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "json_writer.h"
#include "options.h"
#include "result_json.h"
#include "spec_reader.h"
#include "tenant.h"
#include "thresher/plugin.hpp"
#include "thresher/random.hpp"
#include "wall_time.h"

namespace aoa {
namespace {

using thresher::Answer;
using thresher::Request;

constexpr std::string_view kPrefix = "/api/v1/stress-test/";
constexpr std::string_view kDefaultTenant = "default";
constexpr std::size_t kLongestTenant = 200;

Answer problem(int status, std::string_view detail) {
  std::string body;
  JsonWriter(body).begin_object().member("detail", detail).end_object();
  return thresher::json(status, body);
}

Answer not_found() { return problem(404, "Not Found"); }

/// An agent platform that executes what is pushed to it: the contract's endpoints.
class Aoa final : public thresher::Target {
 public:
  static thresher::TargetDescription describe() {
    return {.name = "aoa",
            .summary = "an agent orchestration platform that executes the fleets and workflows pushed to it",
            .endpoints = {{"aoa", 8090}},
            .options = declared_options()};
  }

  Aoa(const thresher::Options& options, std::uint64_t seed)
      : conduct_(read_conduct(options, seed)), reader_(conduct_) {}

  Answer handle(const Request& request) override {
    if (!wall_) wall_.emplace(request.now, request.wall);
    thresher::Random random(conduct_.seed, request.port, request.number);
    Answer answer = route(request);
    answer.after = thresher::milliseconds(random.log_normal(conduct_.latency_ms, conduct_.latency_ms / 4));
    return answer;
  }

 private:
  using Handler = Answer (Aoa::*)(const Request&, Tenant&, std::string_view id);
  struct Route {
    std::string_view path;  ///< behind the prefix; ending in '/': an id follows
    Handler get, post;      ///< null: the method is not allowed
  };
  static const Route kRoutes[];

  Answer route(const Request& request);
  Answer dispatch(const Request& request, const Route& route, std::string_view id);
  Tenant* tenant_of(const Request& request);

  Answer read_fleet(const Request& request, Tenant& tenant, std::string_view id);
  Answer ingest_fleet(const Request& request, Tenant& tenant, std::string_view id);
  Answer submit_scenario(const Request& request, Tenant& tenant, std::string_view id);
  Answer submit_workflow(const Request& request, Tenant& tenant, std::string_view id);
  Answer submit(Read<Submission> read, bool scenario, const Request& request, Tenant& tenant);
  Answer read_scenario(const Request& request, Tenant& tenant, std::string_view id);
  Answer read_workflow(const Request& request, Tenant& tenant, std::string_view id);
  Answer read_counters(const Request& request, Tenant& tenant, std::string_view id);

  static Time time_of(const Request& request) { return std::chrono::floor<Time>(request.now); }
  bool ended(const Item& item) const { return item.has_ended() && conduct_.misbehave != Misbehaviour::never_ends; }

  Conduct conduct_;
  SpecReader reader_;
  std::optional<WallTime> wall_;
  std::map<std::string, Tenant, std::less<>> tenants_;
};

const Aoa::Route Aoa::kRoutes[] = {
    {"fleet", &Aoa::read_fleet, &Aoa::ingest_fleet}, {"scenario", nullptr, &Aoa::submit_scenario},
    {"scenario/", &Aoa::read_scenario, nullptr},     {"workflow", nullptr, &Aoa::submit_workflow},
    {"workflow/", &Aoa::read_workflow, nullptr},     {"counters", &Aoa::read_counters, nullptr},
};

Answer Aoa::route(const Request& request) {
  if (request.path == "/health") {
    if (request.method != "GET" && request.method != "HEAD")
      return problem(405, "Method Not Allowed").with("Allow", "GET, HEAD");
    return thresher::json(200, R"({"status":"healthy","service":"aoa","version":"1.0.0"})");
  }
  if (!request.path.starts_with(kPrefix)) return not_found();
  const std::string_view rest = request.path.substr(kPrefix.size());
  for (const Route& route : kRoutes) {
    const bool takes_id = route.path.back() == '/';
    if (!takes_id && rest == route.path) return dispatch(request, route, {});
    if (!takes_id || !rest.starts_with(route.path)) continue;
    const std::string_view id = rest.substr(route.path.size());
    if (!id.empty() && id.find('/') == std::string_view::npos) return dispatch(request, route, id);
  }
  return not_found();
}

Answer Aoa::dispatch(const Request& request, const Route& route, std::string_view id) {
  const bool get = request.method == "GET" || request.method == "HEAD";
  const Handler handler = get ? route.get : request.method == "POST" ? route.post : nullptr;
  if (handler == nullptr) {
    const std::string_view allowed = route.get == nullptr    ? "POST"
                                     : route.post == nullptr ? "GET, HEAD"
                                                             : "GET, HEAD, POST";
    return problem(405, "Method Not Allowed").with("Allow", allowed);
  }
  if (request.header("X-Tenant-ID").size() > kLongestTenant)
    return problem(400, fmt::format("X-Tenant-ID is longer than {} bytes", kLongestTenant));
  Tenant* tenant = tenant_of(request);
  if (tenant == nullptr) return problem(429, "too many tenants").with("Retry-After", "60");
  tenant->advance(time_of(request));
  return (this->*handler)(request, *tenant, id);
}

Tenant* Aoa::tenant_of(const Request& request) {
  std::string_view name = request.header("X-Tenant-ID");
  if (name.empty()) name = kDefaultTenant;
  const auto known = tenants_.find(name);
  if (known != tenants_.end()) return &known->second;
  if (tenants_.size() >= conduct_.limits.tenants) return nullptr;
  return &tenants_.try_emplace(std::string(name), conduct_, std::string(name)).first->second;
}

Answer Aoa::read_fleet(const Request&, Tenant& tenant, std::string_view) {
  return thresher::json(200, tenant.fleet_document());
}

Answer Aoa::ingest_fleet(const Request& request, Tenant& tenant, std::string_view) {
  if (conduct_.misbehave == Misbehaviour::hang_fleet) return thresher::never();
  if (conduct_.misbehave == Misbehaviour::error_fleet) return problem(500, "Internal Server Error");
  if (conduct_.misbehave == Misbehaviour::refuse_fleet) return problem(403, "no fleets are taken");
  if (request.body.size() > conduct_.limits.body_bytes) return problem(413, "the body is too large");
  auto read = reader_.fleet(request.body);
  if (const auto* refused = std::get_if<Refusal>(&read)) return problem(refused->status, refused->detail);
  auto& fleet = std::get<Fleet>(read);
  const std::uint64_t count = fleet.agents.size();
  const std::string by_type = tenant.ingest(std::move(fleet), time_of(request));
  std::string body;
  JsonWriter json(body);
  json.begin_object().member("status", "success").member("agents_ingested", count).member("agent_count", count);
  json.raw("agents_by_type", "{" + by_type + "}");
  json.member("message", fmt::format("{} agents ingested", count)).end_object();
  return thresher::json(200, body);
}

Answer Aoa::submit_scenario(const Request& request, Tenant& tenant, std::string_view) {
  if (conduct_.misbehave == Misbehaviour::hang_scenario) return thresher::never();
  if (conduct_.misbehave == Misbehaviour::error_scenario) return problem(500, "Internal Server Error");
  if (conduct_.misbehave == Misbehaviour::refuse_scenario) {
    tenant.count_rejection();
    return problem(403, "no scenarios are taken");
  }
  if (request.body.size() > conduct_.limits.body_bytes)
    return submit(Refusal{413, "the body is too large"}, true, request, tenant);
  return submit(reader_.scenario(request.body, conduct_.seed), true, request, tenant);
}

Answer Aoa::submit_workflow(const Request& request, Tenant& tenant, std::string_view) {
  if (request.body.size() > conduct_.limits.body_bytes)
    return submit(Refusal{413, "the body is too large"}, false, request, tenant);
  return submit(reader_.workflow(request.body, conduct_.seed), false, request, tenant);
}

Answer Aoa::submit(Read<Submission> read, bool scenario, const Request& request, Tenant& tenant) {
  if (const auto* refused = std::get_if<Refusal>(&read)) {
    tenant.count_rejection();
    return problem(refused->status, refused->detail);
  }
  const auto taken = tenant.submit(std::get<Submission>(std::move(read)), scenario, time_of(request));
  if (const auto* refused = std::get_if<Refusal>(&taken)) {
    Answer answer = problem(refused->status, refused->detail);
    return refused->status == 429 ? std::move(answer).with("Retry-After", "1") : answer;
  }
  const Item& item = *std::get<const Item*>(taken);
  std::string body;
  JsonWriter json(body);
  json.begin_object().member("status", "queued");
  if (scenario) {
    json.member("scenario_id", item.id).member("workflows_queued", std::uint64_t{item.runs.size()});
    json.member("message", fmt::format("{} workflows queued", item.runs.size()));
  } else {
    json.member("workflow_id", item.runs.front()->spec.id).member("execution_id", item.id);
    json.member("message", "workflow queued");
  }
  json.end_object();
  return thresher::json(202, body);
}

Answer Aoa::read_scenario(const Request&, Tenant& tenant, std::string_view id) {
  if (conduct_.misbehave == Misbehaviour::poll_500) return problem(500, "Internal Server Error");
  if (conduct_.misbehave == Misbehaviour::garbage) return thresher::garbage("\x16\x03\x01 this is no HTTP\r\n");
  Item* item = tenant.find(id, true);
  if (item == nullptr) return problem(404, fmt::format("there is no scenario \"{}\"", id));
  if (conduct_.misbehave == Misbehaviour::pending_404 && !item->has_ended())
    return problem(404, fmt::format("scenario \"{}\" has not ended", id));
  if (ended(*item)) ++item->reads_after_end;
  return thresher::json(200, ResultWriter(conduct_, tenant.simulation().agents(), *wall_).scenario(*item));
}

Answer Aoa::read_workflow(const Request&, Tenant& tenant, std::string_view id) {
  if (conduct_.misbehave == Misbehaviour::poll_500) return problem(500, "Internal Server Error");
  if (conduct_.misbehave == Misbehaviour::garbage) return thresher::garbage("\x16\x03\x01 this is no HTTP\r\n");
  Item* item = tenant.find(id, false);
  if (item == nullptr) return problem(404, fmt::format("there is no execution \"{}\"", id));
  if (!ended(*item)) return problem(404, fmt::format("execution \"{}\" has not finished", id));
  ++item->reads_after_end;
  return thresher::json(200, ResultWriter(conduct_, tenant.simulation().agents(), *wall_).workflow(*item));
}

Answer Aoa::read_counters(const Request&, Tenant& tenant, std::string_view) {
  const Counters counters = tenant.counters();
  std::string body;
  JsonWriter json(body);
  json.begin_object().member("submitted", counters.submitted).member("terminal", counters.terminal);
  json.member("in_flight", counters.in_flight).member("rejected", counters.rejected);
  json.member("tasks_running", std::uint64_t{tenant.simulation().running_tasks()});
  json.member("agents", std::uint64_t{tenant.simulation().agents().size()}).end_object();
  return thresher::json(200, body);
}

}  // namespace
}  // namespace aoa

THRESHER_PLUGIN("aoa", "1.0.0", aoa::Aoa)
