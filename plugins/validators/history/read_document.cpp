#include "history/read_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace history {
namespace {

using Names = std::vector<std::string>;

Names read_names(json::value from) {
  Names names;
  json::each_element(from, [&](json::value value) { names.emplace_back(json::text(value)); });
  return names;
}

std::uint32_t count_of(json::value from, std::uint32_t otherwise) {
  const auto value = json::integer(from);
  return value && *value >= 0 && *value <= 1'000'000'000 ? static_cast<std::uint32_t>(*value) : otherwise;
}

Agent read_agent(json::value from) {
  Agent agent;
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "agent_id") {
      agent.id = json::text(value);
    } else if (key == "type") {
      agent.type = json::text(value);
    } else if (key == "tools") {
      agent.tools = read_names(value);
    } else if (key == "policy") {
      json::each_member(value, [&](std::string_view rule, json::value limit) {
        if (rule == "max_concurrent_tasks") {
          agent.max_concurrent_tasks = count_of(limit, 0);
        } else if (rule == "requires_approval") {
          agent.needs_approval = read_names(limit);
        } else if (rule == "rate_limits") {
          json::each_member(limit, [&](std::string_view what, json::value rate) {
            if (what == "api_calls_per_min") agent.api_calls_per_min = count_of(rate, 0);
          });
        }
      });
    }
  });
  return agent;
}

Chaos read_chaos(json::value from) {
  Chaos chaos;
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "type") {
      chaos.type = json::text(value);
    } else if (key == "recovery_action") {
      chaos.recovery_action = json::text(value);
    } else if (key == "trigger_probability") {
      chaos.probability = std::clamp(json::number(value).value_or(1), 0.0, 1.0);
    }
  });
  return chaos;
}

std::string read_handler(json::value from) {
  std::string handler;
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "handler") handler = json::text(value);
  });
  return handler;
}

/// The parts of a retry policy that a platform is held to.
void read_retry_policy(json::value from, Task& task) {
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "max_attempts") task.max_retries = std::max(1U, count_of(value, task.max_retries + 1)) - 1;
  });
}

/// A task with its dependencies still as names.
struct RawTask {
  Task task;
  Names needs;
};

RawTask read_task(json::value from) {
  RawTask raw;
  Task& task = raw.task;
  bool says_retries = false;
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "task_id") {
      task.id = json::text(value);
    } else if (key == "type") {
      task.type = json::text(value);
    } else if (key == "depends_on") {
      raw.needs = read_names(value);
    } else if (key == "dependencies" && raw.needs.empty()) {
      raw.needs = read_names(value);
    } else if (key == "tools_required") {
      task.tools = read_names(value);
    } else if (key == "assigned_agent_id" || key == "assigned_agent") {
      task.agent = json::text(value);
    } else if (key == "assigned_agent_type") {
      task.agent_type = json::text(value);
    } else if (key == "retryable") {
      task.retryable = json::boolean(value).value_or(true);
    } else if (key == "max_retries") {
      task.max_retries = count_of(value, task.max_retries);
      says_retries = true;
    } else if (key == "retry_policy" && !says_retries) {
      read_retry_policy(value, task);
    } else if (key == "idempotent") {
      task.idempotent = json::boolean(value).value_or(true);
    } else if (key == "requires_human") {
      task.requires_human = json::boolean(value).value_or(false);
    } else if (key == "join_type") {
      task.any_suffices = json::text(value) == "any";
    } else if (key == "chaos_injection" && json::type_of(value) == json::json_type::object) {
      task.chaos = read_chaos(value);
    } else if (key == "compensation") {
      task.handler = read_handler(value);
    }
  });
  return raw;
}

struct RawLoop {
  std::string first, last;
  std::uint32_t max_iterations = 1;
};

RawLoop read_loop(json::value from) {
  RawLoop loop;
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "to") {
      loop.first = json::text(value);
    } else if (key == "from") {
      loop.last = json::text(value);
    } else if (key == "max_iterations") {
      loop.max_iterations = std::max(1U, count_of(value, 1));
    }
  });
  return loop;
}

/// Names to indices, and everything that follows from the whole graph.
std::shared_ptr<Workflow> assemble(Workflow made, std::vector<RawTask> raw, const std::vector<RawLoop>& loops) {
  auto workflow = std::make_shared<Workflow>(std::move(made));
  std::unordered_map<std::string, std::uint32_t> index;
  for (std::uint32_t i = 0; i < raw.size(); ++i)
    if (!index.emplace(raw[i].task.id, i).second)
      throw BadEvent(fmt::format("workflow \"{}\" names the task \"{}\" twice", workflow->id, raw[i].task.id));
  const auto find = [&](const std::string& name) {
    const auto found = index.find(name);
    if (found == index.end())
      throw BadEvent(fmt::format("workflow \"{}\" refers to \"{}\", which is no task of it", workflow->id, name));
    return found->second;
  };
  for (RawTask& one : raw) {
    for (const std::string& name : one.needs) one.task.needs.push_back(find(name));
    std::sort(one.task.needs.begin(), one.task.needs.end());
    one.task.needs.erase(std::unique(one.task.needs.begin(), one.task.needs.end()), one.task.needs.end());
    workflow->saga = workflow->saga || !one.task.handler.empty();
    workflow->tasks.push_back(std::move(one.task));
  }
  for (const RawLoop& loop : loops) workflow->loops.push_back({find(loop.first), find(loop.last), loop.max_iterations});
  workflow->complete();
  return workflow;
}

