#pragma once

#include "oracle/check.h"

namespace oracle {

/// ORACLE 1. For every dependency d -> t of a task that began: t's first attempt begins no earlier than the success of
/// d, within the clock bound. The answer may be any linear extension of the graph; nothing is compared with one order.
/// Inside a loop each iteration is held to itself; what comes after a loop waits for its last. Where one dependency is
/// enough ("any"), the earliest success counts.
class OrderCheck : public Check {
 public:
  explicit OrderCheck(const Bench& bench) : docket_(bench.docket("order")) {}
  void answered(const Case& answered) override;
  thresher::Finding finding() override { return docket_.finding("dependencies held"); }

 private:
  struct Edge;
  void judge(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);
  void judge_any(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);
  void judge_pass(const Case& answered, const WorkflowCase& workflow, const Edge& edge, std::uint32_t iteration);
  void compare(const Case& answered, const WorkflowCase& workflow, const Edge& edge, history::Instant success,
               history::Instant begin);

  Docket docket_;
};

}  // namespace oracle
