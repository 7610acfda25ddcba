#include "oracle/case.h"

#include <algorithm>

namespace oracle {
namespace {

using history::Status;

TaskRun run_of(const history::Answer& answer, const history::TaskResult& result) {
  TaskRun run;
  run.result = &result;
  run.attempts = answer.of(result);
  run.succeeded = history::has_succeeded(result.status);
  run.begin = result.begin;
  if (run.attempts.empty()) {
    if (run.succeeded) run.success = result.end;
    const bool idle = result.status == Status::skipped || result.status == Status::pending;
    run.made = run.begin.known() && !idle ? result.retry_count + 1 : 0;
    if (idle && !result.end.known()) run.begin = {};
    return run;
  }
  for (const history::Attempt& attempt : run.attempts) {
    if (attempt.begin.known() && (!run.begin.known() || attempt.begin < run.begin)) run.begin = attempt.begin;
    if (history::has_succeeded(attempt.status)) run.success = std::max(run.success, attempt.end);
    run.made = std::max(run.made, attempt.number);  // a platform may keep the last ones only
  }
  if (run.succeeded && !run.success.known()) run.success = result.end;
  return run;
}

void match_tasks(const history::Answer& answer, WorkflowCase& matched) {
  const auto& tasks = matched.graph->tasks;
  matched.runs.assign(tasks.size(), {});
  matched.strangers.clear();
  matched.repetitions.clear();
  std::uint32_t hint = 0;
  for (const history::TaskResult& result : answer.of(*matched.result)) {
    const std::uint32_t index = matched.graph->find(result.id, hint);
    hint = index + 1;
    if (index == history::Workflow::kNone) {
      matched.strangers.push_back(&result);
    } else if (matched.runs[index].result != nullptr) {
      matched.repetitions.push_back(&result);
    } else {
      matched.runs[index] = run_of(answer, result);
    }
  }
}

/// Where `id` is among the submitted workflows; answers mostly keep their order.
std::size_t find(const Item& item, std::string_view id, std::size_t hint) {
  if (hint < item.workflows.size() && item.workflows[hint]->id == id) return hint;
  const auto found =
      std::find_if(item.workflows.begin(), item.workflows.end(), [id](const auto& each) { return each->id == id; });
  return static_cast<std::size_t>(found - item.workflows.begin());
}

}  // namespace

history::Instant WorkflowCase::begin() const {
  if (result->begin.known()) return result->begin;
  history::Instant first;
  for (const TaskRun& run : runs)
    if (run.begin.known() && (!first.known() || run.begin < first)) first = run.begin;
  return first;
}

WorkflowCase& CaseFile::next() {
  if (used_ == workflows_.size()) workflows_.emplace_back();
  return workflows_[used_++];
}

const Case& CaseFile::match(const Item& item, const history::Answer& answer, std::int64_t t) {
  case_.item = &item;
  case_.answer = &answer;
  case_.t = t;
  case_.strangers.clear();
  case_.repetitions.clear();
  case_.missing.clear();
  used_ = 0;
  seen_.assign(item.workflows.size(), false);
  std::size_t hint = 0;
  for (const history::WorkflowResult& result : answer.workflows) {
    // One workflow by itself needs no name to be recognised.
    const bool alone = !item.scenario && answer.workflows.size() == 1 && result.id.empty();
    const std::size_t index = alone ? 0 : find(item, result.id, hint);
    hint = index + 1;
    if (index == item.workflows.size()) {
      case_.strangers.push_back(&result);
    } else if (seen_[index]) {
      case_.repetitions.push_back(&result);
    } else {
      seen_[index] = true;
      WorkflowCase& matched = next();
      matched.graph = item.workflows[index];
      matched.result = &result;
      match_tasks(answer, matched);
    }
  }
  for (std::size_t i = 0; i < seen_.size(); ++i)
    if (!seen_[i]) case_.missing.push_back(item.workflows[i].get());
  case_.workflows = std::span<const WorkflowCase>(workflows_).first(used_);
  return case_;
}

}  // namespace oracle
