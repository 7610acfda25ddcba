#pragma once

#include "oracle/check.h"

namespace oracle {

/// ORACLE 10. An item's status goes forward only (pending, running, terminal); terminal is final: whoever reads again
/// reads the same. Within a terminal answer nothing is still under way, the whole agrees with its parts, and attempts
/// follow one another, none after the one that succeeded (but in the next iteration of a loop).
class StatusCheck : public Check {
 public:
  explicit StatusCheck(const Bench& bench) : docket_(bench.docket("status")), book_(bench.book) {}
  void heard(const history::Event& event) override;
  void answered(const Case& answered) override;
  thresher::Finding finding() override;

 private:
  void polled(std::int64_t t, const history::Polled& told);
  void read_again(std::int64_t t, const history::ResultCame& told);
  void judge_parts(const Case& answered);
  void judge_attempts(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);
  void tell(std::int64_t t, std::string_view item, std::vector<std::string> lines);

  Docket docket_;
  const WorkflowBook& book_;
};

}  // namespace oracle
