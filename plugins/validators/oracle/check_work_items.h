#pragma once

#include <cstdint>
#include <string>

#include "oracle/check.h"
#include "oracle/recent.h"

namespace oracle {

/// ORACLE 2 and 10, of work items. One that says how often it may be retried is attempted at most max_retries + 1
/// times, and has failed or expired only after exactly so many attempts; a lease that was released was none. What has
/// ended stays as it ended, and nobody acquires it again. What a sweep found, it recovered or gave up.
class WorkItemsCheck : public Check {
 public:
  explicit WorkItemsCheck(const Bench& bench)
      : docket_(bench.docket("work_items")), items_(bench.settings.ended_limit) {}
  void heard(const history::Event& event) override;
  thresher::Finding finding() override {
    return docket_.finding("attempts, ends and sweeps of work items as they have to be");
  }

 private:
  struct Item {
    std::int64_t allowed = -1;  ///< attempts; -1: it was not told
    std::int64_t attempts = 0, leaving = 0;
    std::int64_t ended_at = -1;
    std::string word, attempt_list;  ///< the end; "  a at 10.000 ms" by line
  };
  void acquired(std::int64_t t, const history::LeaseTold& told);
  void finished(std::int64_t t, const history::WorkFinished& told);
  void swept(std::int64_t t, const history::Swept& told);
  void left(Item& item, std::string_view what);

  Docket docket_;
  Recent<Item> items_;
};

}  // namespace oracle
