#pragma once

#include "oracle/check.h"

namespace oracle {

/// ORACLE 2. What ran is exactly the graph: no unknown workflow or task, none twice, none missing; a completed workflow
/// succeeded in every task; at most max_retries + 1 attempts per iteration (1 when not retryable), at most
/// max_iterations iterations; a task that is not idempotent succeeds once and takes effect once.
class GraphCheck : public Check {
 public:
  explicit GraphCheck(const Bench& bench) : docket_(bench.docket("graph")) {}
  void answered(const Case& answered) override;
  thresher::Finding finding() override { return docket_.finding("tasks are those of their graphs"); }

 private:
  void judge_ids(const Case& answered, const WorkflowCase& workflow);
  void judge_complete(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);
  void judge_attempts(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);
  void judge_effects(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);

  Docket docket_;
};

}  // namespace oracle
