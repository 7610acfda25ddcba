#include "service/push_api.h"

#include <fmt/format.h>

#include <array>

#include "base/outcome.h"
#include "service/answer.h"
#include "service/members.h"
#include "service/target_url.h"

namespace thresher::service {
namespace {

constexpr std::array kFleetMembers{
    kTargetUrl,
    declared_choice("scale", "small|medium|large", "small", "10, 50 or 100 agents"),
    declared_integer("seed", "12345", "of everything generated"),
    kTenantId,
};
constexpr std::array kWorkflowMembers{
    kTargetUrl,
    declared_choice("workflow_type", "linear|dag|parallel|saga|map_reduce|cyclic", "", "without it: drawn by the seed"),
    declared_integer("num_tasks", "6", 2, 20, "tasks of the workflow"),
    declared_number("chaos_rate", "0", 0, 1, "share of the tasks that get a fault"),
    declared_integer("seed", "12345", "of everything generated"),
    kTenantId,
};

constexpr std::string_view kFleetAnswer =
    R"({"type":"object","required":["status","target_url","fleet_size","platform_response"],
        "properties":{"status":{"const":"success"},"fleet_size":{"type":"integer"}}})";
constexpr std::string_view kWorkflowAnswer =
    R"({"type":"object","required":["status","target_url","workflow_id","task_count","platform_response"],
        "properties":{"status":{"const":"success"},"task_count":{"type":"integer"}}})";

/// What the platform said: its JSON, or its text when it is none.
Json platform_response(std::string_view body) {
  Json parsed = Json::parse(body, nullptr, false);
  return parsed.is_discarded() ? Json(body) : parsed;
}

std::string refusal_text(const PlatformClient::Answer& answer, std::string_view target) {
  constexpr std::size_t kShown = 300;
  if (answer.outcome != Outcome::ok) return fmt::format("{} gave no answer: {}", target, name_of(answer.outcome));
  const std::string_view shown = answer.body.substr(0, kShown);
  return fmt::format("{} answered {}{}{}{}", target, answer.status, shown.empty() ? "" : ": ", shown,
                     shown.size() < answer.body.size() ? " ..." : "");
}

/// The members that a generator is asked with, as texts.
std::vector<std::pair<std::string, std::string>> generator_parameters(const plugin::OptionSchema& schema,
                                                                      const Members& members) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const plugin::OptionSpec& option : schema.options()) {
    if (option.name == "target_url" || option.name == "tenant_id") continue;
    if (option.type == THRESHER_OPTION_INTEGER)
      parameters.emplace_back(option.name, fmt::format("{}", members.integer(option.name)));
    else if (option.type == THRESHER_OPTION_NUMBER)
      parameters.emplace_back(option.name, fmt::format("{}", members.number(option.name)));
    else if (const std::string text = members.text(option.name); !text.empty())
      parameters.emplace_back(option.name, text);
  }
  return parameters;
}

}  // namespace

struct PushApi::Kind {
  std::string_view path, platform_path, product, summary, answer;
  plugin::OptionSchema schema;
  std::size_t product_index = 0;
  std::string (*for_platform)(std::string_view made) = nullptr;
  /// The members of our answer that say what was sent.
  Json (*described)(const Json& sent) = nullptr;
};

Result<std::unique_ptr<PushApi>> PushApi::create(event::Loop& loop, Products& products, std::string platform_url) {
  std::unique_ptr<PushApi> api(new PushApi(products, std::move(platform_url)));
  auto client = PlatformClient::create(loop);
  if (!client) return fail(std::move(client.error()));
  api->client_ = std::move(*client);
  if (auto prepared = api->prepare(); !prepared) return fail(std::move(prepared.error()));
  return api;
}

PushApi::PushApi(Products& products, std::string platform_url)
    : products_(products), platform_url_(std::move(platform_url)) {}
PushApi::~PushApi() = default;

