#include "plan.h"

#include <algorithm>

#include "thresher/plugin.hpp"
#include "thresher/random.hpp"

namespace gateway {
namespace {

constexpr double kLongestMs = 86400e3;  // a day: whatever the options say, sums of it fit 64 bits of nanoseconds

}  // namespace

std::uint64_t child_key(std::uint64_t parent, std::uint64_t index) { return thresher::Random(parent, index, 1).next(); }

Plan plan(const Conduct& conduct, std::uint64_t key, const Call& call) {
  thresher::Random random(conduct.seed, key, 2);
  const Work& work = conduct.work;
  const Faults& faults = conduct.faults;
  Plan plan;
  double lasts_ms = 0;
  const double body_ms = work.per_mib_ms * static_cast<double>(call.body_bytes) / (1 << 20);
  for (std::uint32_t attempt = 0;; ++attempt) {
    lasts_ms += random.log_normal(work.mean_ms, work.deviation_ms) + body_ms;
    plan.fails = random.chance(work.failure_rate);
    plan.retries = attempt;
    if (!plan.fails || attempt == work.retries) break;
  }
  plan.lasts = random.chance(work.stall_rate) ? kNever : thresher::milliseconds(std::min(lasts_ms, kLongestMs));
  plan.lost = random.chance(faults.lost);
  plan.duplicated = random.chance(faults.duplicate);
  plan.stuck = random.chance(faults.stuck);
  plan.unknown = random.chance(faults.unknown_status);
  plan.late = random.chance(faults.late_completion);
  plan.swallows = random.chance(faults.swallowed_failure);
  plan.empty_result = random.chance(faults.empty_result);
  plan.mixed_result = random.chance(faults.mixed_result);
  plan.wrong_parent = random.chance(faults.wrong_parent);
  plan.missing = random.chance(faults.missing_node);
  plan.alias = static_cast<std::uint8_t>(random.below(256));
  return plan;
}

}  // namespace gateway
