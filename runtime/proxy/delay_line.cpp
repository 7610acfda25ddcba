#include "proxy/delay_line.h"

#include <algorithm>
#include <utility>

namespace thresher::proxy {

DelayLine::DelayLine(event::TimerQueue& timers, Owner& owner)
    : owner_(owner), timer_(timers, [this](TimePoint now) {
        release(now, now);
        owner_.released();
      }) {}

void DelayLine::push(std::string_view bytes, TimePoint due, TimePoint now) {
  last_due_ = std::max(due, last_due_);
  if (line_.empty() && last_due_ <= now) return owner_.outlet().take(bytes, now);
  line_.push_back({last_due_, std::string(bytes)});
  held_ += bytes.size();
  if (line_.size() == 1) timer_.start_at(last_due_);
}

void DelayLine::push_end(Ending how, TimePoint due, TimePoint now) {
  ending_ = how;
  ending_due_ = due;
  release(now, now);
}

void DelayLine::release(TimePoint until, TimePoint now) {
  while (!line_.empty() && line_.front().due <= until) {
    const Piece piece = std::move(line_.front());
    line_.pop_front();
    held_ -= piece.bytes.size();
    owner_.outlet().take(piece.bytes, now);
  }
  if (!line_.empty()) return timer_.start_at(line_.front().due);
  if (!ending_) return timer_.cancel();
  if (ending_due_ > until) return timer_.start_at(ending_due_);
  timer_.cancel();
  const Ending how = *ending_;
  ending_.reset();
  owner_.outlet().end(how, now);
}

void DelayLine::release_all(TimePoint now) {
  release(TimePoint::max(), now);
  last_due_ = TimePoint::min();
}

std::string DelayLine::take_bytes() {
  std::string all;
  all.reserve(held_);
  for (const Piece& piece : line_) all += piece.bytes;
  line_.clear();
  held_ = 0;
  last_due_ = TimePoint::min();
  timer_.cancel();
  if (ending_) timer_.start_at(ending_due_);
  return all;
}

void DelayLine::stop() {
  line_.clear();
  held_ = 0;
  ending_.reset();
  timer_.cancel();
}

}  // namespace thresher::proxy
