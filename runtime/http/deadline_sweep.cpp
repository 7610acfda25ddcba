#include "http/deadline_sweep.h"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace thresher::http {
namespace {

constexpr int kSignificantBits = 8;

/// The upper edge of the lengths that share a lane with `limit`: its highest eight bits, rounded up.
Nanoseconds lane_limit(Nanoseconds limit) {
  const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(limit.count(), 0));
  const int shift = std::max(0, static_cast<int>(std::bit_width(count)) - kSignificantBits);
  const std::uint64_t step = std::uint64_t{1} << shift;
  return Nanoseconds{static_cast<std::int64_t>((count + step - 1) / step * step)};
}

}  // namespace

DeadlineSweep::DeadlineSweep(event::TimerQueue& timers) : timer_(timers, [this](TimePoint now) { sweep(now); }) {}

void DeadlineSweep::arm(Deadline& deadline, TimePoint now, Nanoseconds limit) {
  deadline.disarm();
  if (limit >= TimePoint::max() - now) return;
  deadline.due_ = now + limit;
  lane_for(limit).deadlines.push_back(deadline);
  if (!timer_.armed() || deadline.due_ < timer_.due()) timer_.start_at(deadline.due_);
}

DeadlineSweep::Lane& DeadlineSweep::lane_for(Nanoseconds limit) {
  const Nanoseconds edge = lane_limit(limit);
  if (last_used_ != nullptr && last_used_->limit == edge) return *last_used_;
  const auto found =
      std::find_if(lanes_.begin(), lanes_.end(), [edge](const auto& lane) { return lane->limit == edge; });
  if (found != lanes_.end()) {
    last_used_ = found->get();
  } else {
    lanes_.push_back(std::make_unique<Lane>());
    last_used_ = lanes_.back().get();
    last_used_->limit = edge;
  }
  return *last_used_;
}

void DeadlineSweep::sweep(TimePoint now) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {  // by index: a callback may add lanes
    auto& deadlines = lanes_[i]->deadlines;
    while (!deadlines.empty() && deadlines.front().due_ <= now) {
      Deadline& deadline = deadlines.pop_front();
      deadline.events_.on_deadline(deadline, now);
    }
  }
  TimePoint next = TimePoint::max();
  for (const auto& lane : lanes_) {
    if (!lane->deadlines.empty()) next = std::min(next, lane->deadlines.front().due_);
  }
  if (next != TimePoint::max()) timer_.start_at(next);
}

}  // namespace thresher::http
