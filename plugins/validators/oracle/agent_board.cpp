#include "oracle/agent_board.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace oracle {

using history::Instant;

void AgentBoard::add(const history::Agent& agent, Work work) {
  auto found = lines_.find(std::string_view(agent.id));
  if (found == lines_.end()) {
    found = lines_.emplace(agent.id, Line{}).first;
    found->second.agent = agent;
  }
  found->second.gathered.push_back(std::move(work));
}

void AgentBoard::advance(Instant horizon) {
  for (auto& [id, line] : lines_)
    if (line.gathered.size() >= line.worth_it) settle(line, horizon);
}

void AgentBoard::close() {
  constexpr Instant kEnd(std::numeric_limits<std::int64_t>::max());
  for (auto& [id, line] : lines_) settle(line, kEnd);
}

void AgentBoard::settle(Line& line, Instant horizon) {
  const auto early = std::partition(line.gathered.begin(), line.gathered.end(),
                                    [horizon](const Work& work) { return work.begin < horizon; });
  // Equal beginnings: the task's number makes the order, and so the witness, the same in every run.
  std::sort(line.gathered.begin(), early, [](const Work& a, const Work& b) {
    return std::tie(a.begin, a.end, a.graph->id, a.task) < std::tie(b.begin, b.end, b.graph->id, b.task);
  });
  for (auto work = line.gathered.begin(); work != early; ++work) begin(line, *work);
  line.gathered.erase(line.gathered.begin(), early);
  line.worth_it = std::max(kFirst, 2 * line.gathered.size());
  std::erase_if(line.over, [horizon](const Work& work) { return work.end < horizon; });
}

void AgentBoard::begin(Line& line, const Work& work) {
  // Intervals are open, and two that overlap by no more than the clock bound may just as well follow each other.
  const auto over = std::partition(line.open.begin(), line.open.end(),
                                   [&](const Work& other) { return other.end > work.begin + run_.clock_bound; });
  line.over.insert(line.over.end(), std::make_move_iterator(over), std::make_move_iterator(line.open.end()));
  line.open.erase(over, line.open.end());
  if (work.ready.known() && work.begin - work.ready > work.patience) look_for_idleness(line, work);
  line.open.push_back(work);
  const std::uint32_t limit = line.agent.max_concurrent_tasks;
  const bool overloaded = limit > 0 && line.open.size() > limit;
  if (overloaded && !line.overloaded)
    for (AgentWatcher* watcher : watchers_) watcher->on_overload(line.agent, line.open);
  line.overloaded = overloaded;
  if (work.calls && rate_window_.count() > 0 && line.agent.api_calls_per_min > 0) count_call(line, work);
}

void AgentBoard::count_call(Line& line, const Work& work) {
  line.calls.push_back(work.begin);
  while (line.calls.front() + rate_window_ <= work.begin + run_.clock_bound) line.calls.pop_front();
  const bool overrated = line.calls.size() > line.agent.api_calls_per_min;
  if (overrated && !line.overrated)
    for (AgentWatcher* watcher : watchers_) watcher->on_overrate(line.agent, work, line.calls);
  line.overrated = overrated;
}

/// The longest stretch of [ready, begin] in which the agent had a slot left. An agent whose rate of calls is used up is
/// not free for a call.
void AgentBoard::look_for_idleness(const Line& line, const Work& work) const {
  if (work.calls && rate_window_.count() > 0 && line.calls.size() + 1 > line.agent.api_calls_per_min &&
      line.agent.api_calls_per_min > 0)
    return;
  struct Step {
    Instant at;
    int by;
  };
  std::vector<Step> steps;
  const auto gather = [&](const std::vector<Work>& works) {
    for (const Work& other : works) {
      if (other.end <= work.ready || other.begin >= work.begin) continue;
      steps.push_back({std::max(other.begin, work.ready), +1});
      steps.push_back({std::min(other.end, work.begin), -1});
    }
  };
  gather(line.open);
  gather(line.over);
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
  steps.push_back({work.begin, 0});
  const std::uint32_t limit = line.agent.max_concurrent_tasks;
  Instant free_since = work.ready, from, until;
  std::int64_t busy = 0;
  bool free = true;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    busy += steps[i].by;
    const bool last = i + 1 == steps.size();
    if (!last && steps[i + 1].at == steps[i].at) continue;  // what happens at once is one step
    const bool still_free = !last && (limit == 0 || busy < limit);
    if (free && !still_free && (!from.known() || steps[i].at - free_since > until - from))
      from = free_since, until = steps[i].at;
    if (!free && still_free) free_since = steps[i].at;
    free = still_free;
  }
  if (!from.known() || until - from <= work.patience) return;
  for (AgentWatcher* watcher : watchers_) watcher->on_idle(line.agent, work, from, until);
}

}  // namespace oracle
