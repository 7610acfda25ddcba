#pragma once

#include "oracle/check.h"

namespace oracle {

/// ORACLE 9. Nothing is lost or doubled: the counters of an answer equal our own count of its parts, those of the
/// platform's reading equal each other's sum and ours (but for requests whose answer is under way), and the number of
/// items submitted equals those that ended, are in flight or were rejected. The difference is named.
class ConservationCheck : public Check {
 public:
  explicit ConservationCheck(const Bench& bench) : docket_(bench.docket("conservation")), book_(bench.book) {}
  void heard(const history::Event& event) override;
  void answered(const Case& answered) override;
  thresher::Finding finding() override { return docket_.finding("counters add up"); }

 private:
  struct Count;
  void judge(const Case& answered, const Count& count);
  void read(std::int64_t t, const history::CountersRead& counters);

  Docket docket_;
  const WorkflowBook& book_;
};

}  // namespace oracle
