#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <queue>
#include <string_view>
#include <vector>

#include "conduct.h"

namespace nwtn {

/// Keeps sessions away from a pipeline that fails.
///
///   state      event                                           next
///   closed     `failures` of the last `window` outcomes failed  open, an activation
///   open       `open_for` has passed                            half open
///   half open  the one session let through succeeds             closed, nothing remembered
///   half open  it fails                                         open, an activation
///
/// Whatever was in progress when the state changed runs on, but what becomes of it counts no more. Times are the
/// instance's `now`, which never goes back: an outcome is told when it is decided and takes effect at its time.
class CircuitBreaker {
 public:
  enum class State : std::uint8_t { closed, open, half_open };

  explicit CircuitBreaker(const BreakerRules& rules) : rules_(rules) {}

  /// Whether a session may begin; false is counted in refused(). After true comes exactly one will_end().
  bool admit(std::chrono::nanoseconds now);
  void will_end(std::chrono::nanoseconds at, bool failed);

  State state(std::chrono::nanoseconds now);
  std::chrono::nanoseconds open_for(std::chrono::nanoseconds now);  ///< how much longer; zero unless open
  std::size_t in_progress(std::chrono::nanoseconds now);            ///< sessions that have not ended
  std::uint64_t activations() const { return activations_; }
  std::uint64_t refused() const { return refused_; }

 private:
  struct Outcome {
    std::chrono::nanoseconds at{};
    std::uint64_t era = 0;  ///< in which it was admitted
    bool failed = false;
    bool operator<(const Outcome& other) const { return at > other.at; }  // a priority_queue's top is its greatest
  };

  void settle(std::chrono::nanoseconds now);
  void take(const Outcome& outcome);
  void enter(State state);

  BreakerRules rules_;
  State state_ = State::closed;
  std::uint64_t era_ = 0;                  ///< how often the state has changed
  std::chrono::nanoseconds open_until_{};  ///< while open
  bool probing_ = false;                   ///< while half open: the one session is on its way
  std::deque<bool> failed_;                ///< the last outcomes, at most `window`
  std::priority_queue<Outcome> pending_;
  std::uint64_t activations_ = 0, refused_ = 0;
};

std::string_view name_of(CircuitBreaker::State state);

}  // namespace nwtn
