#include "oracle/check_time_bounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace oracle {

using history::Instant;
using history::Nanoseconds;

namespace {

/// What a task kept its workflow busy for, once: from its beginning to its success. Inside a loop: the last iteration.
Nanoseconds busy(const TaskRun& run) {
  if (!run.success.known()) return {};
  Instant begin = run.begin;
  if (!run.attempts.empty()) {
    const std::uint32_t last = run.attempts.back().iteration;
    for (auto attempt = run.attempts.rbegin(); attempt != run.attempts.rend() && attempt->iteration == last; ++attempt)
      begin = attempt->begin;
  }
  return begin.known() ? std::max(Nanoseconds{}, run.success - begin) : Nanoseconds{};
}

}  // namespace

void TimeBoundsCheck::contradiction(const Case& answered, std::string subject, std::vector<std::string> lines,
                                    const WorkflowCase* workflow) {
  docket_.tell(answered.t, [&] {
    Witness witness{std::move(subject), std::move(lines), {{"item", answered.item->id}}};
    if (workflow != nullptr) {
      witness.lines.push_back(workflow->scale().legend());
      witness.details.emplace_back("workflow", workflow->graph->id);
    }
    return witness;
  });
}

void TimeBoundsCheck::judge_span(const Case& answered, const WorkflowCase& workflow) {
  constexpr std::uint32_t kNone = history::Workflow::kNone;
  const auto& tasks = workflow.graph->tasks;
  path_.assign(tasks.size(), {});
  steps_.assign(tasks.size(), 0);
  before_.assign(tasks.size(), kNone);
  Nanoseconds work{};
  std::uint32_t last = kNone;
  for (const std::uint32_t task : workflow.graph->order) {
    if (!tasks[task].any_suffices)
      for (const std::uint32_t need : tasks[task].needs)
        if (path_[need] > path_[task] || before_[task] == kNone)
          path_[task] = path_[need], steps_[task] = steps_[need], before_[task] = need;
    const Nanoseconds own = busy(workflow.runs[task]);
    work += own;
    path_[task] += own;
    ++steps_[task];
    if (last == kNone || path_[task] > path_[last]) last = task;
  }
  const Instant begin = workflow.begin();
  if (last == kNone || !begin.known() || !workflow.result->end.known()) return;
  docket_.observe();
  work_ms_ += history::milliseconds(work);
  span_ms_ += history::milliseconds(path_[last]);
  const Nanoseconds makespan = workflow.result->end - begin;
  if (path_[last] <= makespan + docket_.run().clock_bound * (steps_[last] + 1)) return;
  std::vector<std::string> lines{
      fmt::format("The workflow took {}: from {} to {}.", history::to_text(makespan), workflow.scale().at(begin),
                  workflow.scale().at(workflow.result->end)),
      fmt::format("This path through its graph took {} by the tasks' own times:", history::to_text(path_[last]))};
  std::vector<std::string> path;
  for (std::uint32_t task = last; task != kNone; task = before_[task])
    path.push_back(fmt::format("  {}: {}", tasks[task].id, history::to_text(busy(workflow.runs[task]))));
  lines.insert(lines.end(), path.rbegin(), path.rend());
  lines.emplace_back("Each of them needs the one before, so either a dependency was broken or a clock lies.");
  contradiction(answered, workflow.name(), std::move(lines), &workflow);
}

void TimeBoundsCheck::judge_task(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const history::TaskResult& result = *workflow.runs[task].result;
  const Nanoseconds eps = docket_.run().clock_bound;
  const Timescale scale = workflow.scale();
  if (!result.begin.known() || !result.end.known()) return;
  docket_.observe();
  const auto span = [&](Instant begin, Instant end) { return fmt::format("{} to {}", scale.at(begin), scale.at(end)); };
  if (result.end + eps < result.begin)
    return contradiction(answered, workflow.name(task),
                         {fmt::format("It ran from {}: it ended before it began.", span(result.begin, result.end))},
                         &workflow);
  const Instant from = workflow.result->begin, until = workflow.result->end;
  if ((from.known() && result.begin + eps < from) || (until.known() && result.end > until + eps))
    contradiction(answered, workflow.name(task),
                  {fmt::format("It ran from {}.", span(result.begin, result.end)),
                   fmt::format("Its workflow ran from {}, and a task runs within its workflow.", span(from, until))},
                  &workflow);
  for (const history::Attempt& attempt : workflow.runs[task].attempts) {
    const bool outside = (attempt.begin.known() && attempt.begin + eps < result.begin) ||
                         (attempt.end.known() && attempt.end > result.end + eps) ||
                         (attempt.begin.known() && attempt.end.known() && attempt.end + eps < attempt.begin);
    if (!outside) continue;
    contradiction(
        answered, workflow.name(task),
        {fmt::format("Its attempt {} ran from {}.", attempt.number, span(attempt.begin, attempt.end)),
         fmt::format("The task ran from {}, and an attempt lies within its task.", span(result.begin, result.end))},
        &workflow);
    break;
  }
  if (!result.duration_ms) return;
  const double measured = history::milliseconds(result.end - result.begin);
  if (std::fabs(*result.duration_ms - measured) <= history::milliseconds(eps) + 0.01 * measured) return;
  contradiction(answered, workflow.name(task),
                {fmt::format("It ran from {}, which is {:.3f} ms.", span(result.begin, result.end), measured),
                 fmt::format("Its duration_ms says {:.3f}.", *result.duration_ms)},
                &workflow);
}

void TimeBoundsCheck::judge_wait(const Case& answered) {
  const history::Answer& answer = *answered.answer;
  if (!answer.begin.known() || !answer.end.known()) return;
  docket_.observe();
  const Nanoseconds told = answer.end - answer.begin;
  const Nanoseconds waited(answered.t - answered.item->submitted);
  constexpr double kDrift = 0.01;  // of two clocks: far more than any that is kept in step with the world
  const double allowed = static_cast<double>(waited.count()) * (1 + kDrift);
  if (static_cast<double>(told.count()) <= allowed + static_cast<double>(docket_.run().clock_bound.count())) return;
  contradiction(answered, fmt::format("item {}", answered.item->id),
                {fmt::format("The platform says that it ran from {} to {}, for {}.", history::to_text(answer.begin),
                             history::to_text(answer.end), history::to_text(told)),
                 fmt::format("By our clock the answer was here {} after the submission.", history::to_text(waited)),
                 "It cannot have taken longer than we waited, so its clock lies."},
                nullptr);
}

void TimeBoundsCheck::answered(const Case& answered) {
  judge_wait(answered);
  for (const WorkflowCase& workflow : answered.workflows) {
    judge_span(answered, workflow);
    for (std::uint32_t task = 0; task < workflow.runs.size(); ++task)
      if (workflow.runs[task].result != nullptr) judge_task(answered, workflow, task);
  }
}

thresher::Finding TimeBoundsCheck::finding() {
  return docket_.finding("times are possible",
                         fmt::format(R"({{"work_ms":{:.3f},"span_ms":{:.3f}}})", work_ms_, span_ms_));
}

}  // namespace oracle
