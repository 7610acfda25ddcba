#include "workflow_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "catalogue.h"
#include "task_graph.h"

namespace aoa {
namespace {

using Index = std::unordered_map<std::string_view, std::uint32_t>;

constexpr double kLongestMs = 7 * 86400e3;
constexpr double kMostRetries = 1000;
constexpr std::array<std::string_view, 5> kPriorities{"critical", "high", "normal", "low", "background"};

int read_priority(const Fields& task) {
  dom::element value;
  if (!task.find({"priority"}, value) || !value.is_string()) return 2;  // a number means nothing we know of
  const auto found = std::find(kPriorities.begin(), kPriorities.end(), task.text("priority"));
  return found == kPriorities.end() ? 2 : static_cast<int>(found - kPriorities.begin());
}

std::optional<Fault> read_fault(const Fields& injection) {
  const std::string type = injection.required_text("type");
  const auto known = fault_named(type);
  if (!known) {
    injection.problems().say(injection.place(), fmt::format("type \"{}\" is no chaos type", type));
    return std::nullopt;
  }
  Fault fault{.type = *known, .recovery = shape_of(*known).recovery};
  fault.probability = injection.number({"trigger_probability"}, 1, 0, 1);
  const std::string action = injection.text("recovery_action");
  if (action.empty()) return fault;
  if (const auto recovery = recovery_named(action))
    fault.recovery = *recovery;
  else
    injection.problems().say(injection.place(), fmt::format("recovery_action \"{}\" is not known", action));
  return fault;
}

/// max_retries is what counts; retry_policy.max_attempts only where it is missing.
void read_retries(const Fields& fields, TaskSpec& task) {
  const bool retryable = fields.boolean("retryable", task.type != "approval" && task.type != "checkpoint");
  double attempts = 4;
  fields.object("retry_policy", [&](const Fields& policy) {
    attempts = policy.number({"max_attempts"}, 3, 1, kMostRetries);
    task.backoff_multiplier = policy.number({"backoff_multiplier"}, 2, 1, 100);
  });
  if (fields.has("max_retries")) attempts = 1 + fields.number({"max_retries"}, 3, 0, kMostRetries);
  task.attempts_allowed = retryable ? static_cast<std::uint32_t>(attempts) : 1;
}

/// What agent_assignments and the task itself say; they must not contradict each other.
std::string read_assignment(const Fields& task, const std::string& id, const std::string& from_top) {
  const std::string own = task.text(task.has("assigned_agent_id") ? "assigned_agent_id" : "assigned_agent");
  if (!own.empty() && !from_top.empty() && own != from_top)
    task.problems().say(task.place(), fmt::format("assigned_agent_id \"{}\" contradicts agent_assignments, which "
                                                  "gives task \"{}\" to \"{}\"",
                                                  own, id, from_top));
  return own.empty() ? from_top : own;
}

/// The agent that `assignments` gives the task: {workflow: {task: agent}} or {task: agent}. Null: there are none.
std::string assigned_at_top(const Fields* assignments, const std::string& workflow, const std::string& task) {
  if (assignments == nullptr || task.empty()) return {};
  if (!assignments->has(workflow)) return assignments->text(task);
  std::string agent;
  assignments->object(workflow, [&](const Fields& of_workflow) { agent = of_workflow.text(task); });
  return agent;
}

TaskSpec read_task(const Fields& fields, const std::string& workflow, const Fields* assignments) {
  TaskSpec task;
  task.id = fields.required_text("task_id");
  fields.required_text("name");
  task.type = fields.required_text("type");
  task.assigned_agent = read_assignment(fields, task.id, assigned_at_top(assignments, workflow, task.id));
  task.agent_type = task.assigned_agent.empty() ? fields.required_text("assigned_agent_type") : "";
  task.tools = fields.texts("tools_required");
  task.duration_ms =
      fields.number({"expected_duration_ms", "estimated_duration_ms"}, usual_duration_ms(task.type), 0, kLongestMs);
  task.tokens = fields.number({"token_budget"}, 0, 0, 1e9);
  task.priority = read_priority(fields);
  read_retries(fields, task);
  const bool pure = task.type == "io_read" || task.type == "decision" || task.type == "compute";
  task.idempotent = fields.boolean("idempotent", pure);
  task.needs_human = fields.boolean("requires_human", task.type == "approval");
  task.checkpoint = task.type == "checkpoint";
  task.any_suffices = fields.text("join_type") == "any";
  fields.object("chaos_injection", [&](const Fields& injection) { task.fault = read_fault(injection); });
  fields.object("compensation", [&](const Fields& undo) { task.compensation = undo.text("handler", "compensate"); });
  return task;
}

/// Both spellings together: a platform that takes either may be sent both.
void read_dependencies(const Fields& fields, const Index& index, TaskSpec& task) {
  for (const std::string_view key : {"depends_on", "dependencies"}) {
    for (const std::string& name : fields.texts(key)) {
      const auto found = index.find(name);
      if (found == index.end())
        fields.problems().say(fields.place(), fmt::format("{}: there is no task \"{}\"", key, name));
      else
        task.dependencies.push_back(found->second);
    }
  }
  std::sort(task.dependencies.begin(), task.dependencies.end());
  task.dependencies.erase(std::unique(task.dependencies.begin(), task.dependencies.end()), task.dependencies.end());
}

void read_loop(const Fields& fields, const Index& index, WorkflowSpec& workflow) {
  const auto end_of = [&](std::string_view key) {
    const std::string name = fields.required_text(key);
    const auto found = index.find(name);
    if (found != index.end()) return found->second;
    fields.problems().say(fields.place(), fmt::format("{}: there is no task \"{}\"", key, name));
    return std::uint32_t{0};
  };
  LoopSpec loop;
  loop.from = end_of("from");
  loop.to = end_of("to");
  loop.iterations = static_cast<std::uint32_t>(fields.number({"max_iterations"}, 3, 1, 1000));
  if (!fields.problems().none()) return;
  const std::string wrong = add_loop(std::move(loop), workflow);
  if (!wrong.empty()) fields.problems().say(fields.place(), wrong);
}

/// Calls visit with the document's agent_assignments, or with null; `assignments` is another name for them.
template <class Visit>
void with_assignments(const Fields& document, Visit&& visit) {
  for (const std::string_view key : {"agent_assignments", "assignments"}) {
    if (document.has(key)) return document.object(key, [&](const Fields& assignments) { visit(&assignments); });
  }
  visit(nullptr);
}

}  // namespace

WorkflowSpec read_workflow(const Fields& fields, const Fields& document, std::uint64_t fault_seed,
                           const Limits& limits) {
  WorkflowSpec workflow;
  Problems& problems = fields.problems();
  workflow.id = fields.required_text("workflow_id");
  workflow.type = fields.text("type", "dag");
  workflow.fault_seed = fault_seed;
  with_assignments(document, [&](const Fields* assignments) {
    const bool there = fields.each_object("tasks", [&](const Fields& task) {
      workflow.tasks.push_back(read_task(task, workflow.id, assignments));
      if (workflow.tasks.size() > limits.tasks_per_workflow)
        problems.say(fields.place(), fmt::format("tasks: at most {} are taken", limits.tasks_per_workflow));
    });
    if (!there) problems.say(fields.place(), "tasks is required");
  });
  if (problems.none() && workflow.tasks.empty()) problems.say(fields.place(), "tasks must not be empty");
  if (!problems.none()) return workflow;

  Index index;
  for (std::uint32_t i = 0; i < workflow.tasks.size(); ++i) {
    if (!index.emplace(workflow.tasks[i].id, i).second)
      problems.say(fields.place(), fmt::format("tasks: two are called \"{}\"", workflow.tasks[i].id));
  }
  std::size_t next = 0;
  fields.each_object("tasks", [&](const Fields& task) { read_dependencies(task, index, workflow.tasks[next++]); });
  const std::string cycle = link_dependents(workflow);
  if (!cycle.empty()) problems.say(fields.place(), cycle);
  if (!problems.none()) return workflow;

  const auto one_loop = [&](const Fields& loop) { read_loop(loop, index, workflow); };
  fields.object("loop", one_loop);
  fields.each_object("loops", one_loop);
  workflow.saga = workflow.type == "saga" || fields.has("saga_config");
  return workflow;
}

void check_workflow_ids(const std::vector<WorkflowSpec>& workflows, const Fields& document) {
  std::unordered_set<std::string_view> ids;
  for (const WorkflowSpec& workflow : workflows) {
    if (ids.insert(workflow.id).second) continue;
    document.problems().say(document.place(), fmt::format("workflows: two are called \"{}\"", workflow.id));
  }
}

}  // namespace aoa
