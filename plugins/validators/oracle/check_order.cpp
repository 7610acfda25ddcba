#include "oracle/check_order.h"

#include <fmt/format.h>

#include <algorithm>

namespace oracle {

using history::Instant;

struct OrderCheck::Edge {
  std::uint32_t from = 0, to = 0;  ///< `to` depends on `from`
};

namespace {

Instant success_in(const TaskRun& run, std::uint32_t iteration) {
  Instant last;
  for (const history::Attempt& attempt : run.attempts)
    if (attempt.iteration == iteration && history::has_succeeded(attempt.status)) last = std::max(last, attempt.end);
  return last;
}

Instant begin_in(const TaskRun& run, std::uint32_t iteration) {
  Instant first;
  for (const history::Attempt& attempt : run.attempts)
    if (attempt.iteration == iteration && attempt.begin.known() && (!first.known() || attempt.begin < first))
      first = attempt.begin;
  return first;
}

std::uint32_t last_iteration(const TaskRun& run) {
  std::uint32_t last = 1;
  for (const history::Attempt& attempt : run.attempts) last = std::max(last, attempt.iteration);
  return last;
}

std::string ending(const WorkflowCase& workflow, std::uint32_t task, Instant success) {
  const TaskRun& run = workflow.runs[task];
  const std::string& id = workflow.graph->tasks[task].id;
  if (success.known())
    return fmt::format("{} succeeded at {}, on agent {}.", id, workflow.scale().at(success),
                       run.attempts.empty() ? run.result->agent : run.attempts.back().agent);
  if (run.result == nullptr) return fmt::format("{} has no result at all.", id);
  return fmt::format("{} never succeeded: its status is \"{}\".", id, run.result->word);
}

/// Every dependency of a workflow that a person could still look at; none of a larger one.
std::vector<std::pair<std::string, std::string>> edges_of(const WorkflowCase& workflow) {
  constexpr std::size_t kMostEdges = 200;
  std::vector<std::pair<std::string, std::string>> edges;
  for (const history::Task& task : workflow.graph->tasks) {
    for (const std::uint32_t need : task.needs) edges.emplace_back(workflow.graph->tasks[need].id, task.id);
    if (edges.size() > kMostEdges) return {};
  }
  return edges;
}

}  // namespace

void OrderCheck::compare(const Case& answered, const WorkflowCase& workflow, const Edge& edge, Instant success,
                         Instant begin) {
  docket_.observe();
  if (success.known() && begin + docket_.run().clock_bound >= success) return;
  docket_.tell(answered.t, [&] {
    const auto &from = workflow.graph->tasks[edge.from], &to = workflow.graph->tasks[edge.to];
    Witness witness;
    witness.subject = fmt::format("{}, {} -> {}", workflow.name(), from.id, to.id);
    witness.lines.push_back(fmt::format("{} ({}) depends on {} ({}).", to.id, to.type, from.id, from.type));
    witness.lines.push_back(ending(workflow, edge.from, success));
    witness.lines.push_back(fmt::format("{} began its first attempt at {}.", to.id, workflow.scale().at(begin)));
    witness.lines.push_back(
        success.known()
            ? fmt::format("That is {} too early, and two readings of one clock are at most {} off: {} ran without the "
                          "result it needs.",
                          history::to_text(success - begin), history::to_text(docket_.run().clock_bound), to.id)
            : fmt::format("So {} ran without the result it needs.", to.id));
    witness.lines.push_back(workflow.scale().legend());
    witness.details = {{"workflow", workflow.graph->id}, {"from", from.id}, {"to", to.id}};
    witness.edges = edges_of(workflow);
    return witness;
  });
}

void OrderCheck::judge_pass(const Case& answered, const WorkflowCase& workflow, const Edge& edge,
                            std::uint32_t iteration) {
  const Instant begin = begin_in(workflow.runs[edge.to], iteration);
  if (begin.known()) compare(answered, workflow, edge, success_in(workflow.runs[edge.from], iteration), begin);
}

void OrderCheck::judge_any(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  Edge edge{Edge{}.from, task};
  Instant earliest;
  for (const std::uint32_t need : workflow.graph->tasks[task].needs) {
    const Instant success = workflow.runs[need].success;
    if (earliest.known() && (!success.known() || success >= earliest)) continue;
    if (success.known() || !earliest.known()) edge.from = need, earliest = success;
  }
  compare(answered, workflow, edge, earliest, workflow.runs[task].begin);
}

void OrderCheck::judge(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const history::Task& asked = workflow.graph->tasks[task];
  const TaskRun& run = workflow.runs[task];
  if (!run.ran() || asked.needs.empty()) return;
  if (asked.any_suffices) return judge_any(answered, workflow, task);
  for (const std::uint32_t need : asked.needs) {
    const bool same_loop = asked.loop >= 0 && workflow.graph->tasks[need].loop == asked.loop;
    if (!same_loop || run.attempts.empty()) {
      compare(answered, workflow, {need, task}, workflow.runs[need].success, run.begin);
      continue;
    }
    const std::uint32_t last = last_iteration(run);
    for (std::uint32_t iteration = 1; iteration <= last; ++iteration)
      judge_pass(answered, workflow, {need, task}, iteration);
  }
}

void OrderCheck::answered(const Case& answered) {
  for (const WorkflowCase& workflow : answered.workflows)
    for (std::uint32_t task = 0; task < workflow.runs.size(); ++task) judge(answered, workflow, task);
}

}  // namespace oracle
