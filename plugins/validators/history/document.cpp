#include "history/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "history/reader.h"

namespace history {
namespace {

/// Kahn's algorithm; short when there is a cycle.
std::vector<std::uint32_t> topological(const std::vector<Task>& tasks) {
  std::vector<std::uint32_t> missing(tasks.size()), order;
  std::vector<std::vector<std::uint32_t>> leads_to(tasks.size());
  for (std::uint32_t i = 0; i < tasks.size(); ++i) {
    missing[i] = static_cast<std::uint32_t>(tasks[i].needs.size());
    for (const std::uint32_t need : tasks[i].needs) leads_to[need].push_back(i);
    if (missing[i] == 0) order.push_back(i);
  }
  for (std::size_t done = 0; done < order.size(); ++done)
    for (const std::uint32_t next : leads_to[order[done]])
      if (--missing[next] == 0) order.push_back(next);
  return order;
}

/// Which tasks lie on a path from `first` to `last`, both included.
std::vector<bool> body_of(const Loop& loop, const std::vector<Task>& tasks, const std::vector<std::uint32_t>& order) {
  std::vector<bool> after_first(tasks.size()), before_last(tasks.size());
  after_first[loop.first] = true;
  for (const std::uint32_t task : order)
    for (const std::uint32_t need : tasks[task].needs) after_first[task] = after_first[task] || after_first[need];
  before_last[loop.last] = true;
  for (auto task = order.rbegin(); task != order.rend(); ++task)
    if (before_last[*task])
      for (const std::uint32_t need : tasks[*task].needs) before_last[need] = true;
  for (std::size_t i = 0; i < tasks.size(); ++i) after_first[i] = after_first[i] && before_last[i];
  return after_first;
}

}  // namespace

std::uint32_t Workflow::find(std::string_view task, std::uint32_t hint) const {
  if (hint < tasks.size() && tasks[hint].id == task) return hint;
  const auto found =
      std::lower_bound(by_id_.begin(), by_id_.end(), task,
                       [this](std::uint32_t i, std::string_view wanted) { return tasks[i].id < wanted; });
  return found != by_id_.end() && tasks[*found].id == task ? *found : kNone;
}

void Workflow::complete() {
  by_id_.resize(tasks.size());
  std::iota(by_id_.begin(), by_id_.end(), 0U);
  std::sort(by_id_.begin(), by_id_.end(), [this](auto a, auto b) { return tasks[a].id < tasks[b].id; });
  order = topological(tasks);
  if (order.size() < tasks.size())
    throw BadEvent(
        fmt::format("the dependencies of workflow \"{}\" have a cycle; ways back belong into \"loops\"", id));
  for (std::size_t i = 0; i < loops.size(); ++i) {
    const std::vector<bool> body = body_of(loops[i], tasks, order);
    if (!body[loops[i].first])
      throw BadEvent(fmt::format("workflow \"{}\" loops from \"{}\" back to \"{}\", which does not lead to it", id,
                                 tasks[loops[i].last].id, tasks[loops[i].first].id));
    for (std::size_t task = 0; task < tasks.size(); ++task)
      if (body[task]) tasks[task].loop = static_cast<std::int32_t>(i);
  }
}

}  // namespace history
