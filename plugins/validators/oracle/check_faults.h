#pragma once

#include "oracle/check.h"
#include "oracle/statistics.h"

namespace oracle {

/// ORACLE 11. Where the platform says that faults fire by the hash rule, exactly those attempts met one for which
/// thresher/fault.hpp says so; where it draws, k of n is tested against the injected probabilities. A fault is of the
/// injected kind, on a task that has one injected. What counts as recovered is shown by a success or an undone saga.
class FaultsCheck : public Check {
 public:
  explicit FaultsCheck(const Bench& bench) : docket_(bench.docket("faults")) {}
  void answered(const Case& answered) override;
  thresher::Finding finding() override;

 private:
  void judge_firing(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);
  void judge_attempt(const Case& answered, const WorkflowCase& workflow, std::uint32_t task, std::uint32_t attempt,
                     bool met);
  void judge_kind(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);
  void judge_claim(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);
  void judge_count(const Case& answered);
  void tell(const Case& answered, const WorkflowCase& workflow, std::uint32_t task, std::vector<std::string> lines);

  Docket docket_;
  Draws draws_;
};

}  // namespace oracle
