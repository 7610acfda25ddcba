#pragma once

#include "oracle/check.h"
#include "oracle/statistics.h"

namespace oracle {

/// ORACLE 15. The part of workflows that completed, by our own count of the parts, against the rate that the ground
/// truth promises: PASS only when the lower bound of its Wilson interval meets it, FAIL only when the upper bound does
/// not, else NO_DATA, since the data cannot tell. A rate that the platform reports is compared with the parts of its
/// answer; comparing it with the platform's own counters would say nothing, and where that is all there is, it is named
/// vacuous.
class RatesCheck : public Check {
 public:
  explicit RatesCheck(const Bench& bench) : docket_(bench.docket("rates")) {}
  void answered(const Case& answered) override;
  thresher::Finding finding() override;

 private:
  void compare(const Case& answered, std::string_view name, std::optional<double> told, std::int64_t hits,
               std::int64_t trials, std::string_view what);

  Docket docket_;
  std::uint64_t completed_ = 0, workflows_ = 0, faults_ = 0, recovered_ = 0, vacuous_ = 0;
  double promised_ = 0;  ///< sum over workflows of the rate promised for them
};

}  // namespace oracle
