#include "oracle/check_capacity.h"

#include <fmt/format.h>

#include <algorithm>

namespace oracle {

using history::Instant;

namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool has_tools(const history::Agent& agent, const history::Task& task) {
  return std::all_of(task.tools.begin(), task.tools.end(),
                     [&](const std::string& tool) { return contains(agent.tools, tool); });
}

bool has_type(const history::Agent& agent, const history::Task& task) {
  return task.agent_type.empty() || agent.type.empty() || agent.type == task.agent_type;
}

/// Why a human has to approve the task on that agent; empty when nobody has to.
std::string reason_for_approval(const history::Agent* agent, const history::Task& task) {
  if (task.requires_human) return fmt::format("{} ({}) requires a human", task.id, task.type);
  if (agent == nullptr) return {};
  for (const std::string& tool : agent->needs_approval)
    if (tool == "*" || contains(task.tools, tool))
      return fmt::format("the policy of {} wants approval of {}", agent->id, tool == "*" ? "everything" : tool);
  return {};
}

std::string shortest_list(const std::vector<std::string>& names) {
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

bool CapacityCheck::fleet_has(const history::Task& task) const {
  return std::any_of(book_.fleet().begin(), book_.fleet().end(),
                     [&](const auto& each) { return has_type(each.second, task) && has_tools(each.second, task); });
}

void CapacityCheck::judge_choice(const Case& answered, const WorkflowCase& workflow, std::uint32_t task,
                                 const history::Agent& agent) {
  const history::Task& asked = workflow.graph->tasks[task];
  const bool type = has_type(agent, asked), tools = has_tools(agent, asked);
  if ((type && tools) || !fleet_has(asked)) return;
  docket_.tell(answered.t, [&] {
    Witness witness{
        workflow.name(task), {}, {{"workflow", workflow.graph->id}, {"task", asked.id}, {"agent", agent.id}}};
    witness.lines.push_back(fmt::format("{} was done by {}, as the platform chose.", asked.id, agent.id));
    if (!type)
      witness.lines.push_back(
          fmt::format("It wants an agent of type {}; {} is a {}.", asked.agent_type, agent.id, agent.type));
    if (!tools)
      witness.lines.push_back(fmt::format("It needs the tools {}; {} has {}.", shortest_list(asked.tools), agent.id,
                                          shortest_list(agent.tools)));
    witness.lines.emplace_back("The fleet has an agent that would do.");
    return witness;
  });
}

void CapacityCheck::judge_agent(const Case& answered, const WorkflowCase& workflow, std::uint32_t task,
                                std::string_view agent) {
  const history::Task& asked = workflow.graph->tasks[task];
  if (agent.empty()) return;
  docket_.observe();
  const history::Agent* known = book_.agent(agent);
  if (!asked.agent.empty() && asked.agent != agent) {
    docket_.tell(answered.t, [&] {
      return Witness{workflow.name(task),
                     {fmt::format("{} was assigned to {}.", asked.id, asked.agent),
                      fmt::format("The answer says that {} did it{}.", agent,
                                  known == nullptr ? ", which is no agent of the fleet" : ""),
                      "An assignment is not a suggestion."},
                     {{"workflow", workflow.graph->id},
                      {"task", asked.id},
                      {"assigned", asked.agent},
                      {"agent", std::string(agent)}}};
    });
  } else if (known == nullptr && answered.item->scenario && !book_.fleet().empty()) {
    // A workflow by itself may go to a platform's own agents, or to a tenant whose fleet we do not know.
    docket_.tell(answered.t, [&] {
      return Witness{workflow.name(task),
                     {fmt::format("The answer says that {} did {}.", agent, asked.id),
                      fmt::format("The fleet has {} agents, and none of that id.", book_.fleet().size())},
                     {{"workflow", workflow.graph->id}, {"task", asked.id}, {"agent", std::string(agent)}}};
    });
  } else if (known != nullptr && asked.agent.empty()) {
    judge_choice(answered, workflow, task, *known);
  }
}

void CapacityCheck::judge_approval(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const TaskRun& run = workflow.runs[task];
  const history::TaskResult& result = *run.result;
  Instant effect = run.success;
  for (const history::Effect& each : answered.answer->effects_of(result))
    if (each.at.known() && (!effect.known() || each.at < effect)) effect = each.at;
  if (!effect.known()) return;
  if (result.approved_at.known()) {
    docket_.observe();
    if (result.approved_at <= effect + docket_.run().clock_bound) return;
    return docket_.tell(answered.t, [&] {
      return Witness{workflow.name(task),
                     {fmt::format("It took effect at {}.", workflow.scale().at(effect)),
                      fmt::format("It was approved at {}, which is {} later.", workflow.scale().at(result.approved_at),
                                  history::to_text(result.approved_at - effect)),
                      "An approval comes before the effect that it allows.", workflow.scale().legend()},
                     {{"workflow", workflow.graph->id}, {"task", workflow.graph->tasks[task].id}}};
    });
  }
  const bool tells_approvals = std::any_of(answered.answer->tasks.begin(), answered.answer->tasks.end(),
                                           [](const auto& each) { return each.approved_at.known(); });
  if (!tells_approvals) return;
  const std::string reason = reason_for_approval(book_.agent(result.agent), workflow.graph->tasks[task]);
  if (reason.empty()) return;
  docket_.observe();
  docket_.tell(answered.t, [&] {
    return Witness{workflow.name(task),
                   {fmt::format("It took effect at {}, although {}.", workflow.scale().at(effect), reason),
                    "The platform tells who approved other tasks, and nobody did this one.", workflow.scale().legend()},
                   {{"workflow", workflow.graph->id}, {"task", workflow.graph->tasks[task].id}}};
  });
}

void CapacityCheck::answered(const Case& answered) {
  t_ = answered.t;
  for (const WorkflowCase& workflow : answered.workflows)
    for (std::uint32_t task = 0; task < workflow.runs.size(); ++task) {
      const TaskRun& run = workflow.runs[task];
      if (run.result == nullptr) continue;
      std::string_view last = run.result->agent;
      judge_agent(answered, workflow, task, last);
      for (const history::Attempt& attempt : run.attempts)
        if (!attempt.agent.empty() && attempt.agent != std::exchange(last, attempt.agent))
          judge_agent(answered, workflow, task, attempt.agent);
      judge_approval(answered, workflow, task);
    }
}

void CapacityCheck::on_overload(const history::Agent& agent, const std::vector<Work>& open) {
  docket_.tell(t_, [&] {
    Witness witness{fmt::format("agent {}", agent.id), {}, {{"agent", agent.id}}};
    const Timescale scale(open.back().begin);
    witness.lines.push_back(fmt::format("The policy of {} allows {} tasks at once; here are {}:", agent.id,
                                        agent.max_concurrent_tasks, open.size()));
    for (const Work& work : open)
      witness.lines.push_back(fmt::format("  {} of {} from {} to {}", work.graph->tasks[work.task].id, work.graph->id,
                                          scale.at(work.begin), scale.at(work.end)));
    witness.lines.push_back("All of them were under way when the last one began.");
    witness.lines.push_back(scale.legend());
    return witness;
  });
}

void CapacityCheck::on_overrate(const history::Agent& agent, const Work& work, const std::deque<Instant>& begins) {
  docket_.tell(t_, [&] {
    const Timescale scale(begins.front());
    return Witness{fmt::format("agent {}", agent.id),
                   {fmt::format("The policy of {} allows {} API calls a minute.", agent.id, agent.api_calls_per_min),
                    fmt::format("It began {} of them from {} to {}, the last one {} of {}.", begins.size(),
                                scale.at(begins.front()), scale.at(begins.back()), work.graph->tasks[work.task].id,
                                work.graph->id),
                    scale.legend()},
                   {{"agent", agent.id}}};
  });
}

}  // namespace oracle
