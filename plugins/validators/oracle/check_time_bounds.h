#pragma once

#include "oracle/check.h"

namespace oracle {

/// ORACLE 3. The longest path through the graph, by measured durations, fits the makespan: below it a dependency was
/// broken or a clock lies. Also: no interval ends before it begins, an attempt lies within its task and a task within
/// its workflow, a reported duration is the difference of its times, and the platform did not take longer than we
/// waited. Work and span go into the finding's details as a report, not a verdict: tasks are pinned to agents.
class TimeBoundsCheck : public Check {
 public:
  explicit TimeBoundsCheck(const Bench& bench) : docket_(bench.docket("time_bounds")) {}
  void answered(const Case& answered) override;
  thresher::Finding finding() override;

 private:
  void judge_span(const Case& answered, const WorkflowCase& workflow);
  void judge_task(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);
  void judge_wait(const Case& answered);
  void contradiction(const Case& answered, std::string subject, std::vector<std::string> lines,
                     const WorkflowCase* workflow);

  Docket docket_;
  double work_ms_ = 0, span_ms_ = 0;        ///< sums over workflows
  std::vector<history::Nanoseconds> path_;  ///< reused: the longest path that ends with a task
  std::vector<std::uint32_t> steps_, before_;
};

}  // namespace oracle
