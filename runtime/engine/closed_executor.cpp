#include "engine/closed_executor.h"

#include <algorithm>

#include "engine/shape.h"
#include "engine/share.h"

namespace thresher::engine {

namespace {
constexpr TimePoint kNotWaiting = TimePoint::max();
}

ClosedExecutor::ClosedExecutor(const ExecutorContext& context, pacing::UserSchedule schedule, Quota quota)
    : context_(context),
      users_(*context.users),
      schedule_(std::move(schedule)),
      quota_(quota),
      length_(shape_length(*context.plan)),
      next_change_(beginning_of(context)),
      shared_left_(quota.shared) {}

TimePoint ClosedExecutor::advance(TimePoint now, Allowance& allowance) {
  if (over(now)) return TimePoint::max();
  follow_schedule(now);
  for (const UserIndex user : returning_) {
    if (user < wanted_ && users_.state(user) == UserState::absent) spawn(user, now);
  }
  returning_.clear();
  begin_due(now, allowance);
  return std::min({waiting_.next_due(), context_.clock->at(next_change_), context_.clock->at(length_)});
}

void ClosedExecutor::follow_schedule(TimePoint now) {
  for (; context_.clock->at(next_change_) <= now; next_change_ = schedule_.next_change(next_change_)) {
    want(schedule_.users_at(next_change_), context_.clock->at(next_change_));
  }
}

void ClosedExecutor::want(std::uint64_t users, TimePoint since) {
  const auto wanted = static_cast<UserIndex>(share_of(users, context_.worker, context_.workers));
  while (wanted_ < wanted) spawn(wanted_++, since);
  while (wanted_ > wanted) {
    due_[--wanted_] = kNotWaiting;
    users_.leave(wanted_, since + context_.plan->stop_timeout);
  }
}

/// What the earlier run counted of the user's own quota.
std::uint32_t ClosedExecutor::done_before(UserIndex user) const {
  if (context_.earlier == nullptr) return 0;
  const std::vector<std::uint32_t>& done = context_.earlier->user_iterations;
  const UserNumber number = users_.number(user);
  return number < done.size() ? done[number] : 0;
}

void ClosedExecutor::spawn(UserIndex user, TimePoint due) {
  if (user >= due_.size()) due_.resize(user + 1, kNotWaiting);
  if (done_before(user) >= quota_.per_user) {
    ++finished_users_;
    return;
  }
  if (users_.state(user) == UserState::absent) {
    users_.add(user, context_.plan->scenario_of(users_.number(user)));
  } else if (!users_.stay(user)) {
    return;  // it is on its way out; user_retired() brings it back
  }
  if (users_.state(user) == UserState::idle) wait_until(user, due);
}

void ClosedExecutor::wait_until(UserIndex user, TimePoint due) {
  due_[user] = due;
  waiting_.push(due, user);
}

void ClosedExecutor::begin_due(TimePoint now, Allowance& allowance) {
  while (waiting_.next_due() <= now && shared_left_ > 0 && !allowance.spent()) {
    const ThinkTimes::Entry next = waiting_.pop();
    if (due_[next.user] != next.due) continue;  // the user left, or waits for another moment
    due_[next.user] = kNotWaiting;
    if (quota_.shared != Quota::kUnlimited) --shared_left_;
    allowance.take();
    users_.begin(next.user, {.number = begun(next.user), .due = next.due, .started = now});
  }
}

bool ClosedExecutor::exhausted(TimePoint now) const {
  if (over(now) || shared_left_ == 0) return true;
  const bool all_spawned = next_change_ == Nanoseconds::max();
  return quota_.per_user != Quota::kUnlimited && all_spawned && finished_users_ >= wanted_;
}

TimePoint ClosedExecutor::iteration_ended(UserIndex user, const IterationEnd& end) {
  if (begun(user) >= quota_.per_user) {
    ++finished_users_;
    users_.leave(user, TimePoint::max());
    return end.ended;
  }
  // Thinking stands still with the shape's clock: what ended during a pause ended, for this purpose, when the pause
  // began.
  const TimePoint ended = context_.clock->standing(end.ended);
  const bool no_time = end.ended == end.began && end.think <= Nanoseconds{};
  wait_until(user, ended + (no_time ? context_.shortest_cycle : std::max(end.think, Nanoseconds{})));
  return due_[user];
}

bool ClosedExecutor::user_retired(UserIndex user) {
  if (user >= wanted_ || begun(user) >= quota_.per_user) return false;
  returning_.push_back(user);
  return true;
}

std::vector<std::uint32_t> ClosedExecutor::user_iterations() const {
  std::vector<std::uint32_t> ended;
  if (quota_.per_user == Quota::kUnlimited) return ended;
  for (UserIndex user = 0; user < due_.size(); ++user) {
    const UserState state = users_.state(user);
    const bool in_progress =
        state == UserState::running || state == UserState::leaving || state == UserState::interrupted;
    ended.push_back(begun(user) - (in_progress ? 1 : 0));
  }
  return ended;
}

void ClosedExecutor::delay(Nanoseconds by) {
  waiting_.delay(by);
  for (TimePoint& due : due_) {
    if (due != kNotWaiting) due += by;
  }
}

void ClosedExecutor::stop(TimePoint) { std::fill(due_.begin(), due_.end(), kNotWaiting); }

Result<void> ClosedExecutor::scale_users(TimePoint now, std::uint64_t users) {
  if (auto accepted = accepts_user_scaling(*context_.plan); !accepted) return accepted;
  next_change_ = Nanoseconds::max();
  want(users, now);
  return {};
}

Result<void> ClosedExecutor::scale_rate(TimePoint, double) { return accepts_rate_scaling(*context_.plan); }

}  // namespace thresher::engine
