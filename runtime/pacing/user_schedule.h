#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace thresher::pacing {

struct UserStage {
  Nanoseconds duration{};
  double target_users = 0;  ///< at its end, rounded to whole users; zero duration jumps there
};

/// How many users there should be at a moment: a straight line per stage, from zero users, made of whole users. Pure;
/// every worker asks for its own users (user i runs while i < users_at).
///
/// A stage that changes the number by d has d steps of equal length. Going up, a user joins at the beginning of each
/// step: ten users at one per second join at 0, 1, ... 9 s, as in Locust. Going down, a user leaves at the end of each
/// step, so the target is reached exactly at the stage's end. Integer arithmetic: no user comes or goes by rounding.
class UserSchedule {
 public:
  explicit UserSchedule(std::vector<UserStage> stages);

  std::uint64_t users_at(Nanoseconds offset) const;  ///< from the start of load; the last target after the end
  /// The first moment after `offset` at which users_at changes; Nanoseconds::max() when it never does again.
  Nanoseconds next_change(Nanoseconds offset) const;
  std::uint64_t most_users() const;
  Nanoseconds length() const;

 private:
  /// A stage with a length, or a jump that nothing follows.
  struct Line {
    Nanoseconds begin, length;
    std::int64_t from, to;

    std::int64_t users_at(Nanoseconds offset) const;   ///< begin <= offset < begin + length
    Nanoseconds step_after(Nanoseconds offset) const;  ///< may be the line's end
  };

  std::vector<Line> lines_;
  std::int64_t last_ = 0, most_ = 0;
  Nanoseconds length_{};
};

}  // namespace thresher::pacing
