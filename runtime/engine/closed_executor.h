#pragma once

#include <limits>
#include <vector>

#include "engine/executor.h"
#include "engine/think_times.h"
#include "pacing/user_schedule.h"

namespace thresher::engine {

/// Closed model: users follow a schedule, each begins its next iteration when it has finished one and thought. One
/// class for constant_vus, ramping_vus and externally_controlled (no quota), per_vu_iterations (a quota each) and
/// shared_iterations (one quota for all users of the worker, its share of the run's).
class ClosedExecutor final : public Executor {
 public:
  struct Quota {
    std::uint64_t per_user = kUnlimited;
    std::uint64_t shared = kUnlimited;
    static constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();
  };
  ClosedExecutor(const ExecutorContext& context, pacing::UserSchedule schedule, Quota quota);

  TimePoint advance(TimePoint now, Allowance& allowance) override;
  bool exhausted(TimePoint now) const override;
  Nanoseconds length() const override { return length_; }
  TimePoint iteration_ended(UserIndex user, const IterationEnd& end) override;
  bool user_retired(UserIndex user) override;
  void delay(Nanoseconds by) override;
  void stop(TimePoint now) override;
  Result<void> scale_users(TimePoint now, std::uint64_t users) override;
  Result<void> scale_rate(TimePoint now, double per_s) override;
  std::vector<std::uint32_t> user_iterations() const override;

 private:
  void follow_schedule(TimePoint now);
  void want(std::uint64_t users, TimePoint since);
  void spawn(UserIndex user, TimePoint due);
  void wait_until(UserIndex user, TimePoint due);
  std::uint32_t done_before(UserIndex user) const;
  std::uint32_t begun(UserIndex user) const { return done_before(user) + users_.iterations(user); }
  void begin_due(TimePoint now, Allowance& allowance);
  bool over(TimePoint now) const { return now >= context_.clock->at(length_); }

  const ExecutorContext context_;
  VirtualUsers& users_;
  pacing::UserSchedule schedule_;
  const Quota quota_;
  const Nanoseconds length_;
  Nanoseconds next_change_{};   ///< offset of the schedule's next step; max() when it has none left
  UserIndex wanted_ = 0;        ///< users 0 .. wanted-1 of this worker should be there
  std::vector<TimePoint> due_;  ///< by user: of its valid entry in waiting_; kNotWaiting when it has none
  ThinkTimes waiting_;
  std::vector<UserIndex> returning_;  ///< wanted again while their on_stop ran; absent now, due as soon as they can be
  std::uint64_t shared_left_;
  std::uint64_t finished_users_ = 0;  ///< whose own quota is used up
};

}  // namespace thresher::engine
