#pragma once

#include "oracle/check.h"

namespace oracle {

/// ORACLE 8. Nobody acquires an item while another holder's lease on it runs, beyond the clock bound; the token of a
/// new lease is greater than every earlier one of the item; a write is refused unless its holder's lease runs and its
/// token is the newest. Keeps one lease per item, until it was released or expired and its item has ended.
class LeasesCheck : public Check {
 public:
  explicit LeasesCheck(const Bench& bench) : docket_(bench.docket("leases")), book_(bench.book) {}
  void heard(const history::Event& event) override;
  thresher::Finding finding() override { return docket_.finding("leases and writes kept apart"); }

 private:
  struct Lease {
    std::string holder;
    std::int64_t since = 0;  ///< our clock, as all of these
    std::int64_t until = 0;  ///< the greatest time when it was not told how long it runs
    std::int64_t token = -1;
    bool runs = false;
  };
  void acquired(std::int64_t t, const history::LeaseTold& told);
  void written(std::int64_t t, const history::WriteTold& told);

  Docket docket_;
  const WorkflowBook& book_;
  ByText<Lease> leases_;
};

}  // namespace oracle
