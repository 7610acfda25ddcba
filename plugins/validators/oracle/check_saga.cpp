#include "oracle/check_saga.h"

#include <fmt/format.h>

#include <algorithm>

namespace oracle {

using history::Status;

struct SagaCheck::Undo {
  std::uint32_t task = 0;
  const history::Compensation* what = nullptr;
};

namespace {

constexpr std::uint32_t kNone = history::Workflow::kNone;

/// earlier[a][b]: b depends on a, over any number of edges.
std::vector<std::vector<bool>> reachability(const history::Workflow& graph) {
  const std::size_t count = graph.tasks.size();
  std::vector<std::vector<bool>> earlier(count, std::vector<bool>(count));
  for (const std::uint32_t task : graph.order)
    for (const std::uint32_t need : graph.tasks[task].needs)
      for (std::size_t i = 0; i < count; ++i)
        if (i == need || earlier[i][need]) earlier[i][task] = true;
  return earlier;
}

std::string told(const WorkflowCase& workflow, const history::Compensation& undone) {
  return fmt::format("{} was undone by {} from {} to {}", undone.task,
                     undone.handler.empty() ? "an unnamed handler" : undone.handler, workflow.scale().at(undone.begin),
                     workflow.scale().at(undone.end));
}

/// The platform shows that the step happened: its status, or an attempt of it that succeeded.
bool step_completed(const TaskRun& run) { return run.succeeded || run.success.known(); }

bool outcome_unknown(const TaskRun& run) {
  return run.ran() && !step_completed(run) &&
         (run.result->status == Status::timeout ||
          std::any_of(run.attempts.begin(), run.attempts.end(),
                      [](const auto& attempt) { return attempt.status == Status::timeout; }));
}

}  // namespace

void SagaCheck::tell(const Case& answered, const WorkflowCase& workflow, std::uint32_t task,
                     std::vector<std::string> lines) {
  docket_.tell(answered.t, [&] {
    Witness witness{"saga", std::move(lines), {{"workflow", workflow.graph->id}}};
    witness.subject = task == kNone ? workflow.name() : workflow.name(task);
    if (task != kNone) witness.details.emplace_back("task", workflow.graph->tasks[task].id);
    witness.lines.push_back(workflow.scale().legend());
    return witness;
  });
}

void SagaCheck::judge_steps(const Case& answered, const WorkflowCase& workflow, const std::vector<Undo>& undone) {
  for (std::uint32_t task = 0; task < workflow.runs.size(); ++task) {
    const history::Task& asked = workflow.graph->tasks[task];
    const TaskRun& run = workflow.runs[task];
    std::vector<std::string> times;
    for (const Undo& undo : undone)
      if (undo.task == task && undo.what->status != Status::failed)
        times.push_back("  " + told(workflow, *undo.what) + ".");
    if (times.empty() && step_completed(run) && !asked.handler.empty()) {
      tell(answered, workflow, task,
           {fmt::format("The saga is \"{}\".", workflow.result->word),
            fmt::format("Its step {} succeeded at {}, and declares the compensation {}.", asked.id,
                        workflow.scale().at(run.success), asked.handler),
            fmt::format("The platform lists {} compensations, none of this step: what it did still stands.",
                        undone.size())});
    } else if (times.size() > 1) {
      times.insert(times.begin(), fmt::format("{} was undone {} times:", asked.id, times.size()));
      times.emplace_back("A compensation takes effect once, as the step did.");
      tell(answered, workflow, task, std::move(times));
    } else if (!times.empty() && !step_completed(run) && !outcome_unknown(run)) {
      times.insert(times.begin(),
                   fmt::format("{} is \"{}\": it {}.", asked.id, run.result ? run.result->word : "unmentioned",
                               run.ran() ? "did not succeed" : "never ran"));
      times.emplace_back("So there was nothing to undo.");
      tell(answered, workflow, task, std::move(times));
    }
  }
}

void SagaCheck::judge_order(const Case& answered, const WorkflowCase& workflow, const std::vector<Undo>& undone) {
  const auto earlier = reachability(*workflow.graph);
  for (const Undo& first : undone)
    for (const Undo& second : undone) {
      // `second` depends on `first`, so it has to be undone before `first` is.
      if (!earlier[first.task][second.task]) continue;
      if (!first.what->begin.known() || !second.what->end.known()) continue;
      if (first.what->begin + docket_.run().clock_bound >= second.what->end) continue;
      tell(answered, workflow, first.task,
           {fmt::format("{} depends on {}, so it has to be undone first.", second.what->task, first.what->task),
            told(workflow, *first.what) + ",", "but " + told(workflow, *second.what) + ".",
            "That is not the reverse of the order in which the steps were done."});
      return;  // one pair proves it; a reversed saga would show them all
    }
}

void SagaCheck::judge_forward(const Case& answered, const WorkflowCase& workflow, const std::vector<Undo>& undone) {
  const Undo* first = nullptr;
  for (const Undo& undo : undone)
    if (undo.what->begin.known() && (first == nullptr || undo.what->begin < first->what->begin)) first = &undo;
  if (first == nullptr) return;
  for (std::uint32_t task = 0; task < workflow.runs.size(); ++task)
    for (const history::Attempt& attempt : workflow.runs[task].attempts) {
      if (!attempt.begin.known() || attempt.begin <= first->what->begin + docket_.run().clock_bound) continue;
      tell(answered, workflow, task,
           {told(workflow, *first->what) + ": the saga was on its way back.",
            fmt::format("{} began attempt {} at {}, after that.", workflow.graph->tasks[task].id, attempt.number,
                        workflow.scale().at(attempt.begin)),
            "No step goes forward once the first has been undone."});
      return;
    }
}

void SagaCheck::judge(const Case& answered, const WorkflowCase& workflow) {
  const history::WorkflowResult& result = *workflow.result;
  if (!history::is_terminal(result.status)) return;
  const bool completed = result.status == Status::completed || result.status == Status::retried;
  if (!result.tells_compensations) {
    silent_ += !completed;
    return;
  }
  docket_.observe();
  std::vector<Undo> undone;
  for (const history::Compensation& what : answered.answer->compensations_of(result)) {
    const std::uint32_t task = workflow.graph->find(what.task);
    if (task == kNone) {
      tell(answered, workflow, kNone, {told(workflow, what) + ".", "The saga has no step of that name."});
      continue;
    }
    undone.push_back({task, &what});
    const std::string& handler = workflow.graph->tasks[task].handler;
    if (!handler.empty() && !what.handler.empty() && what.handler != handler)
      tell(answered, workflow, task, {told(workflow, what) + ".", fmt::format("Its compensation is {}.", handler)});
  }
  if (completed) {
    for (const Undo& undo : undone)
      tell(answered, workflow, undo.task,
           {fmt::format("The saga is \"{}\".", result.word), told(workflow, *undo.what) + ".",
            "A saga that succeeded undoes nothing."});
    return;
  }
  judge_steps(answered, workflow, undone);
  judge_order(answered, workflow, undone);
  judge_forward(answered, workflow, undone);
}

void SagaCheck::answered(const Case& answered) {
  for (const WorkflowCase& workflow : answered.workflows)
    if (workflow.graph->saga) judge(answered, workflow);
}

thresher::Finding SagaCheck::finding() {
  thresher::Finding finding =
      docket_.finding("sagas undid what they had done", fmt::format(R"({{"unreported":{}}})", silent_));
  if (silent_ > 0)
    finding.summary += fmt::format("; of {} failed sagas the platform does not say what it undid", silent_);
  return finding;
}

}  // namespace oracle
