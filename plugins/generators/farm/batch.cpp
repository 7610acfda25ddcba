#include "batch.h"

#include "ground_truth.h"

namespace farm {
namespace {

void write_type_distribution(const Batch& batch, JsonWriter& json) {
  std::array<std::uint32_t, kWorkflowTypes.size()> counts{};
  std::vector<WorkflowType> seen;
  for (const WorkflowType type : batch.asked_types)
    if (counts[static_cast<std::size_t>(type)]++ == 0) seen.push_back(type);
  json.begin_object("type_distribution");
  for (const WorkflowType type : seen) json.member(name_of(type), counts[static_cast<std::size_t>(type)]);
  json.end_object();
}

}  // namespace

std::size_t Batch::tasks() const {
  std::size_t total = 0;
  for (const Workflow& workflow : workflows) total += workflow.tasks.size();
  return total;
}

std::size_t Batch::chaos_events() const {
  std::size_t total = 0;
  for (const Workflow& workflow : workflows) total += chaos_count(workflow);
  return total;
}

Batch draw_batch(Seed seed, std::uint32_t count, double chaos_rate, Dialect dialect, Seeded& seeded) {
  Batch batch{seed, chaos_rate};
  PythonRandom random = seeded.at(seed);
  batch.workflows.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto type = static_cast<WorkflowType>(random.below(static_cast<std::uint32_t>(kWorkflowTypes.size())));
    batch.asked_types.push_back(type);
    draw_workflow({seed + i, type, {}, chaos_rate, dialect}, seeded, batch.workflows[i]);
  }
  return batch;
}

std::vector<Prognosis> prognoses(const Batch& batch) {
  std::vector<Prognosis> made;
  made.reserve(batch.workflows.size());
  for (const Workflow& workflow : batch.workflows) made.push_back(prognosis(workflow));
  return made;
}

void write_workflows(const Batch& batch, const std::vector<Prognosis>& prognoses, const WorkflowStyle& style,
                     JsonWriter& json) {
  json.begin_array("workflows");
  for (std::size_t i = 0; i < batch.workflows.size(); ++i)
    write_workflow(batch.workflows[i], &prognoses[i], style, json);
  json.end_array();
}

void write_batch(const Batch& batch, const std::vector<Prognosis>& prognoses, const WorkflowStyle& style,
                 JsonWriter& json) {
  json.begin_object();
  std::string id = "batch-";
  batch.seed.append_to(id);
  json.member("batch_id", id);
  json.member("seed", batch.seed);
  write_moment("generated_at", style.now, style.dialect, json);
  json.member("workflow_count", batch.workflows.size());
  json.member("total_tasks", batch.tasks());
  json.member("chaos_rate", batch.chaos_rate);
  json.member("chaos_events_total", batch.chaos_events());
  write_type_distribution(batch, json);
  write_workflows(batch, prognoses, style, json);
  json.end_object();
}

}  // namespace farm
