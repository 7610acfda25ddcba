#pragma once

#include <optional>
#include <vector>

#include "engine/executor.h"
#include "pacing/arrival_schedule.h"

namespace thresher::engine {

/// Open model: arrivals fall due whatever became of earlier ones (constant_arrival_rate and ramping_arrival_rate). Each
/// takes an idle user of its scenario, last in first out, or a new one; beyond the worker's share of max_in_flight it
/// is dropped and counted. Arrivals the worker was late for still begin, with their own due time.
class ArrivalExecutor final : public Executor {
 public:
  explicit ArrivalExecutor(const ExecutorContext& context);

  TimePoint advance(TimePoint now, Allowance& allowance) override;
  bool exhausted(TimePoint now) const override;
  Nanoseconds length() const override { return length_; }
  TimePoint iteration_ended(UserIndex user, const IterationEnd& end) override;
  bool user_retired(UserIndex) override { return false; }
  void delay(Nanoseconds) override {}  // dues are kept as offsets, and the clock moved
  void stop(TimePoint now) override;
  Result<void> scale_users(TimePoint now, std::uint64_t users) override;
  Result<void> scale_rate(TimePoint now, double per_s) override;
  Dropped dropped() const override { return dropped_; }

 private:
  struct RateChange {
    Nanoseconds from;
    double per_s;
  };

  TimePoint next_due() const;
  std::uint64_t next_number() const { return first_number_ + next_.number; }
  UserIndex user_for(std::size_t scenario);
  void take_next();
  void change_rate_if_due();
  void drop(TimePoint now);

  const ExecutorContext context_;
  VirtualUsers& users_;
  const Nanoseconds length_;
  const std::uint64_t most_in_flight_;
  pacing::ArrivalSchedule schedule_;
  pacing::ArrivalSchedule::Arrival next_;
  Nanoseconds schedule_began_{};      ///< offset at which schedule_ began: zero until the rate is scaled
  std::uint64_t first_number_ = 0;    ///< what schedule_'s number 0 is called; a multiple of the number of workers
  std::uint64_t numbers_used_ = 0;    ///< every number taken so far is below
  std::optional<RateChange> coming_;  ///< takes over once the arrivals due before it are through
  std::vector<std::vector<UserIndex>> idle_;  ///< by scenario; the most recently used last
  Dropped dropped_;
};

}  // namespace thresher::engine
