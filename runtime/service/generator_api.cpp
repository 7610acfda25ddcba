#include "service/generator_api.h"

#include <array>

#include "service/answer.h"

namespace thresher::service {
namespace {

struct Shown {
  std::string_view path, product, summary, answer;
};

constexpr std::array<Shown, 7> kShown{{
    {"/api/agents/fleet", "fleet", "A fleet of agents with its distribution and ground truth",
     R"({"type":"object","required":["fleet_id","seed","scale","total_agents","agents","distribution","__expected__"],
         "properties":{"total_agents":{"type":"integer"},"agents":{"type":"array","items":{"type":"object"}}}})"},
    {"/api/agents/workflow", "workflow", "One workflow: tasks, dependencies, faults and ground truth",
     R"({"type":"object","required":["workflow_id","type","tasks","__expected__"],
         "properties":{"tasks":{"type":"array","items":{"type":"object","required":["task_id","type","depends_on"]}}}})"},
    {"/api/agents/profile", "profile", "One agent",
     R"({"type":"object","required":["generated_at","seed","agent"],
         "properties":{"agent":{"type":"object","required":["agent_id","name","type","reliability","cost","policy"]}}})"},
    {"/api/agents/team", "team", "A team of agents whose capabilities complement each other",
     R"({"type":"object","required":["agents"]})"},
    {"/api/agents/workflow-batch", "batch", "Several workflows",
     R"({"type":"object","required":["batch_id","workflows","total_tasks"]})"},
    {"/api/agents/stress-scenario", "scenario", "A whole stress test: fleet, workflows, assignments and ground truth",
     R"({"type":"object","required":["scenario_id","seed","scale","agents","workflows","summary","__expected__"]})"},
    {"/api/agents/chaos-catalog", "chaos_catalog", "The kinds of fault, what each affects and how it is recovered from",
     R"({"type":"object","required":["chaos_types","total_types"],
         "properties":{"chaos_types":{"type":"array"},"total_types":{"type":"integer"}}})"},
}};

}  // namespace

Result<void> add_generator_api(Router& router, Products& products) {
  for (const Shown& shown : kShown) {
    const auto product = products.find(shown.product);
    if (!product) return fail(product.error());
    Endpoint endpoint;
    endpoint.method = "GET";
    endpoint.path = shown.path;
    endpoint.tag = "generate";
    endpoint.summary = shown.summary;
    endpoint.parameters = products.parameters_json(*product);
    endpoint.answer = shown.answer;
    endpoint.handle = [&products, index = *product](Call& call) {
      const auto made = products.make(index, call.query.parameters());
      if (!made) {
        const bool is_theirs = made.error().code == ErrorCode::invalid_argument;
        return answer_error(*call.responder, is_theirs ? 400 : 500, to_text(made.error()));
      }
      answer_json_text(*call.responder, 200, *made);
    };
    router.add(std::move(endpoint));
  }
  return {};
}

}  // namespace thresher::service
