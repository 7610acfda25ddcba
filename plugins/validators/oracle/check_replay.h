#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oracle/check.h"
#include "oracle/recent.h"

namespace oracle {

/// ORACLE 7. The numbers of a task's checkpoints rise without a gap; what was acknowledged survives: it is what a
/// worker resumes from, and it is listed at the end as it was acknowledged; and work that was killed and resumed ends
/// in the state and with the effects of the same work in a run without a crash, which another item (`like`) shows.
class ReplayCheck : public Check {
 public:
  explicit ReplayCheck(const Bench& bench) : docket_(bench.docket("replay")), items_(bench.settings.ended_limit) {}
  void heard(const history::Event& event) override;
  thresher::Finding finding() override;

 private:
  struct Acknowledged {
    std::int64_t sequence = 0, t = 0;
    std::string holder, hash;
  };
  /// What came of an item: {task, payload hash} of each effect, sorted.
  struct End {
    std::string word, state;
    std::int64_t t = 0;
    std::vector<std::pair<std::string, std::string>> effects;
  };
  struct Item {
    std::string like;
    std::vector<Acknowledged> acknowledged;
    std::vector<std::string> crashes;  ///< "w-1 was killed at 12.000 ms."
    std::int64_t reached = 0;          ///< the highest number that we know to be given
    bool unsure = false;               ///< a checkpoint since then got no answer
    bool ledger_read = false;
    std::vector<std::pair<std::string, std::string>> effects;
    std::optional<End> end;
  };
  void acknowledged(std::int64_t t, const history::CheckpointTold& told);
  void resumed(std::int64_t t, const history::Resumed& told);
  void listed(std::int64_t t, const history::CheckpointsRead& told);
  void finished(std::int64_t t, const history::WorkFinished& told);
  void compare(std::string_view id, const Item& item, const End& wanted);
  void killed(std::int64_t t, const history::Killed& told);
  void tell(std::int64_t t, std::string_view id, const Item& item, std::vector<std::string> lines);

  Docket docket_;
  Recent<Item> items_;
  std::vector<std::string> restarts_;  ///< of the platform, the latest
  std::uint64_t without_like_ = 0;
};

}  // namespace oracle
