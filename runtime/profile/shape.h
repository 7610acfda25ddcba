#pragma once

#include "profile/plan.h"

namespace thresher::profile {

/// Settles what a profile says about load: executor, users, stages, run time, iterations, limits; notes say what was
/// changed. Errors name the contradiction and the way out.
///
/// Without `executor`: stages with a rate (or arrivals, max_in_flight) are ramping-arrival-rate, other stages
/// ramping-vus, a rate is constant-arrival-rate, iterations are shared-iterations, and anything else constant-vus.
///
/// A run_time cuts longer stages short and holds the last target of shorter ones. Spawning belongs to the run time, as
/// in Locust.
Result<void> settle_shape(const Profile& profile, Plan& plan);

}  // namespace thresher::profile
