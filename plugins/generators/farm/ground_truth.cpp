#include "ground_truth.h"

#include <algorithm>
#include <bit>
#include <set>

#include "graph.h"

namespace farm {
namespace {

struct Totals {
  std::int64_t duration_ms = 0, tokens = 0;
  std::size_t checkpoints = 0, chaos = 0;
  bool human = false;

  explicit Totals(const Workflow& workflow) {
    for (const Task& task : workflow.tasks) {
      duration_ms += task.duration_ms;
      tokens += traits(task.type).tokens;
      checkpoints += task.type == TaskType::checkpoint ? 1 : 0;
      chaos += task.chaos ? 1 : 0;
      human = human || task.type == TaskType::approval;
    }
  }
};

void write_range(std::int64_t low, std::int64_t high, JsonWriter& json) {
  json.begin_array("expected_duration_range_ms");
  json.integer(low);
  json.integer(high);
  json.end_array();
}

void write_order(const Workflow& workflow, JsonWriter& json) {
  json.begin_array("expected_execution_order");
  for (const std::uint8_t task : linear_extension(workflow.tasks)) json.text(workflow.tasks[task].id);
  json.end_array();
}

void write_partial_order(const Workflow& workflow, JsonWriter& json) {
  json.begin_array("expected_partial_order");
  for (const Task& task : workflow.tasks) {
    for (const std::uint8_t earlier : task.dependencies()) {
      json.begin_array();
      json.text(workflow.tasks[earlier].id);
      json.text(task.id);
      json.end_array();
    }
  }
  json.end_array();
}

void write_ids(std::string_view name, TaskSet set, const Workflow& workflow, JsonWriter& json) {
  json.begin_array(name);
  for (const Task& task : workflow.tasks)
    if ((set & only(task.index)) != 0) json.text(task.id);
  json.end_array();
}

TaskWeights durations(const Workflow& workflow) {
  TaskWeights weights{};
  for (const Task& task : workflow.tasks) weights[task.index] = task.duration_ms;
  return weights;
}

std::int64_t heaviest(const Workflow& workflow, const TaskWeights& weights) {
  const TaskWeights paths = heaviest_paths(workflow.tasks, weights);
  return *std::max_element(paths.begin(), paths.end());
}

/// Half of what must pass before the workflow can end, to twice what must pass when every attempt takes its time: tasks
/// are known to within a factor of two. A workflow that fails may end with its first failure.
void write_duration(const Workflow& workflow, const Prognosis& prognosis, JsonWriter& json) {
  const TaskWeights once = durations(workflow);
  TaskWeights repeated = once;
  for (const Task& task : workflow.tasks)
    repeated[task.index] *= std::max<std::int64_t>(1, prognosis.attempts[task.index]);
  const TaskWeights paths = heaviest_paths(workflow.tasks, once);
  const std::int64_t critical = *std::max_element(paths.begin(), paths.end());
  std::int64_t shortest = critical;
  for (const Task& task : workflow.tasks)
    if ((prognosis.failed & only(task.index)) != 0) shortest = std::min(shortest, paths[task.index]);
  write_range(shortest / 2, 2 * heaviest(workflow, repeated), json);
  json.member("critical_path_ms", critical);
}

std::int64_t path_length(const Workflow& workflow) {
  TaskWeights ones{};
  std::fill_n(ones.begin(), workflow.tasks.size(), 1);
  return heaviest(workflow, ones);
}

/// Those assigned, or as long as nobody is: one of each type that the tasks ask for.
std::size_t agents_needed(const Workflow& workflow) {
  std::set<std::string_view> assigned;
  unsigned types = 0;
  for (const Task& task : workflow.tasks) {
    if (!task.agent_id.empty()) assigned.insert(task.agent_id);
    types |= 1U << static_cast<unsigned>(agent_for(task.type));
  }
  return assigned.empty() ? static_cast<std::size_t>(std::popcount(types)) : assigned.size();
}

void write_faults(const Workflow& workflow, const Prognosis& prognosis, JsonWriter& json) {
  json.begin_array("expected_faults");
  for (const FiredFault& fault : prognosis.fired) {
    const Task& task = workflow.tasks[fault.task];
    const ChaosTraits& is = traits(task.chaos->type);
    json.begin_object();
    json.member("task_id", task.id);
    json.member("type", is.name);
    json.member("recovery_action", is.recovery_action);
    json.begin_array("attempts");
    for (const std::uint8_t attempt : fault.attempts) json.integer(attempt);
    json.end_array();
    json.member("recovered", fault.recovered);
    json.end_object();
  }
  json.end_array();
  json.member("expected_faults_recovered", prognosis.recovered());
}

void write_attempts(const Workflow& workflow, const Prognosis& prognosis, JsonWriter& json) {
  std::size_t total = 0, retries = 0;
  json.begin_object("expected_attempts");
  for (const Task& task : workflow.tasks) {
    const std::size_t attempts = prognosis.attempts[task.index];
    json.member(task.id, attempts);
    total += attempts;
    retries += attempts > 1 ? attempts - 1 : 0;
  }
  json.end_object();
  json.member("expected_attempts_total", total);
  json.member("expected_retries", retries);
}

void write_endings(const Workflow& workflow, const Prognosis& prognosis, JsonWriter& json) {
  json.member("expected_status", name_of(prognosis.ending));
  json.begin_array("possible_statuses");
  for (const Ending ending : possible_endings(workflow)) json.text(name_of(ending));
  json.end_array();
  write_ids("expected_failed_tasks", prognosis.failed, workflow, json);
  write_ids("blocked_tasks", prognosis.blocked, workflow, json);
  if (workflow.loop) json.member("expected_iterations", prognosis.iterations);
}

/// Which steps are rolled back, in the order in which that happens: the last one done first.
void write_compensations(const Workflow& workflow, const Prognosis& prognosis, JsonWriter& json) {
  json.begin_array("expected_compensations");
  for (auto task = workflow.tasks.rbegin(); task != workflow.tasks.rend(); ++task) {
    const bool done = (prognosis.completed & only(task->index)) != 0;
    if (prognosis.ending == Ending::compensated && done) json.text(task->id);
  }
  json.end_array();
}

}  // namespace

std::size_t chaos_count(const Workflow& workflow) { return Totals(workflow).chaos; }

void write_truth(const Workflow& workflow, const Prognosis& prognosis, JsonWriter& json) {
  const Totals totals(workflow);
  const bool saga = workflow.type == WorkflowType::saga;
  json.begin_object("__expected__");
  write_endings(workflow, prognosis, json);
  write_partial_order(workflow, json);
  write_order(workflow, json);
  write_duration(workflow, prognosis, json);
  json.member("critical_path_length", path_length(workflow));
  json.member("estimated_total_duration_ms", totals.duration_ms);
  json.member("expected_token_usage", totals.tokens);
  json.member("requires_human_approval", totals.human);
  json.member("checkpoints_expected", totals.checkpoints);
  json.member("chaos_events_expected", totals.chaos);
  write_faults(workflow, prognosis, json);
  write_attempts(workflow, prognosis, json);
  json.member("parallel_branches", workflow.branches());
  json.member("parallelizable_tasks", widest_antichain(workflow.tasks));
  json.member("is_saga", saga);
  if (saga) write_compensations(workflow, prognosis, json);
  json.member("total_tasks", workflow.tasks.size());
  json.member("min_agents_required", agents_needed(workflow));
  json.end_object();
}

void write_public_truth(const Workflow& workflow, JsonWriter& json) {
  const Totals totals(workflow);
  const auto& tasks = workflow.tasks;
  const bool all_retryable = std::all_of(tasks.begin(), tasks.end(),
                                         [](const Task& task) { return !task.chaos || traits(task.type).retryable; });
  const auto roots =
      std::count_if(tasks.begin(), tasks.end(), [](const Task& task) { return task.dependencies().empty(); });
  json.begin_object("__expected__");
  json.member("expected_status", totals.chaos == 0 ? std::string_view("success")
                                 : all_retryable   ? std::string_view("success_with_retries")
                                                   : std::string_view("may_fail"));
  write_order(workflow, json);
  write_range(totals.duration_ms / 2, totals.duration_ms * 2, json);
  json.member("expected_token_usage", totals.tokens);
  json.member("requires_human_approval", totals.human);
  json.member("checkpoints_expected", totals.checkpoints);
  json.member("chaos_events_expected", totals.chaos);
  json.member("parallel_branches", workflow.branches());
  json.member("is_saga", workflow.type == WorkflowType::saga);
  json.member("total_tasks", tasks.size());
  json.member("critical_path_length", path_length(workflow));
  json.member("parallelizable_tasks", roots);
  json.member("min_agents_required", std::max<std::size_t>(1, tasks.size() / 3));
  json.member("estimated_total_duration_ms", totals.duration_ms);
  json.end_object();
}

}  // namespace farm