Result<void> PushApi::prepare() {
  auto fleet_schema = schema_of(kFleetMembers, "member");
  if (!fleet_schema) return fail(std::move(fleet_schema.error()));
  auto workflow_schema = schema_of(kWorkflowMembers, "member");
  if (!workflow_schema) return fail(std::move(workflow_schema.error()));
  kinds_.push_back(std::make_unique<Kind>(
      Kind{"/api/agents/push-fleet", "/api/v1/stress-test/fleet", "fleet", "Push a generated fleet to a platform",
           kFleetAnswer, std::move(*fleet_schema), 0, &fleet_for_platform, [](const Json& sent) -> Json {
             return {{"fleet_size", sent.at("agents").size()}};
           }}));
  kinds_.push_back(std::make_unique<Kind>(
      Kind{"/api/agents/push-workflow", "/api/v1/stress-test/workflow", "workflow",
           "Push a generated workflow to a platform", kWorkflowAnswer, std::move(*workflow_schema), 0,
           &workflow_for_platform, [](const Json& sent) -> Json {
             return {{"workflow_id", sent.at("workflow_id")}, {"task_count", sent.at("tasks").size()}};
           }}));
  for (const auto& kind : kinds_) {
    const auto product = products_.find(kind->product);
    if (!product) return fail(product.error());
    kind->product_index = *product;
  }
  return {};
}

void PushApi::add_to(Router& router) {
  for (const auto& kind : kinds_) {
    Endpoint endpoint;
    endpoint.method = "POST";
    endpoint.path = kind->path;
    endpoint.tag = "push";
    endpoint.summary = kind->summary;
    endpoint.body = kind->schema.json();
    endpoint.example = R"({"seed":12345})";
    endpoint.answer = kind->answer;
    endpoint.failures = "502";
    endpoint.handle = [this, &kind = *kind](Call& call) { push(call, kind); };
    router.add(std::move(endpoint));
  }
}

void PushApi::push(Call& call, const Kind& kind) {
  const auto members = Members::of_body(kind.schema, call.request.body);
  if (!members) return answer_error(*call.responder, 400, members.error().message);
  const auto target = chosen_platform(*members, platform_url_);
  if (!target) return answer_error(*call.responder, 400, target.error().message);

  const auto texts = generator_parameters(kind.schema, *members);
  const std::vector<plugin::Parameter> parameters(texts.begin(), texts.end());
  const auto made = products_.make(kind.product_index, parameters);
  if (!made) return answer_error(*call.responder, 400, to_text(made.error()));
  const std::string sent = kind.for_platform(*made);

  Json answer{{"status", "success"}, {"target_url", *target}};
  answer.update(kind.described(Json::parse(sent)));
  // Two owners: the callback, and std::function, which wants it copyable.
  auto responder = std::make_shared<std::unique_ptr<http::Responder>>(std::move(call.responder));
  client_->post(*parse_platform_url(*target), kind.platform_path, members->text("tenant_id"), sent,
                [responder, answer, target = *target](const PlatformClient::Answer& heard) mutable {
                  if (heard.outcome != Outcome::ok || heard.status < 200 || heard.status > 299)
                    return answer_error(**responder, 502, refusal_text(heard, target));
                  answer["platform_response"] = platform_response(heard.body);
                  answer_json(**responder, 200, answer);
                });
}

std::string PushApi::fleet_for_platform(std::string_view made) {
  const Json fleet = Json::parse(made);
  Json sent = Json::object();
  for (const char* name : {"agents", "total_agents", "distribution", "seed"})
    if (const auto member = fleet.find(name); member != fleet.end()) sent[name] = *member;
  return json_text(sent);
}

/// Platforms know a task's members by two names each (the contract, part 3): both are sent.
std::string PushApi::workflow_for_platform(std::string_view made) {
  Json workflow = Json::parse(made);
  for (Json& task : workflow["tasks"]) {
    const auto also = [&task](const char* theirs, const char* ours) {
      if (!task.contains(theirs) && task.contains(ours)) task[theirs] = task[ours];
    };
    also("dependencies", "depends_on");
    also("estimated_duration_ms", "expected_duration_ms");
    if (!task.contains("assigned_agent_type")) {
      const std::string type = task.value("type", "");
      task["assigned_agent_type"] = type == "decision" || type == "aggregation" ? "planner" : "worker";
    }
  }
  return json_text(workflow);
}

}  // namespace thresher::service
