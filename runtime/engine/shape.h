#pragma once

#include <cstdint>
#include <vector>

#include "pacing/arrival_schedule.h"
#include "pacing/user_schedule.h"
#include "profile/plan.h"

namespace thresher::engine {

// A plan's load shape in the terms of pacing. Pure.

/// Closed model: the users wanted at each moment. Without stages: all users at once, or at the spawn rate.
std::vector<pacing::UserStage> user_stages(const profile::Plan& plan);
/// Open model.
std::vector<pacing::RateStage> rate_stages(const profile::Plan& plan);
/// How long load lasts; Nanoseconds::max() when the shape has no end of its own.
Nanoseconds shape_length(const profile::Plan& plan);
/// Which control a shape accepts; the refusal names the shape and what would accept it.
Result<void> accepts_user_scaling(const profile::Plan& plan);
Result<void> accepts_rate_scaling(const profile::Plan& plan);

}  // namespace thresher::engine
