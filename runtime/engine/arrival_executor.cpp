#include "engine/arrival_executor.h"

#include <algorithm>

#include "engine/shape.h"
#include "engine/share.h"

namespace thresher::engine {

namespace {

std::uint64_t in_flight_share(const ExecutorContext& context) {
  const std::uint64_t all = context.plan->max_in_flight;
  return share_of(all > 0 ? all : profile::Plan::kDefaultMaxInFlight, context.worker, context.workers);
}

pacing::ArrivalSchedule schedule_of(const ExecutorContext& context, std::vector<pacing::RateStage> stages) {
  const bool poisson = context.plan->arrivals == profile::Arrivals::poisson;
  return {std::move(stages), poisson, context.plan->seed, context.worker, context.workers};
}

}  // namespace

ArrivalExecutor::ArrivalExecutor(const ExecutorContext& context)
    : context_(context),
      users_(*context.users),
      length_(shape_length(*context.plan)),
      most_in_flight_(in_flight_share(context)),
      schedule_(schedule_of(context, rate_stages(*context.plan))),
      next_(schedule_.next()),
      idle_(context.plan->scenarios.size()) {
  // What the earlier run began, dropped, or lost with its process.
  while (next_.due < beginning_of(context)) take_next();
}

TimePoint ArrivalExecutor::next_due() const {
  return next_.due == Nanoseconds::max() ? TimePoint::max() : context_.clock->at(schedule_began_ + next_.due);
}

TimePoint ArrivalExecutor::advance(TimePoint now, Allowance& allowance) {
  for (; next_due() <= now && !allowance.spent(); take_next()) {
    if (users_.tally().in_flight >= most_in_flight_) {
      ++dropped_.by_cap;
      drop(now);
      continue;
    }
    allowance.take();
    const Iteration iteration{.number = next_number(), .due = next_due(), .started = now, .open_model = true};
    users_.begin(user_for(context_.plan->scenario_of(iteration.number)), iteration);
  }
  return std::min(next_due(), now < context_.clock->at(length_) ? context_.clock->at(length_) : TimePoint::max());
}

void ArrivalExecutor::take_next() {
  numbers_used_ = next_number() + 1;
  next_ = schedule_.next();
  change_rate_if_due();
}

void ArrivalExecutor::change_rate_if_due() {
  if (!coming_ || (next_.due != Nanoseconds::max() && schedule_began_ + next_.due <= coming_->from)) return;
  const RateChange change = *coming_;
  coming_.reset();
  schedule_began_ = change.from;
  first_number_ = (numbers_used_ + context_.workers - 1) / context_.workers * context_.workers;
  schedule_ = schedule_of(context_, {{Nanoseconds{}, change.per_s}, {length_ - change.from, change.per_s}});
  next_ = schedule_.next();
}

void ArrivalExecutor::drop(TimePoint now) {
  ++dropped_.all;
  context_.series->dropped(context_.plan->scenario_of(next_number()), now);
}

UserIndex ArrivalExecutor::user_for(std::size_t scenario) {
  std::vector<UserIndex>& idle = idle_[scenario];
  if (idle.empty()) {
    const UserIndex user = users_.known();
    users_.add(user, scenario);
    return user;
  }
  const UserIndex user = idle.back();
  idle.pop_back();
  return user;
}

bool ArrivalExecutor::exhausted(TimePoint now) const { return now >= context_.clock->at(length_) && next_due() > now; }

TimePoint ArrivalExecutor::iteration_ended(UserIndex user, const IterationEnd&) {
  idle_[users_.scenario(user)].push_back(user);
  return TimePoint::max();
}

void ArrivalExecutor::stop(TimePoint now) {
  for (; next_due() <= now; take_next()) drop(now);
  next_.due = Nanoseconds::max();
}

Result<void> ArrivalExecutor::scale_users(TimePoint, std::uint64_t) { return accepts_user_scaling(*context_.plan); }

Result<void> ArrivalExecutor::scale_rate(TimePoint now, double per_s) {
  if (auto accepted = accepts_rate_scaling(*context_.plan); !accepted) return accepted;
  const Nanoseconds offset = context_.clock->offset(now);
  if (offset >= length_) return {};
  coming_ = RateChange{offset, per_s};  // what is due by now keeps its due time and goes first
  change_rate_if_due();
  return {};
}

}  // namespace thresher::engine
