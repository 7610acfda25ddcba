#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace history {

/// The fault that the generator put on a task.
struct Chaos {
  std::string type, recovery_action;
  double probability = 1;  ///< in [0, 1]
};

/// One task of a workflow, as it was sent.
struct Task {
  std::string id, type;
  std::string agent;                 ///< the assigned agent's id; empty: the platform chooses
  std::string agent_type;            ///< of an agent that may do it; empty: any
  std::string handler;               ///< of its compensation; empty: none
  std::vector<std::uint32_t> needs;  ///< indices of the tasks it depends on, each once
  std::vector<std::string> tools;
  std::optional<Chaos> chaos;
  std::uint32_t max_retries = 3;
  bool retryable = true, idempotent = true, requires_human = false;
  bool any_suffices = false;  ///< join_type "any": one dependency is enough
  std::int32_t loop = -1;     ///< index into Workflow::loops of the innermost loop around it; -1: none

  std::uint32_t attempts_allowed() const { return retryable ? max_retries + 1 : 1; }
};

/// A cyclic workflow's way back: after `last` control may return to `first`.
struct Loop {
  std::uint32_t first = 0, last = 0;
  std::uint32_t max_iterations = 1;
};

/// A workflow's graph with its ground truth: what a platform is held to.
struct Workflow {
  static constexpr std::uint32_t kNone = 0xffffffff;

  std::string id, type;
  std::vector<Task> tasks;
  std::vector<Loop> loops;
  std::vector<std::uint32_t> order;  ///< a topological order of the tasks
  std::uint64_t fault_seed = 0;      ///< for thresher/fault.hpp
  bool saga = false;                 ///< a failed step undoes the completed ones

  /// The index of a task, kNone for an id that is not of this graph. `hint`: where to look first; answers mostly keep
  /// the document's order.
  std::uint32_t find(std::string_view task, std::uint32_t hint = 0) const;

  /// Makes order, loops' bodies and the index for find() out of what was read. Throws BadEvent when the dependencies
  /// have a cycle: that is the sender's mistake, and no platform can be held to it.
  void complete();

 private:
  std::vector<std::uint32_t> by_id_;  ///< tasks' indices in the order of their ids
};

/// Who does the work, as far as rules depend on it.
struct Agent {
  std::string id, type;
  std::vector<std::string> tools;
  std::uint32_t max_concurrent_tasks = 0;   ///< 0: no limit known
  std::uint32_t api_calls_per_min = 0;      ///< 0: no limit known
  std::vector<std::string> needs_approval;  ///< tools that a human must approve; "*": any task
};

/// What the ground truth of a scenario promises; members that the document lacks stay empty.
struct Expectations {
  std::optional<double> completion_rate;  ///< the least part of workflows that must complete, in [0, 1]
  std::optional<bool> all_workflows_assigned, can_execute_all, chaos_recovery_possible;
  std::optional<std::int64_t> planner_count, worker_count;
  std::optional<std::int64_t> chaos_events;  ///< faults injected, whether they fire or not
  /// What a platform that does everything right comes to; our own dialect knows.
  std::optional<std::int64_t> workflows_failed, tasks_completed, faults_fired, faults_recovered;
};

/// What was sent in one request: a scenario, or one workflow by itself.
struct Submission {
  std::vector<std::shared_ptr<Workflow>> workflows;  ///< shared with checks that judge it after its item's end
  std::vector<Agent> agents;                         ///< those the document brings along
  Expectations expected;
  std::optional<std::uint64_t> seed;
};

}  // namespace history
