#include "atlas.h"

#include <fmt/format.h>

#include <utility>

#include "fleet.h"
#include "identity.h"

namespace leveredge {
namespace {

constexpr std::size_t kMostTasks = 1000, kMostBatches = 1000, kListedBatches = 50;
constexpr std::int64_t kUsualConcurrency = 5, kMostConcurrency = 20;

Json agents_document() {
  Json agents = Json::array();
  for (const AgentPort& agent : fleet())
    agents.push_back({{"name", agent.name}, {"port", agent.port}, {"status", "available"}});
  return Json{{"agents", agents}, {"count", agents.size()}};
}

Json chains_document() {
  Json list = Json::array();
  for (const Chain& chain : chains()) {
    Json steps = Json::array();
    for (const Step& step : chain.steps)
      steps.push_back({{"step_id", step.id}, {"agent", step.agent}, {"action", step.action}});
    list.push_back({{"name", chain.name}, {"description", chain.description}, {"steps", steps}});
  }
  return Json{{"chains", list}, {"count", list.size()}};
}

}  // namespace

void Atlas::add_routes(Router& router) {
  router.post_json("/execute", [this](Call& call, const Json& body) { return execute_one(call, body); });
  router.post_json("/execute-parallel", [this](Call& call, const Json& body) { return execute_parallel(call, body); });
  router.get("/batch/{id}/status", [this](Call& call) { return show_batch(call, &Batch::status); });
  router.get("/batch/{id}/results", [this](Call& call) { return show_batch(call, &Batch::results); });
  router.get("/batches", [this](Call& call) { return list_batches(call); });
  router.get("/agents", [this](Call& call) { return listed(call, agents_document()); });
  router.get("/chains", [this](Call& call) { return listed(call, chains_document()); });
  router.get("/metrics", [this](Call& call) { return metrics(call); });
}

Execution Atlas::run(Call& call, const Intent& intent) {
  Execution made =
      execute(intent, call.scaled_ms(conduct_.scales.step), conduct_.faults, call.request.wall, call.random);
  ++executions_[static_cast<std::size_t>(made.status)];
  return made;
}

thresher::Answer Atlas::execute_one(Call& call, const Json& body) {
  auto intent = read_intent(body, conduct_.suite_paths);
  if (auto* refused = std::get_if<thresher::Answer>(&intent)) return std::move(*refused);
  if (auto refused = admission_.refusal(call.request.now)) return std::move(*refused);
  const Execution made = run(call, std::get<Intent>(intent));
  admission_.occupy(call.request.now + made.duration);
  return reply(200, made.document).later(made.duration);  // 200 even when it failed
}

thresher::Answer Atlas::execute_parallel(Call& call, const Json& body) {
  const auto tasks = body.find("tasks");
  if (tasks == body.end()) return missing("body", "tasks");
  if (!tasks->is_array() || tasks->empty() || tasks->size() > kMostTasks)
    return invalid("body", "tasks", fmt::format("Input should be a list of 1 to {} tasks", kMostTasks));
  std::int64_t concurrency = kUsualConcurrency;
  if (const auto wanted = body.find("concurrency"); wanted != body.end()) {
    concurrency = wanted->is_number_integer() ? wanted->get<std::int64_t>() : 0;
    if (concurrency < 1 || concurrency > kMostConcurrency)
      return invalid("body", "concurrency", fmt::format("Input should be from 1 to {}", kMostConcurrency));
  }
  std::vector<Intent> intents;
  for (const Json& task : *tasks) {
    if (!task.is_object()) return invalid("body", "tasks", "Input should be an object");
    // A task that names an agent and an action is one step.
    const bool one_step = task.contains("agent") && !task.contains("steps") && !task.contains("chain_name");
    Json wanted = one_step ? Json{{"steps", Json::array({task})}} : task;
    if (one_step && task.contains("input")) wanted["input"] = task["input"];
    auto intent = read_intent(wanted, conduct_.suite_paths);
    if (auto* refused = std::get_if<thresher::Answer>(&intent)) return std::move(*refused);
    intents.push_back(std::get<Intent>(std::move(intent)));
  }
  if (auto refused = admission_.refusal(call.request.now)) return std::move(*refused);
  std::vector<Execution> executions;
  for (const Intent& intent : intents) executions.push_back(run(call, intent));
  std::string id = short_id("batch", call.random);
  Batch batch(id, call.request.now, std::move(executions), static_cast<std::size_t>(concurrency));
  admission_.occupy(batch.end());
  const Json told{{"batch_id", id}, {"status", "running"}, {"total_tasks", tasks->size()}};
  batches_.insert_or_assign(id, std::move(batch));
  batch_order_.push_back(std::move(id));
  if (batch_order_.size() > kMostBatches) {
    batches_.erase(batch_order_.front());
    batch_order_.pop_front();
  }
  return listed(call, told);
}

thresher::Answer Atlas::show_batch(const Call& call, Json (Batch::*shown)(std::chrono::nanoseconds) const) const {
  const auto found = batches_.find(call.id);
  if (found == batches_.end()) return problem(404, "Batch not found");
  return listed(call, (found->second.*shown)(call.request.now));
}

thresher::Answer Atlas::list_batches(const Call& call) const {
  Json list = Json::array();
  for (auto id = batch_order_.rbegin(); id != batch_order_.rend() && list.size() < kListedBatches; ++id)
    list.push_back(batches_.at(*id).status(call.request.now));
  const std::size_t count = list.size();
  return listed(call, Json{{"batches", std::move(list)}, {"count", count}});
}

thresher::Answer Atlas::metrics(const Call& call) const {
  std::string text =
      "# HELP atlas_executions_total Executions by how they ended.\n# TYPE atlas_executions_total counter\n";
  for (const ExecutionStatus status : {ExecutionStatus::completed, ExecutionStatus::partial, ExecutionStatus::failed})
    text += fmt::format("atlas_executions_total{{status=\"{}\"}} {}\n", name_of(status),
                        executions_[static_cast<std::size_t>(status)]);
  text += fmt::format("# HELP atlas_batches Batches kept.\n# TYPE atlas_batches gauge\natlas_batches {}\n",
                      batch_order_.size());
  return thresher::answer(200, "text/plain; version=0.0.4; charset=utf-8", text)
      .later(call.after(conduct_.scales.event));
}

thresher::Answer Atlas::listed(const Call& call, const Json& body) const {
  return reply(200, body).later(call.after(conduct_.scales.event));
}

}  // namespace leveredge
