#include "engine/load.h"

#include <algorithm>

namespace thresher::engine {

namespace {

TimePoint later(TimePoint moment, Nanoseconds by) { return moment == TimePoint::max() ? moment : moment + by; }

}  // namespace

Load::Load(const Options& options)
    : options_(options),
      on_stop_limit_(std::max(options.plan->stop_timeout, kOnStopLeast)),
      series_(*options.recorder, *options.plan),
      users_(*options.runner, series_, {options.worker, options.workers}),
      executor_(make_executor({.plan = options.plan,
                               .worker = options.worker,
                               .workers = options.workers,
                               .users = &users_,
                               .series = &series_,
                               .clock = &clock_,
                               .earlier = options.earlier,
                               .shortest_cycle = options.shortest_cycle})) {}

void Load::start(TimePoint origin) {
  if (state_ != State::waiting) return;
  clock_.start(options_.earlier == nullptr ? origin : origin - options_.earlier->offset);
  state_ = State::running;
}

TimePoint Load::end_of_shape() const { return clock_.at(executor_->length()); }

TimePoint Load::advance(TimePoint now) {
  if (state_ == State::waiting || finished()) return TimePoint::max();
  advancing_ = true;
  once_more_ = false;
  Allowance allowance;
  TimePoint next = TimePoint::max();
  if (state_ == State::running) {
    next = executor_->advance(now, allowance);
    if (executor_->exhausted(now)) begin_stopping(later(end_of_shape(), options_.plan->stop_timeout));
  }
  next = std::min(next, users_.advance(now, allowance));
  if (once_more_) next = now;
  advancing_ = false;
  if (state_ != State::stopping) return next;
  return finish_if_done(now) ? TimePoint::max() : std::min(next, give_up_);
}

void Load::begin_stopping(TimePoint deadline) {
  state_ = State::stopping;
  deadline_ = deadline;
  give_up_ = std::min(give_up_, later(deadline, on_stop_limit_));
  users_.leave_all(deadline);
}

bool Load::finish_if_done(TimePoint now) {
  if (users_.tally().in_flight == 0 && !only_on_stops_left_) {
    only_on_stops_left_ = true;
    give_up_ = std::min(give_up_, now + on_stop_limit_);
  }
  if (users_.tally().alive > 0 && now < give_up_) return false;
  abandoned_ = users_.tally().alive;
  state_ = State::finished;
  return true;
}

void Load::pause(TimePoint now) {
  if (state_ != State::running) return;
  clock_.pause(now);
  state_ = State::paused;
}

void Load::resume(TimePoint now) {
  if (state_ != State::paused) return;
  executor_->delay(clock_.resume(now));
  state_ = State::running;
  ring(now);
}

void Load::stop(TimePoint now, Nanoseconds grace) {
  if (finished()) return;
  if (state_ == State::waiting) {
    state_ = State::finished;
    return;
  }
  if (state_ == State::stopping) {
    if (now + grace < deadline_) begin_stopping(now + grace);
  } else {
    if (state_ == State::paused) resume(now);
    executor_->stop(now);
    begin_stopping(now + grace);
  }
  ring(now);
}

void Load::kill(TimePoint now) {
  if (finished()) return;
  stop(now, Nanoseconds{});
  users_.kill();
  abandoned_ = users_.tally().alive;
  state_ = State::finished;
  ring(now);
}

Result<void> Load::scale_users(TimePoint now, std::uint64_t users) {
  if (state_ != State::running && state_ != State::paused) return {};
  auto scaled = executor_->scale_users(clock_.standing(now), users);
  ring(now);
  return scaled;
}

Result<void> Load::scale_rate(TimePoint now, double per_s) {
  if (state_ != State::running && state_ != State::paused) return {};
  auto scaled = executor_->scale_rate(clock_.standing(now), per_s);
  ring(now);
  return scaled;
}

void Load::iteration_ended(UserNumber user, const IterationEnd& end) {
  if (finished()) return;  // a runner being torn down; the books are closed
  const UserIndex index = users_.index(user);
  const bool idle = users_.ended(index, end, options_.clock->now());
  if (!idle) return ring(end.ended);
  const TimePoint due = executor_->iteration_ended(index, end);
  if (state_ == State::running && due != TimePoint::max()) ring(due);
}

void Load::user_retired(UserNumber user) {
  if (finished()) return;
  const UserIndex index = users_.index(user);
  users_.retired(index);
  if (state_ == State::stopping) return ring(options_.clock->now());
  if (!executor_->user_retired(index)) return;
  once_more_ = true;
  ring(options_.clock->now());
}

void Load::ring(TimePoint at) {
  if (!advancing_) options_.alarm->ring_at(at);
}

}  // namespace thresher::engine