void read_expectations(json::value from, Expectations& expected) {
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "expected_status") {  // of a workflow by itself
      const bool succeeds = json::text(value).starts_with("success");
      expected.workflows_failed = succeeds ? 0 : 1;
      if (!succeeds) expected.completion_rate = 0;
    } else if (key == "expected_completion_rate") {
      expected.completion_rate = json::number(value);
    } else if (key == "all_workflows_assigned") {
      expected.all_workflows_assigned = json::boolean(value);
    } else if (key == "can_execute_all") {
      expected.can_execute_all = json::boolean(value);
    } else if (key == "chaos_recovery_possible") {
      expected.chaos_recovery_possible = json::boolean(value);
    } else if (key == "planner_count") {
      expected.planner_count = json::integer(value);
    } else if (key == "worker_count") {
      expected.worker_count = json::integer(value);
    } else if (key == "chaos_events_expected") {
      expected.chaos_events = json::integer(value);
    } else if (key == "expected_workflows_failed") {
      expected.workflows_failed = json::integer(value);
    } else if (key == "expected_tasks_completed") {
      expected.tasks_completed = json::integer(value);
    } else if (key == "expected_faults_fired") {
      expected.faults_fired = json::integer(value);
    } else if (key == "expected_faults_recovered") {
      expected.faults_recovered = json::integer(value);
    }
  });
}

/// `alone`: the submission that it is all of.
std::shared_ptr<Workflow> read_workflow(json::value from, Submission* alone = nullptr) {
  Workflow workflow;
  std::vector<RawTask> tasks;
  std::vector<RawLoop> loops;
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "workflow_id") {
      workflow.id = json::text(value);
    } else if (key == "type") {
      workflow.type = json::text(value);
    } else if (key == "tasks") {
      json::each_element(value, [&](json::value task) { tasks.push_back(read_task(task)); });
    } else if (key == "loop" && json::type_of(value) == json::json_type::object) {
      loops.push_back(read_loop(value));
    } else if (key == "loops") {
      json::each_element(value, [&](json::value loop) { loops.push_back(read_loop(loop)); });
    } else if (key == "seed" && alone != nullptr) {
      alone->seed = json::seed(value);
    } else if (key == "__expected__" && alone != nullptr) {
      read_expectations(value, alone->expected);
    }
  });
  workflow.saga = workflow.type == "saga";
  if (workflow.id.empty()) throw BadEvent("a workflow without \"workflow_id\"");
  return assemble(std::move(workflow), std::move(tasks), loops);
}

void read_workflows(json::value from, std::vector<std::shared_ptr<Workflow>>& workflows) {
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "workflows") read_workflows(value, workflows);
  });
  json::each_element(from, [&](json::value value) { workflows.push_back(read_workflow(value)); });
}

struct Assignment {
  std::string workflow, task, agent;
};

void read_task_assignments(json::value from, const std::string& workflow, std::vector<Assignment>& all) {
  json::each_member(from, [&](std::string_view task, json::value value) {
    all.push_back({workflow, std::string(task), std::string(json::text(value))});
  });
}

/// What is assigned at the top of a document wins over what stands on the task: contract part 3 sends both, alike.
void assign(const std::vector<Assignment>& all, const std::vector<std::shared_ptr<Workflow>>& workflows) {
  std::unordered_map<std::string_view, Workflow*> by_id;
  for (const auto& workflow : workflows) by_id.emplace(workflow->id, workflow.get());
  for (const Assignment& one : all) {
    const auto found = by_id.find(one.workflow);
    if (found == by_id.end()) continue;
    const std::uint32_t task = found->second->find(one.task);
    if (task != Workflow::kNone) found->second->tasks[task].agent = one.agent;
  }
}

}  // namespace

void read_agents(json::value from, std::vector<Agent>& agents) {
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "agents") read_agents(value, agents);
  });
  json::each_element(from, [&](json::value value) { agents.push_back(read_agent(value)); });
}

void read_scenario(json::value from, Submission& submission, std::uint64_t run_seed) {
  std::vector<std::shared_ptr<Workflow>> workflows;
  std::vector<Assignment> assignments;
  json::each_member(from, [&](std::string_view key, json::value value) {
    if (key == "workflows") {
      read_workflows(value, workflows);
    } else if (key == "agents") {
      read_agents(value, submission.agents);
    } else if (key == "agent_assignments") {
      json::each_member(value, [&](std::string_view workflow, json::value tasks) {
        read_task_assignments(tasks, std::string(workflow), assignments);
      });
    } else if (key == "__expected__") {
      read_expectations(value, submission.expected);
    } else if (key == "seed") {
      submission.seed = json::seed(value);
    }
  });
  assign(assignments, workflows);
  for (const auto& workflow : workflows) {
    workflow->fault_seed = submission.seed.value_or(run_seed);
    submission.workflows.push_back(workflow);
  }
}

void read_single_workflow(json::value document, Submission& submission, std::uint64_t run_seed) {
  const auto workflow = read_workflow(document, &submission);
  workflow->fault_seed = submission.seed.value_or(run_seed);
  submission.workflows.push_back(workflow);
}

void read_assignments(json::value from, Submission& submission) {
  std::vector<Assignment> assignments;
  for (const auto& workflow : submission.workflows) read_task_assignments(from, workflow->id, assignments);
  assign(assignments, submission.workflows);
}

}  // namespace history
