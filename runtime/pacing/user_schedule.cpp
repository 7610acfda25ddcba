#include "pacing/user_schedule.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace thresher::pacing {
namespace {

/// Nanoseconds times users leaves 64 bits: ten hours of ramp to a million users does.
__extension__ using Wide = __int128;

}  // namespace

UserSchedule::UserSchedule(std::vector<UserStage> stages) {
  for (const auto& stage : stages) {
    const std::int64_t target = std::max<std::int64_t>(0, std::llround(stage.target_users));
    if (stage.duration > Nanoseconds::zero()) {
      lines_.push_back({length_, stage.duration, last_, target});
      most_ = std::max({most_, last_, target});
      length_ += stage.duration;
    }
    last_ = target;
  }
  most_ = std::max(most_, last_);
}

std::int64_t UserSchedule::Line::users_at(Nanoseconds offset) const {
  const std::int64_t change = std::abs(to - from);
  const auto steps_over = static_cast<std::int64_t>(Wide{(offset - begin).count()} * change / length.count());
  if (to > from) return from + steps_over + 1;
  return from - steps_over;
}

Nanoseconds UserSchedule::Line::step_after(Nanoseconds offset) const {
  const Wide change = std::abs(to - from);
  if (change == 0) return begin + length;
  const Wide next = Wide{(offset - begin).count()} * change / length.count() + 1;
  return begin + Nanoseconds{static_cast<std::int64_t>((next * length.count() + change - 1) / change)};
}

std::uint64_t UserSchedule::users_at(Nanoseconds offset) const {
  const auto after = std::upper_bound(lines_.begin(), lines_.end(), offset,
                                      [](Nanoseconds moment, const Line& line) { return moment < line.begin; });
  std::int64_t users = last_;
  if (after != lines_.begin() && offset < length_) users = std::prev(after)->users_at(offset);
  return static_cast<std::uint64_t>(users);
}

Nanoseconds UserSchedule::next_change(Nanoseconds offset) const {
  const std::uint64_t now = users_at(offset);
  for (const auto& line : lines_) {
    if (offset >= line.begin + line.length) continue;
    if (line.begin > offset && users_at(line.begin) != now) return line.begin;
    const Nanoseconds step = line.step_after(std::max(offset, line.begin));
    if (users_at(step) != now) return step;
  }
  return Nanoseconds::max();
}

std::uint64_t UserSchedule::most_users() const { return static_cast<std::uint64_t>(most_); }

Nanoseconds UserSchedule::length() const { return length_; }

}  // namespace thresher::pacing
