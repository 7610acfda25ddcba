#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "run_state.h"
#include "spec.h"

namespace aoa {

/// A task that is ready and wants an agent.
struct Waiting {
  std::shared_ptr<WorkflowRun> workflow = {};
  std::uint32_t task = 0;
};

/// The agents of a tenant, their slots, and the lines of tasks that wait for them. Work-conserving: after every call of
/// place(), no task waits that a free slot of a suitable agent could take. Of those that wait for one agent, the more
/// urgent goes first, then the one that was ready first.
class AgentPool {
 public:
  /// `ignore_assignment`: the bug; an assigned task goes to anybody else.
  explicit AgentPool(bool ignore_assignment) : ignore_assignment_(ignore_assignment) {}

  /// Adds agents, or replaces those of the same id; what they are doing goes on.
  void ingest(std::vector<AgentSpec> agents);
  bool knows(std::string_view id) const { return index_.contains(std::string(id)); }
  const AgentSpec& agent(std::uint32_t index) const { return agents_[index].spec; }
  std::size_t size() const { return agents_.size(); }

  /// A task wants an agent: that which it is assigned to, else one of its type with its tools, else of its type, else
  /// with its tools, else any. With no agent at all, a built-in one that takes everything.
  void want(const Waiting& waiting);
  /// Gives free slots to those that wait; calls start(waiting, agent) for each. start may not call want or release.
  void place(const std::function<void(const Waiting&, std::uint32_t)>& start);
  /// The slot of an attempt that has ended.
  void release(std::uint32_t agent);
  /// Another agent to ask for an opinion: the first by type, after `agent`; nothing when it is alone.
  std::optional<std::uint32_t> second_opinion(std::uint32_t agent) const;

 private:
  struct Entry {
    AgentSpec spec = {};
    std::uint32_t busy = 0;
    std::vector<std::uint32_t> lanes = {};  ///< those it serves
  };
  struct Queued {
    int priority = 0;
    std::uint64_t order = 0;
    Waiting waiting = {};
    bool operator<(const Queued& other) const {  // a priority_queue's top is its greatest
      return priority != other.priority ? priority > other.priority : order > other.order;
    }
  };
  /// Tasks that the same agents may take.
  struct Lane {
    std::string assigned = {}, type = {};
    std::vector<std::string> tools = {};
    std::vector<std::uint32_t> candidates = {};
    std::priority_queue<Queued> queue = {};
    bool marked = false;  ///< in marked_lanes_
  };

  std::uint32_t lane_of(const TaskSpec& task);
  void find_candidates(std::uint32_t lane);
  bool may_take(const Entry& agent, const Lane& lane, bool by_type, bool by_tools) const;
  bool has_slot(std::uint32_t agent) const { return agents_[agent].busy < agents_[agent].spec.max_concurrent; }
  /// The first of a lane that still wants an agent, those before it dropped; null when nobody waits.
  const Queued* head(Lane& lane);

  bool ignore_assignment_;
  std::vector<Entry> agents_;
  std::unordered_map<std::string, std::uint32_t> index_;
  std::vector<Lane> lanes_;
  std::map<std::string, std::uint32_t, std::less<>> lane_index_;
  std::vector<std::uint32_t> freed_;         ///< agents with a slot that may have become free
  std::vector<std::uint32_t> marked_lanes_;  ///< lanes that somebody has joined
  std::uint64_t next_order_ = 0;
};

}  // namespace aoa
