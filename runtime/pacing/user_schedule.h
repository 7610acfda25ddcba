#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace thresher::pacing {

struct UserStage {
  Nanoseconds duration{};
  double target_users = 0;
};

/// How many users there should be at a moment, and when user i starts and stops: a piecewise straight line, rounded to whole
/// users. Pure; every worker asks for its own users.
class UserSchedule {
 public:
  explicit UserSchedule(std::vector<UserStage> stages);

  std::uint64_t users_at(Nanoseconds offset) const;      ///< from the start of load; the last target after the end
  /// The first moment after `offset` at which users_at changes; Nanoseconds::max() when it never does again.
  Nanoseconds next_change(Nanoseconds offset) const;
  std::uint64_t most_users() const;
  Nanoseconds length() const;

 private:
  std::vector<UserStage> stages_;
};

}  // namespace thresher::pacing
