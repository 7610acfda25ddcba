#pragma once

#include <chrono>
#include <optional>
#include <queue>
#include <vector>

#include "conduct.h"
#include "thresher/plugin.hpp"

namespace leveredge {

/// Who gets work done: a token bucket (as many tokens as a second brings, at least one) and a number of places. Time
/// never goes back between calls.
class Admission {
 public:
  explicit Admission(const Limits& limits) : limits_(limits), tokens_(burst()) {}

  /// What to answer instead of working: 429 with Retry-After when there were too many lately, 503 when all places are
  /// taken; nothing: go ahead, which uses up a token.
  std::optional<thresher::Answer> refusal(std::chrono::nanoseconds now);
  /// Takes a place until `end`.
  void occupy(std::chrono::nanoseconds end);

 private:
  double burst() const { return limits_.rate_per_s < 1 ? 1 : limits_.rate_per_s; }

  Limits limits_;
  double tokens_;
  std::chrono::nanoseconds filled_{};  ///< when tokens_ was right
  std::priority_queue<std::chrono::nanoseconds, std::vector<std::chrono::nanoseconds>, std::greater<>> ends_;
};

}  // namespace leveredge
