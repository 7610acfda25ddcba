#include "agent_pool.h"

#include <algorithm>
#include <utility>

namespace aoa {
namespace {

constexpr std::string_view kBuiltIn = "aoa-built-in";

AgentSpec built_in_agent() {
  AgentSpec agent;
  agent.id = kBuiltIn;
  agent.type = "worker";
  agent.max_concurrent = 100;
  return agent;
}

bool has_all(const std::vector<std::string>& tools, const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& tool) {
    return std::find(tools.begin(), tools.end(), tool) != tools.end();
  });
}

}  // namespace

void AgentPool::ingest(std::vector<AgentSpec> agents) {
  for (AgentSpec& spec : agents) {
    const auto [place, added] = index_.try_emplace(spec.id, static_cast<std::uint32_t>(agents_.size()));
    if (added) agents_.emplace_back();
    agents_[place->second].spec = std::move(spec);
    freed_.push_back(place->second);
  }
  for (Entry& agent : agents_) agent.lanes.clear();
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane) find_candidates(lane);
}

void AgentPool::want(const Waiting& waiting) {
  if (agents_.empty()) ingest({built_in_agent()});
  const TaskSpec& task = waiting.workflow->spec.tasks[waiting.task];
  const std::uint32_t number = lane_of(task);
  Lane& lane = lanes_[number];
  lane.queue.push({task.priority, next_order_++, waiting});
  if (std::exchange(lane.marked, true)) return;
  marked_lanes_.push_back(number);
}

std::uint32_t AgentPool::lane_of(const TaskSpec& task) {
  std::string key = "@" + task.assigned_agent;
  if (task.assigned_agent.empty()) {
    key = task.agent_type;
    for (const std::string& tool : task.tools) key.append(1, '\n').append(tool);
  }
  const auto [place, added] = lane_index_.try_emplace(std::move(key), static_cast<std::uint32_t>(lanes_.size()));
  if (added) {
    Lane& lane = lanes_.emplace_back();
    lane.assigned = task.assigned_agent;
    lane.type = task.agent_type;
    lane.tools = task.tools;
    find_candidates(place->second);
  }
  return place->second;
}

bool AgentPool::may_take(const Entry& agent, const Lane& lane, bool by_type, bool by_tools) const {
  if (agent.spec.id == kBuiltIn && agents_.size() > 1) return false;
  if (ignore_assignment_ && agent.spec.id == lane.assigned && agents_.size() > 1) return false;
  if (by_type && !lane.type.empty() && agent.spec.type != lane.type) return false;
  return !by_tools || has_all(agent.spec.tools, lane.tools);
}

void AgentPool::find_candidates(std::uint32_t number) {
  Lane& lane = lanes_[number];
  lane.candidates.clear();
  const auto assigned = index_.find(lane.assigned);
  if (!lane.assigned.empty() && assigned != index_.end() && !ignore_assignment_) {
    lane.candidates.push_back(assigned->second);
  } else {
    constexpr std::pair<bool, bool> kFussy[] = {{true, true}, {true, false}, {false, true}, {false, false}};
    for (const auto& [by_type, by_tools] : kFussy) {
      for (std::uint32_t i = 0; i < agents_.size(); ++i)
        if (may_take(agents_[i], lane, by_type, by_tools)) lane.candidates.push_back(i);
      if (!lane.candidates.empty()) break;
    }
  }
  for (const std::uint32_t agent : lane.candidates) agents_[agent].lanes.push_back(number);
}

const AgentPool::Queued* AgentPool::head(Lane& lane) {
  while (!lane.queue.empty()) {
    const Waiting& first = lane.queue.top().waiting;
    if (first.workflow->tasks[first.task].state == TaskState::ready) return &lane.queue.top();
    lane.queue.pop();
  }
  return nullptr;
}

void AgentPool::place(const std::function<void(const Waiting&, std::uint32_t)>& start) {
  const auto take = [&](Lane& lane, std::uint32_t agent) {
    const Waiting waiting = lane.queue.top().waiting;
    lane.queue.pop();
    ++agents_[agent].busy;
    start(waiting, agent);
  };
  for (const std::uint32_t agent : std::exchange(freed_, {})) {
    while (has_slot(agent)) {
      Lane* best = nullptr;
      for (const std::uint32_t number : agents_[agent].lanes) {
        const Queued* first = head(lanes_[number]);
        if (first != nullptr && (best == nullptr || best->queue.top() < *first)) best = &lanes_[number];
      }
      if (best == nullptr) break;
      take(*best, agent);
    }
  }
  for (const std::uint32_t number : std::exchange(marked_lanes_, {})) {
    Lane& lane = lanes_[number];
    lane.marked = false;
    while (head(lane) != nullptr) {
      std::optional<std::uint32_t> idlest;
      for (const std::uint32_t agent : lane.candidates)
        if (has_slot(agent) && (!idlest || agents_[agent].busy < agents_[*idlest].busy)) idlest = agent;
      if (!idlest) break;
      take(lane, *idlest);
    }
  }
}

void AgentPool::release(std::uint32_t agent) {
  --agents_[agent].busy;
  freed_.push_back(agent);
}

std::optional<std::uint32_t> AgentPool::second_opinion(std::uint32_t agent) const {
  const auto count = static_cast<std::uint32_t>(agents_.size());
  std::optional<std::uint32_t> other;
  for (std::uint32_t step = 1; step < count; ++step) {
    const std::uint32_t candidate = (agent + step) % count;
    if (agents_[candidate].spec.type == agents_[agent].spec.type) return candidate;
    if (!other) other = candidate;
  }
  return other;
}

}  // namespace aoa
