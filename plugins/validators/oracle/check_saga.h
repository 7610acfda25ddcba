#pragma once

#include "oracle/check.h"

namespace oracle {

/// ORACLE 5. A saga that failed undoes what it did: every completed step with a compensation once, in the reverse of
/// the graph's order, by its own handler, and nothing forward after the first; a saga that completed undoes nothing. A
/// step of unknown outcome (a time-out) may be undone or not; a step that never ran may not.
class SagaCheck : public Check {
 public:
  explicit SagaCheck(const Bench& bench) : docket_(bench.docket("saga")) {}
  void answered(const Case& answered) override;
  thresher::Finding finding() override;

 private:
  struct Undo;
  void judge(const Case& answered, const WorkflowCase& workflow);
  void judge_steps(const Case& answered, const WorkflowCase& workflow, const std::vector<Undo>& undone);
  void judge_order(const Case& answered, const WorkflowCase& workflow, const std::vector<Undo>& undone);
  void judge_forward(const Case& answered, const WorkflowCase& workflow, const std::vector<Undo>& undone);
  void tell(const Case& answered, const WorkflowCase& workflow, std::uint32_t task, std::vector<std::string> lines);

  Docket docket_;
  std::uint64_t silent_ = 0;  ///< failed sagas of which the platform does not say what it undid
};

}  // namespace oracle
