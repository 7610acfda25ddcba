#include "engine/shape.h"

#include <fmt/format.h>

namespace thresher::engine {

std::vector<pacing::UserStage> user_stages(const profile::Plan& plan) {
  std::vector<pacing::UserStage> stages;
  for (const profile::Stage& stage : plan.stages) stages.push_back({stage.duration, stage.target});
  if (!stages.empty()) return stages;
  const auto users = static_cast<double>(plan.users);
  const double spawn_s = plan.spawn_rate > 0 ? users / plan.spawn_rate : 0;
  stages.push_back({std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(spawn_s)), users});
  return stages;
}

std::vector<pacing::RateStage> rate_stages(const profile::Plan& plan) {
  std::vector<pacing::RateStage> stages;
  for (const profile::Stage& stage : plan.stages) stages.push_back({stage.duration, stage.target});
  return stages;
}

Nanoseconds shape_length(const profile::Plan& plan) {
  if (plan.run_time > Nanoseconds{}) return plan.run_time;
  if (plan.executor != profile::ExecutorKind::ramping_vus && !is_open_model(plan.executor)) return Nanoseconds::max();
  Nanoseconds length{};
  for (const profile::Stage& stage : plan.stages) length += stage.duration;
  return length;
}

Result<void> accepts_user_scaling(const profile::Plan& plan) {
  if (plan.executor == profile::ExecutorKind::externally_controlled) return {};
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("users can be scaled only under 'externally-controlled', not under '{}'", name_of(plan.executor)));
}

Result<void> accepts_rate_scaling(const profile::Plan& plan) {
  if (plan.executor == profile::ExecutorKind::constant_arrival_rate) return {};
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("the rate can be scaled only under 'constant-arrival-rate', not under '{}'", name_of(plan.executor)));
}

}  // namespace thresher::engine
