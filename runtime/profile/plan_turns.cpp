#include <algorithm>
#include <cassert>
#include <cmath>

#include "profile/plan.h"

// Weighted turns without state.
//
// Scenario i of k wants its turn j (from 0) at the moment (j + (i + 1/2) / k) / weight(i); turns are taken in the order
// of these moments, at one moment in the order of the scenarios. By the moments 1, 2, 3 ... a scenario of whole weight
// has had exactly its weight's number of turns; in between they are spread as a smooth weighted round robin spreads
// them, and equal weights go round in order. Nothing is remembered between calls, so every worker agrees: turn n is
// found by counting, near the moment n / total where it must be.

namespace thresher::profile {
namespace {

class Wish {
 public:
  Wish(const Plan& plan, std::size_t index)
      : phase_((static_cast<double>(index) + 0.5) / static_cast<double>(plan.scenarios.size())),
        weight_(plan.catalogue[plan.scenarios[index].scenario].weight) {}

  double moment_of(std::uint64_t turn) const { return (static_cast<double>(turn) + phase_) / weight_; }

  /// How many of its turns come before `moment`, or at it when `inclusive`.
  std::uint64_t turns_by(double moment, bool inclusive) const {
    const auto has_come = [&](std::uint64_t turn) {
      const double wanted = moment_of(turn);
      return wanted < moment || (inclusive && wanted == moment);
    };
    // The guess is right but for rounding; moment_of alone decides, so that all comparisons agree to the last bit.
    auto turns = static_cast<std::uint64_t>(static_cast<std::int64_t>(std::max(0.0, moment * weight_ - phase_ + 1)));
    while (has_come(turns)) ++turns;
    while (turns > 0 && !has_come(turns - 1)) --turns;
    return turns;
  }

 private:
  double phase_, weight_;
};

}  // namespace

double Plan::weight_total() const {
  double total = 0;
  for (const auto& planned : scenarios) total += catalogue[planned.scenario].weight;
  return total;
}

std::size_t Plan::scenario_of(std::uint64_t n) const {
  assert(!scenarios.empty());
  if (scenarios.size() == 1) return 0;

  // All turns before `moment`, and those at it of scenarios below `end`, are taken: at most n of them. They stay within
  // a turn or two of moment * total, so the first try nearly always does.
  const double total = weight_total();
  double moment = 0;
  std::size_t end = 0;
  std::uint64_t taken = 0;
  for (double slack = 1; moment == 0 || taken > n; slack *= 2) {
    moment = (static_cast<double>(n) - slack) / total;
    taken = 0;
    if (moment <= 0) break;
    for (std::size_t i = 0; i < scenarios.size(); ++i) taken += Wish{*this, i}.turns_by(moment, false);
  }

  for (;; ++taken) {
    std::size_t next = 0;
    double soonest = HUGE_VAL;
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
      const Wish wish{*this, i};
      const double wanted = wish.moment_of(wish.turns_by(moment, i < end));
      if (wanted < soonest) {
        soonest = wanted;
        next = i;
      }
    }
    if (taken == n) return next;
    moment = soonest;
    end = next + 1;
  }
}

}  // namespace thresher::profile
