#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "oracle/check.h"
#include "oracle/recent.h"

namespace oracle {

/// ORACLE 8. Nobody acquires an item while another holder's lease on it runs; the tokens of an item's leases rise; a
/// write, renewal, release, completion or surrender is refused when its holder's lease has ended, ran out or was
/// followed by another, and is not refused while it runs.
///
/// What the platform decides, it decides between the sending and the hearing. A lease therefore has two ends, the
/// earliest and the latest it may have, and only what is wrong whenever it was decided is told, beyond the clock bound.
class LeasesCheck : public Check {
 public:
  explicit LeasesCheck(const Bench& bench) : docket_(bench.docket("leases")), items_(bench.settings.ended_limit) {}
  void heard(const history::Event& event) override;
  thresher::Finding finding() override { return docket_.finding("leases and writes kept apart"); }

 private:
  struct Lease {
    std::string holder;
    std::int64_t token = -1;
    std::int64_t since = 0;                 ///< when we heard of it; our clock, as all of these
    std::int64_t earliest = 0, latest = 0;  ///< its end; the greatest time when it was not told how long it runs
    bool leaving = false;                   ///< its holder has asked to release it
    std::int64_t ended = -1;                ///< when we heard so; -1: it has not
  };
  /// An item's leases by their tokens; the last is the newest.
  using Leases = std::deque<Lease>;

  /// A request made under a lease.
  struct Request {
    std::string_view what, item, holder;
    std::int64_t token = -1, sent = 0, heard = 0;
    bool accepted = false;
  };
  void acquired(std::int64_t t, const history::LeaseTold& told);
  void judge(const Leases& leases, const Lease* lease, const Request& request);
  std::string why_over(const Leases& leases, const Lease* lease, const Request& request) const;
  bool surely_runs(const Leases& leases, const Lease& lease, const Request& request) const;
  void tell_overlap(std::int64_t t, const history::LeaseTold& told, const Lease& held, std::int64_t token,
                    bool overlaps);
  static Lease* find(Leases& leases, std::string_view holder, std::int64_t token);

  Docket docket_;
  Recent<Leases> items_;
};

}  // namespace oracle
