#pragma once

#include "oracle/agent_board.h"
#include "oracle/check.h"

namespace oracle {

/// ORACLE 4. By a sweep over each agent's timeline, across all items: no more attempts under way than its policy's
/// max_concurrent_tasks, no more API calls in a window than its rate. The agent that did a task is the assigned one;
/// where the platform chose, it exists, is of the wanted type and has the tools, provided the fleet has such an agent.
/// What a human must approve (the task's own rule, or its agent's policy) was approved before it took effect.
class CapacityCheck : public Check, public AgentWatcher {
 public:
  explicit CapacityCheck(const Bench& bench) : docket_(bench.docket("capacity")), book_(bench.book) {}
  void answered(const Case& answered) override;
  void on_overload(const history::Agent& agent, const std::vector<Work>& open) override;
  void on_overrate(const history::Agent& agent, const Work& work, const std::deque<history::Instant>& begins) override;
  thresher::Finding finding() override { return docket_.finding("uses of agents keep to assignment and policy"); }

 private:
  void judge_agent(const Case& answered, const WorkflowCase& workflow, std::uint32_t task, std::string_view agent);
  void judge_choice(const Case& answered, const WorkflowCase& workflow, std::uint32_t task,
                    const history::Agent& agent);
  void judge_approval(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);
  bool fleet_has(const history::Task& task) const;

  Docket docket_;
  const WorkflowBook& book_;
  std::int64_t t_ = -1;  ///< of the last answer: what the board settles is shown by it
};

}  // namespace oracle
