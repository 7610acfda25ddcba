#include "oracle/check_graph.h"

#include <fmt/format.h>

#include <algorithm>

namespace oracle {

using history::Status;

namespace {

/// "attempt 1: +0.000 to +12.000 ms on agent-a, completed", one line each; the first few, since a broken platform may
/// have thousands.
std::vector<std::string> attempt_lines(const WorkflowCase& workflow, const TaskRun& run) {
  constexpr std::size_t kShown = 8;
  std::vector<std::string> lines;
  const Timescale scale = workflow.scale();
  for (const history::Attempt& attempt : run.attempts.first(std::min(kShown, run.attempts.size())))
    lines.push_back(fmt::format("  attempt {}: {} to {} on {}{}", attempt.number, scale.at(attempt.begin),
                                scale.at(attempt.end), attempt.agent,
                                history::has_succeeded(attempt.status) ? ", succeeded" : ""));
  if (run.attempts.size() > kShown) lines.push_back(fmt::format("  and {} more", run.attempts.size() - kShown));
  return lines;
}

}  // namespace

void GraphCheck::judge_ids(const Case& answered, const WorkflowCase& workflow) {
  for (const history::TaskResult* stranger : workflow.strangers)
    docket_.tell(answered.t, [&] {
      return Witness{
          fmt::format("{}, task {}", workflow.name(), stranger->id),
          {fmt::format("The answer has a result for \"{}\" (status \"{}\").", stranger->id, stranger->word),
           fmt::format("The graph that was sent has {} tasks, and none of that id.", workflow.graph->tasks.size())},
          {{"workflow", workflow.graph->id}, {"task", std::string(stranger->id)}}};
    });
  for (const history::TaskResult* again : workflow.repetitions)
    docket_.tell(answered.t, [&] {
      const TaskRun& first = workflow.runs[workflow.graph->find(again->id)];
      return Witness{fmt::format("{}, task {}", workflow.name(), again->id),
                     {fmt::format("The answer has two results for \"{}\":", again->id),
                      fmt::format("  \"{}\" from {} to {}, and", first.result->word,
                                  workflow.scale().at(first.result->begin), workflow.scale().at(first.result->end)),
                      fmt::format("  \"{}\" from {} to {}.", again->word, workflow.scale().at(again->begin),
                                  workflow.scale().at(again->end)),
                      "A task is one node of the graph, so one of the two never was.", workflow.scale().legend()},
                     {{"workflow", workflow.graph->id}, {"task", std::string(again->id)}}};
    });
}

void GraphCheck::judge_complete(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const TaskRun& run = workflow.runs[task];
  const Status whole = workflow.result->status;
  if (run.result == nullptr) {
    if (!history::is_terminal(whole)) return;
    docket_.tell(answered.t, [&] {
      return Witness{
          workflow.name(task),
          {fmt::format("The graph has the task \"{}\"; the answer says nothing of it.", workflow.graph->tasks[task].id),
           fmt::format("Yet the workflow is \"{}\".", workflow.result->word)},
          {{"workflow", workflow.graph->id}, {"task", workflow.graph->tasks[task].id}}};
    });
    return;
  }
  const bool whole_succeeded = whole == Status::completed || whole == Status::retried;
  if (!whole_succeeded || run.succeeded) return;
  docket_.tell(answered.t, [&] {
    return Witness{workflow.name(task),
                   {fmt::format("The workflow is \"{}\", at {}.", workflow.result->word,
                                workflow.scale().at(workflow.result->end)),
                    fmt::format("Its task {} is \"{}\".", workflow.graph->tasks[task].id, run.result->word),
                    "A workflow has completed when every task of its graph has.", workflow.scale().legend()},
                   {{"workflow", workflow.graph->id}, {"task", workflow.graph->tasks[task].id}}};
  });
}

void GraphCheck::judge_attempts(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const history::Task& asked = workflow.graph->tasks[task];
  const TaskRun& run = workflow.runs[task];
  std::uint32_t iterations = 1, allowed_iterations = 1;
  if (asked.loop >= 0) {
    allowed_iterations = workflow.graph->loops[static_cast<std::size_t>(asked.loop)].max_iterations;
    for (const history::Attempt& attempt : run.attempts) iterations = std::max(iterations, attempt.iteration);
  }
  const std::uint64_t allowed =
      std::uint64_t{asked.attempts_allowed()} * (run.attempts.empty() ? allowed_iterations : iterations);
  if (iterations <= allowed_iterations && run.made <= allowed) return;
  docket_.tell(answered.t, [&] {
    Witness witness{workflow.name(task), {}, {{"workflow", workflow.graph->id}, {"task", asked.id}}};
    if (iterations > allowed_iterations)
      witness.lines.push_back(fmt::format("{} went {} times through a loop that may go round {} times.", asked.id,
                                          iterations, allowed_iterations));
    if (run.made > allowed)
      witness.lines.push_back(fmt::format(
          "{} was attempted {} times; it is {}, so {} are allowed.", asked.id, run.made,
          asked.retryable ? fmt::format("retryable with max_retries {}", asked.max_retries) : "not retryable",
          allowed));
    for (std::string& line : attempt_lines(workflow, run)) witness.lines.push_back(std::move(line));
    witness.lines.push_back(workflow.scale().legend());
    return witness;
  });
}

void GraphCheck::judge_effects(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const history::Task& asked = workflow.graph->tasks[task];
  if (asked.idempotent || asked.loop >= 0) return;
  const TaskRun& run = workflow.runs[task];
  const auto successes = std::count_if(run.attempts.begin(), run.attempts.end(),
                                       [](const auto& attempt) { return history::has_succeeded(attempt.status); });
  const auto effects = answered.answer->effects_of(*run.result);
  if (successes <= 1 && effects.size() <= 1) return;
  docket_.tell(answered.t, [&] {
    Witness witness{workflow.name(task), {}, {{"workflow", workflow.graph->id}, {"task", asked.id}}};
    witness.lines.push_back(
        fmt::format("{} ({}) is not idempotent, so it may take effect once.", asked.id, asked.type));
    for (const history::Effect& effect : effects)
      witness.lines.push_back(fmt::format("  effect \"{}\" at {}", effect.key, workflow.scale().at(effect.at)));
    for (std::string& line : attempt_lines(workflow, run)) witness.lines.push_back(std::move(line));
    witness.lines.push_back(fmt::format("It succeeded {} times and took effect {} times.", successes, effects.size()));
    witness.lines.push_back(workflow.scale().legend());
    return witness;
  });
}

void GraphCheck::answered(const Case& answered) {
  const auto whole = [&](std::string subject, std::string line) {
    docket_.tell(answered.t, [&] {
      return Witness{subject, {line, fmt::format("item {}", answered.item->id)}, {{"item", answered.item->id}}};
    });
  };
  for (const history::WorkflowResult* stranger : answered.strangers)
    whole(fmt::format("workflow {}", stranger->id), "The answer has a result for a workflow that was not submitted.");
  for (const history::WorkflowResult* again : answered.repetitions)
    whole(fmt::format("workflow {}", again->id), "The answer has two results for this workflow, which was sent once.");
  for (const history::Workflow* missing : answered.missing)
    whole(fmt::format("workflow {}", missing->id),
          fmt::format("It was submitted, and the terminal answer (status \"{}\") says nothing of it.",
                      answered.answer->word));
  for (const WorkflowCase& workflow : answered.workflows) {
    judge_ids(answered, workflow);
    for (std::uint32_t task = 0; task < workflow.runs.size(); ++task) {
      docket_.observe();
      judge_complete(answered, workflow, task);
      if (workflow.runs[task].result == nullptr) continue;
      judge_attempts(answered, workflow, task);
      judge_effects(answered, workflow, task);
    }
  }
}

}  // namespace oracle
