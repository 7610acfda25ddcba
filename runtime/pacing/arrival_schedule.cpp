#include "pacing/arrival_schedule.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace thresher::pacing {

ArrivalSchedule::ArrivalSchedule(std::vector<RateStage> stages, bool poisson, std::uint64_t seed, unsigned worker,
                                 unsigned workers)
    : stages_(std::move(stages)),
      poisson_(poisson),
      gaps_(seed, StreamPurpose::pacing, 0),
      worker_(worker),
      workers_(workers),
      next_number_(poisson ? 0 : worker) {
  assert(worker < workers);
  enter_next_stage();
}

ArrivalSchedule::Arrival ArrivalSchedule::next() { return poisson_ ? next_poisson() : next_even(); }

Nanoseconds ArrivalSchedule::length() const {
  Nanoseconds total{};
  for (const auto& stage : stages_) total += stage.duration;
  return total;
}

double ArrivalSchedule::rate_at(Nanoseconds offset) const {
  double rate = 0;
  for (const auto& stage : stages_) {
    if (stage.duration > Nanoseconds::zero()) {
      if (offset < stage.duration) return LinearRate{rate, stage.target_per_s, stage.duration}.rate_at(offset);
      offset -= stage.duration;
    }
    rate = stage.target_per_s;
  }
  return 0;
}

bool ArrivalSchedule::enter_next_stage() {
  double owed = 0;
  if (stage_) {
    owed = stage_->left_over();
    stage_first_ += static_cast<std::uint64_t>(stage_->arrivals());
    gone_ -= stage_->area();
  }
  stage_.reset();
  stage_began_ = stage_ends_;
  while (entered_ < stages_.size()) {
    const RateStage& stage = stages_[entered_++];
    const double from = std::exchange(rate_, stage.target_per_s);
    if (stage.duration <= Nanoseconds::zero()) continue;
    stage_.emplace(from, stage.target_per_s, stage.duration, owed);
    stage_ends_ += stage.duration;
    return true;
  }
  return false;
}

ArrivalSchedule::Arrival ArrivalSchedule::next_even() {
  while (stage_ && next_number_ - stage_first_ >= static_cast<std::uint64_t>(stage_->arrivals())) enter_next_stage();
  const std::uint64_t number = next_number_;
  if (!stage_) return {number, Nanoseconds::max()};
  next_number_ += workers_;
  return {number, stage_began_ + stage_->due(static_cast<std::int64_t>(number - stage_first_) + 1)};
}

ArrivalSchedule::Arrival ArrivalSchedule::next_poisson() {
  while (stage_) {
    gone_ += gaps_.exponential(1.0);
    while (stage_ && gone_ >= stage_->area()) enter_next_stage();
    if (!stage_) break;
    last_due_ = std::max(last_due_, stage_began_ + stage_->reach(gone_));
    const std::uint64_t number = next_number_++;
    if (number % workers_ == worker_) return {number, last_due_};
  }
  return {next_number_, Nanoseconds::max()};
}

}  // namespace thresher::pacing
