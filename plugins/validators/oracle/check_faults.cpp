#include "oracle/check_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <thresher/fault.hpp>

#include "oracle/recovery.h"

namespace oracle {
namespace {

bool any_fault(const TaskRun& run) {
  return std::any_of(run.attempts.begin(), run.attempts.end(),
                     [](const history::Attempt& attempt) { return !attempt.fault.empty(); });
}

}  // namespace

void FaultsCheck::tell(const Case& answered, const WorkflowCase& workflow, std::uint32_t task,
                       std::vector<std::string> lines) {
  docket_.tell(answered.t, [&] {
    return Witness{workflow.name(task),
                   std::move(lines),
                   {{"workflow", workflow.graph->id}, {"task", workflow.graph->tasks[task].id}}};
  });
}

void FaultsCheck::judge_attempt(const Case& answered, const WorkflowCase& workflow, std::uint32_t task,
                                std::uint32_t attempt, bool met) {
  const history::Task& asked = workflow.graph->tasks[task];
  docket_.observe();
  const bool fires = thresher::fault_fires(workflow.graph->fault_seed, workflow.graph->id, asked.id, attempt,
                                           asked.chaos->probability);
  if (fires == met) return;
  tell(answered, workflow, task,
       {fmt::format("{} was injected with probability {:.3f}.", asked.chaos->type, asked.chaos->probability),
        fmt::format("By the hash rule, which the platform says it keeps, with seed {} it {} at attempt {}.",
                    workflow.graph->fault_seed, fires ? "fires" : "does not fire", attempt),
        fmt::format("The answer says that attempt {} met {}.", attempt, met ? "a fault" : "none")});
}

void FaultsCheck::judge_firing(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const history::Task& asked = workflow.graph->tasks[task];
  const TaskRun& run = workflow.runs[task];
  if (!asked.chaos || run.made == 0) return;
  // A platform may list attempts without saying which of them met the fault.
  const bool by_attempt = !run.attempts.empty() && (!run.result->chaos_occurred || any_fault(run));
  if (answered.answer->fault_rule != "hash") {
    docket_.observe();
    return draws_.add(asked.chaos->probability,
                      by_attempt ? !run.attempts.front().fault.empty() : run.result->chaos_occurred);
  }
  if (by_attempt) {
    for (const history::Attempt& attempt : run.attempts)
      judge_attempt(answered, workflow, task, attempt.number, !attempt.fault.empty());
    return;
  }
  // Only the last word on all attempts together is known. Any firing among them makes a fault occur.
  std::uint32_t first = 1;
  while (first < run.made && !thresher::fault_fires(workflow.graph->fault_seed, workflow.graph->id, asked.id, first,
                                                    asked.chaos->probability))
    ++first;
  judge_attempt(answered, workflow, task, first, run.result->chaos_occurred);
}

void FaultsCheck::judge_kind(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const auto& chaos = workflow.graph->tasks[task].chaos;
  const history::TaskResult& result = *workflow.runs[task].result;
  const std::string_view kind = result.chaos_type;
  if (!chaos) {
    tell(answered, workflow, task,
         {fmt::format("The answer says that it met the fault \"{}\".", kind), "Nobody injected one into this task."});
  } else if (!kind.empty() && kind != chaos->type) {
    tell(answered, workflow, task,
         {fmt::format("The injected fault is {}.", chaos->type), fmt::format("The answer says that it met {}.", kind)});
  }
}

void FaultsCheck::judge_claim(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const history::TaskResult& result = *workflow.runs[task].result;
  const auto& chaos = workflow.graph->tasks[task].chaos;
  const Timescale scale = workflow.scale();
  tell(answered, workflow, task,
       {fmt::format("The platform says that it recovered from {} by {}, at {}: \"{}\".", result.chaos_type,
                    result.recovery_action, scale.at(result.recovered_at), result.recovery_effect),
        fmt::format("The task is \"{}\", at {}, and no attempt that met the fault or came after it succeeded.",
                    result.word, scale.at(result.end)),
        chaos && chaos->recovery_action == "compensate_or_fail" ? "Nor was anything undone."
                                                                : "Its remedy is to go on, not to undo.",
        "So nothing shows a recovery but the word.", scale.legend()});
}

void FaultsCheck::judge_count(const Case& answered) {
  const auto told = answered.answer->chaos_events_recovered;
  if (!told || answered.workflows.empty()) return;
  docket_.observe();
  const FaultCount seen = count_faults(answered);
  if (*told <= seen.recovered) return;
  docket_.tell(answered.t, [&] {
    Witness witness{fmt::format("item {}, chaos_events_recovered", answered.item->id),
                    {fmt::format("The platform says that it recovered from {} faults.", *told),
                     fmt::format("{} tasks met a fault; {} of them show a recovery.", seen.occurred, seen.recovered)},
                    {{"item", answered.item->id}}};
    constexpr std::size_t kShown = 5;
    for (const WorkflowCase& workflow : answered.workflows)
      for (std::uint32_t task = 0; task < workflow.runs.size() && witness.lines.size() < 2 + kShown; ++task) {
        const FaultSeen fault = fault_seen(answered, workflow, task);
        if (fault.occurred && !fault.recovered)
          witness.lines.push_back(fmt::format("  {} ({}) did not: it is \"{}\"", workflow.name(task),
                                              workflow.runs[task].result->chaos_type,
                                              workflow.runs[task].result->word));
      }
    return witness;
  });
}

void FaultsCheck::answered(const Case& answered) {
  for (const WorkflowCase& workflow : answered.workflows)
    for (std::uint32_t task = 0; task < workflow.runs.size(); ++task) {
      if (workflow.runs[task].result == nullptr) continue;
      judge_firing(answered, workflow, task);
      const FaultSeen seen = fault_seen(answered, workflow, task);
      if (seen.occurred) judge_kind(answered, workflow, task);
      if (seen.claimed && !seen.recovered) judge_claim(answered, workflow, task);
    }
  judge_count(answered);
}

thresher::Finding FaultsCheck::finding() {
  constexpr double kSignificance = 1e-6;  // one false alarm in half a million runs
  const double tail = draws_.count() > 0 ? draws_.tail() : 1;
  if (tail < kSignificance)
    docket_.tell(-1, [&] {
      return Witness{
          "all injected faults",
          {fmt::format("Of {} tasks with an injected fault, {} met one; by their probabilities {:.1f} are "
                       "expected.",
                       draws_.count(), draws_.hits(), draws_.expected()),
           fmt::format("So far out, with the probabilities asked for, is a count once in {:.0f} runs.",
                       1 / std::max(tail, 1e-300)),
           fmt::format("The platform says that faults are drawn; it does not draw them as it was asked to.")},
          {}};
    });
  return docket_.finding("faults fired and ended as they should");
}

}  // namespace oracle
