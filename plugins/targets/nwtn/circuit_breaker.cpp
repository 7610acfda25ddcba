#include "circuit_breaker.h"

#include <algorithm>

namespace nwtn {

using std::chrono::nanoseconds;

std::string_view name_of(CircuitBreaker::State state) {
  switch (state) {
    case CircuitBreaker::State::open:
      return "open";
    case CircuitBreaker::State::half_open:
      return "half_open";
    case CircuitBreaker::State::closed:
      break;
  }
  return "closed";
}

bool CircuitBreaker::admit(nanoseconds now) {
  settle(now);
  if (state_ == State::open || (state_ == State::half_open && probing_)) {
    ++refused_;
    return false;
  }
  probing_ = state_ == State::half_open;
  return true;
}

void CircuitBreaker::will_end(nanoseconds at, bool failed) { pending_.push({at, era_, failed}); }

CircuitBreaker::State CircuitBreaker::state(nanoseconds now) {
  settle(now);
  return state_;
}

nanoseconds CircuitBreaker::open_for(nanoseconds now) {
  settle(now);
  return state_ == State::open ? open_until_ - now : nanoseconds{};
}

std::size_t CircuitBreaker::in_progress(nanoseconds now) {
  settle(now);
  return pending_.size();
}

void CircuitBreaker::settle(nanoseconds now) {
  for (; !pending_.empty() && pending_.top().at <= now; pending_.pop()) take(pending_.top());
  if (state_ == State::open && open_until_ <= now) enter(State::half_open);
}

void CircuitBreaker::take(const Outcome& outcome) {
  if (outcome.era != era_ || rules_.failures == 0) return;
  if (state_ == State::half_open && !outcome.failed) return enter(State::closed);
  failed_.push_back(outcome.failed);
  if (failed_.size() > rules_.window) failed_.pop_front();
  const auto failures = static_cast<std::size_t>(std::count(failed_.begin(), failed_.end(), true));
  if (state_ == State::closed && failures < std::min(rules_.failures, rules_.window)) return;
  open_until_ = outcome.at + rules_.open_for;
  ++activations_;
  enter(State::open);
}

void CircuitBreaker::enter(State state) {
  state_ = state;
  ++era_;
  probing_ = false;
  failed_.clear();
}

}  // namespace nwtn
