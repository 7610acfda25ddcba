#include "engine/virtual_users.h"

#include <algorithm>
#include <cassert>

namespace thresher::engine {

VirtualUsers::VirtualUsers(IterationRunner& runner, IterationSeries& series, Place place)
    : runner_(runner), series_(series), place_(place) {}

void VirtualUsers::add(UserIndex user, std::size_t scenario) {
  if (user >= users_.size()) users_.resize(user + 1);
  assert(users_[user].state == UserState::absent);
  users_[user] = User{.scenario = static_cast<std::uint16_t>(scenario), .state = UserState::idle};
  ++tally_.alive;
  tally_.alive_most = std::max(tally_.alive_most, tally_.alive);
  runner_.add_user(number(user), scenario);
}

void VirtualUsers::begin(UserIndex index, Iteration iteration) {
  User& user = users_[index];
  assert(user.state == UserState::idle);
  user.state = UserState::running;
  user.due = iteration.due;
  user.started = iteration.started;
  ++user.begun;
  ++tally_.begun;
  ++tally_.in_flight;
  runner_.begin(number(index), iteration);  // may call ended(): `user` is not touched after it
}

void VirtualUsers::leave(UserIndex index, TimePoint deadline) {
  User& user = users_[index];
  if (user.state == UserState::idle) {
    depart(index);
  } else if (user.state == UserState::running) {
    user.state = UserState::leaving;
    leavers_.push_back({deadline, index});
  }
}

bool VirtualUsers::stay(UserIndex index) {
  User& user = users_[index];
  if (user.state == UserState::leaving) {
    user.state = UserState::running;
    // A ramp takes users back in the reverse order of letting them go, so its entry is the last one or close to it.
    const auto last =
        std::find_if(leavers_.rbegin(), leavers_.rend(), [&](const Leaver& l) { return l.user == index; });
    if (last != leavers_.rend()) leavers_.erase(std::next(last).base());
  }
  if (user.state == UserState::departing) user.state = UserState::idle;
  return user.state == UserState::running || user.state == UserState::idle;
}

void VirtualUsers::leave_all(TimePoint deadline) {
  all_deadline_ = std::min(all_deadline_, deadline);
  for (UserIndex index = 0; index < users_.size(); ++index) {
    if (users_[index].state == UserState::idle) depart(index);
    if (users_[index].state == UserState::running) users_[index].state = UserState::leaving;
  }
}

void VirtualUsers::kill() {
  for (UserIndex index = 0; index < users_.size(); ++index) {
    const UserState state = users_[index].state;
    if (state == UserState::running || state == UserState::leaving) interrupt(index);
  }
}

void VirtualUsers::depart(UserIndex user) {
  users_[user].state = UserState::departing;
  departing_.push_back(user);
}

void VirtualUsers::interrupt(UserIndex user) {
  users_[user].state = UserState::interrupted;
  runner_.interrupt(number(user));
}

TimePoint VirtualUsers::advance(TimePoint now, Allowance& allowance) {
  interrupt_due(now, allowance);
  while (!departing_.empty() && !allowance.spent()) {
    const UserIndex index = departing_.front();
    departing_.pop_front();
    if (users_[index].state != UserState::departing) continue;
    allowance.take();
    users_[index].state = UserState::retiring;
    runner_.retire(number(index));
  }
  if (!departing_.empty() || allowance.spent()) return now;
  const TimePoint first_leaver = leavers_.empty() ? TimePoint::max() : leavers_.front().deadline;
  const bool all_asked = all_deadline_ <= now;  // and the cursor is through: the allowance was not spent
  return std::min(first_leaver, all_asked || tally_.in_flight == 0 ? TimePoint::max() : all_deadline_);
}

void VirtualUsers::interrupt_due(TimePoint now, Allowance& allowance) {
  while (!leavers_.empty() && !allowance.spent()) {
    const Leaver leaver = leavers_.front();
    const bool stale = users_[leaver.user].state != UserState::leaving;
    if (!stale && leaver.deadline > now) break;
    leavers_.pop_front();
    if (!stale && allowance.take()) interrupt(leaver.user);
  }
  if (all_deadline_ > now) return;
  for (; interrupted_below_ < users_.size() && !allowance.spent(); ++interrupted_below_) {
    if (users_[interrupted_below_].state == UserState::leaving && allowance.take()) interrupt(interrupted_below_);
  }
}

bool VirtualUsers::ended(UserIndex index, const IterationEnd& end, TimePoint now) {
  User& user = users_[index];
  assert(user.state == UserState::running || user.state == UserState::leaving || user.state == UserState::interrupted);
  --tally_.in_flight;
  if (end.result == IterationResult::interrupted) {
    ++tally_.interrupted;
  } else {
    const Nanoseconds on_start = user.begun == 1 ? end.began - user.started : Nanoseconds{};
    tally_.handled += now - user.started - on_start;
    tally_.performed += end.ended - end.began;
    ++tally_.ended;
    if (end.result == IterationResult::failed) ++tally_.failed;
    series_.ended(user.scenario, end.ended, user.started - user.due, end.ended - end.began,
                  end.ended - user.due - on_start);
  }
  if (user.state == UserState::running) {
    user.state = UserState::idle;
    return true;
  }
  depart(index);
  return false;
}

void VirtualUsers::retired(UserIndex user) {
  assert(users_[user].state == UserState::retiring);
  users_[user].state = UserState::absent;
  --tally_.alive;
}

}  // namespace thresher::engine
