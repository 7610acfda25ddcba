#include "workflow.h"

#include "graph.h"
#include "ground_truth.h"

namespace farm {
namespace {

constexpr int kSagaTimeoutMs = 30000;

std::string_view title(WorkflowType type) {
  constexpr std::array<std::string_view, 6> kTitles = {"Linear", "DAG", "Parallel", "Cyclic", "Map Reduce", "Saga"};
  return kTitles[static_cast<std::size_t>(type)];
}

void write_ids(std::string_view name, TaskSet set, const std::vector<Task>& tasks, JsonWriter& json) {
  json.begin_array(name);
  for (const Task& task : tasks)
    if ((set & only(task.index)) != 0) json.text(task.id);
  json.end_array();
}

/// All ways in and out: a graph with several sinks has ended when every one of them has.
void write_ends(const Workflow& workflow, Dialect dialect, JsonWriter& json) {
  const auto& tasks = workflow.tasks;
  json.member("entry_point", tasks.front().id);
  json.member("exit_point", tasks.back().id);
  if (dialect == Dialect::compat) return;
  TaskSet roots = 0;
  for (const Task& task : tasks)
    if (task.dependencies().empty()) roots |= only(task.index);
  write_ids("entry_points", roots, tasks, json);
  write_ids("exit_points", sinks(tasks), tasks, json);
}

void write_loops(const Workflow& workflow, JsonWriter& json) {
  const Loop& loop = *workflow.loop;
  json.begin_array("loops");
  json.begin_object();
  json.member("from", workflow.tasks[loop.from].id);
  json.member("to", workflow.tasks[loop.to].id);
  write_ids("body", (only(loop.from + 1U) - 1) & ~(only(loop.to) - 1), workflow.tasks, json);
  json.member("max_iterations", loop.max_iterations);
  json.member("until", "success");
  json.end_object();
  json.end_array();
}

void write_map_reduce(const Workflow& workflow, JsonWriter& json) {
  TaskSet mappers = 0;
  for (const Task& task : workflow.tasks)
    if (task.role == Role::map) mappers |= only(task.index);
  json.begin_object("map_reduce");
  json.member("split", workflow.tasks.front().id);
  write_ids("mappers", mappers, workflow.tasks, json);
  json.member("reduce", workflow.tasks.back().id);
  json.end_object();
}

void write_shape(const Workflow& workflow, JsonWriter& json) {
  if (workflow.branches() > 0) json.member("parallel_branches", workflow.branches());
  if (workflow.loop) write_loops(workflow, json);
  if (workflow.type == WorkflowType::map_reduce) write_map_reduce(workflow, json);
  if (workflow.type == WorkflowType::saga) {
    json.begin_object("saga_config");
    json.member("compensation_strategy", "backward");
    json.member("timeout_ms", kSagaTimeoutMs);
    json.end_object();
  }
}

}  // namespace

std::size_t Workflow::branches() const {
  const bool branched = type == WorkflowType::parallel || type == WorkflowType::map_reduce;
  return branched ? tasks.size() - 2 : 0;
}

void write_workflow(const Workflow& workflow, const Prognosis* prognosis, const WorkflowStyle& style,
                    JsonWriter& json) {
  const bool ours = style.dialect == Dialect::ours;
  json.begin_object();
  json.member("workflow_id", workflow.id);
  json.member("type", name_of(workflow.type));
  std::string name(title(workflow.type));
  workflow.seed.append_to(name.append(" Workflow "));
  json.member("name", name);
  if (ours) {
    json.member("seed", workflow.seed);
    json.member("fault_seed", workflow.fault_seed);
  }
  write_moment("generated_at", style.now, style.dialect, json);
  json.member("chaos_rate", workflow.chaos_rate);
  if (style.stream_sequence) json.member("stream_sequence", *style.stream_sequence);
  json.begin_array("tasks");
  for (const Task& task : workflow.tasks) write_task(task, workflow.tasks, {style.dialect, style.agent_types}, json);
  json.end_array();
  write_ends(workflow, style.dialect, json);
  write_shape(workflow, json);
  if (ours) {
    write_truth(workflow, *prognosis, json);
  } else {
    write_public_truth(workflow, json);
  }
  json.end_object();
}

}  // namespace farm
