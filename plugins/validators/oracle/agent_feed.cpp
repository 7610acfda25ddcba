#include "oracle/agent_feed.h"

#include <algorithm>
#include <utility>

namespace oracle {

using history::Instant;
using history::Nanoseconds;

namespace {

/// When a task could begin; unknown when that cannot be said.
Instant ready_at(const Case& answered, const WorkflowCase& workflow, std::uint32_t task) {
  const history::Task& asked = workflow.graph->tasks[task];
  if (asked.needs.empty()) {
    const Instant whole = answered.answer->begin;
    return answered.item->scenario && whole.known() ? whole : workflow.result->begin;
  }
  Instant ready;
  for (const std::uint32_t need : asked.needs) {
    const Instant success = workflow.runs[need].success;
    const std::int32_t loop = workflow.graph->tasks[need].loop;
    const bool loops = loop >= 0 && (loop == asked.loop ||  // its first iteration's dependencies are not looked up
                                     workflow.graph->loops[static_cast<std::size_t>(loop)].last != need);
    if (!success.known() || loops) return {};
    ready = !ready.known() ? success : asked.any_suffices ? std::min(ready, success) : std::max(ready, success);
  }
  return ready;
}

}  // namespace

bool ran_in_series(const Case& answered, Nanoseconds clock_bound) {
  if (answered.workflows.size() < 2) return false;
  std::vector<std::pair<Instant, Instant>> spans;
  for (const WorkflowCase& workflow : answered.workflows) {
    const Instant begin = workflow.begin(), end = workflow.result->end;
    if (!begin.known() || !end.known()) return false;
    spans.emplace_back(begin, end);
  }
  std::sort(spans.begin(), spans.end());
  for (std::size_t i = 1; i < spans.size(); ++i)
    if (spans[i].first + clock_bound < spans[i - 1].second) return false;
  return true;
}

void feed(AgentBoard& board, const Case& answered, const WorkflowBook& book, const Settings& settings,
          Nanoseconds clock_bound) {
  const bool series = ran_in_series(answered, clock_bound);
  for (const WorkflowCase& workflow : answered.workflows)
    for (std::uint32_t task = 0; task < workflow.runs.size(); ++task) {
      const TaskRun& run = workflow.runs[task];
      if (!run.ran() || run.result == nullptr) continue;
      const history::Task& asked = workflow.graph->tasks[task];
      const auto put = [&](std::string_view agent_id, Instant begin, Instant end, bool first) {
        const history::Agent* agent = book.agent(agent_id);
        if (agent == nullptr || !begin.known() || !end.known() || end < begin) return;
        Work work{workflow.graph, task, asked.type == "api_call", begin, end, {}, settings.start_bound};
        if (first) work.ready = ready_at(answered, workflow, task);
        if (series && asked.needs.empty()) work.patience = clock_bound;
        board.add(*agent, std::move(work));
      };
      if (run.attempts.empty()) put(run.result->agent, run.begin, run.result->end, true);
      for (const history::Attempt& attempt : run.attempts)
        put(attempt.agent.empty() ? run.result->agent : attempt.agent, attempt.begin, attempt.end,
            &attempt == &run.attempts.front() && attempt.number == 1);
    }
}

}  // namespace oracle
