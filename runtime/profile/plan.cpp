#include "profile/plan.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "profile/selection.h"
#include "profile/shape.h"

namespace thresher::profile {
namespace {

/// A worker without a user or an arrival to serve would only cost memory.
unsigned useful_workers(const Plan& plan, unsigned asked) {
  std::uint64_t busy = std::numeric_limits<unsigned>::max();
  if (is_open_model(plan.executor)) {
    busy = plan.max_in_flight;
  } else if (plan.executor != ExecutorKind::externally_controlled) {
    busy = plan.users;
  }
  return static_cast<unsigned>(std::min<std::uint64_t>(std::max(1U, asked), std::max<std::uint64_t>(1, busy)));
}

}  // namespace

Result<Plan> make_plan(const Profile& profile, std::vector<ScenarioInfo> catalogue, std::uint64_t seed,
                       unsigned workers) {
  Plan plan;
  plan.profile = profile.name;
  plan.seed = seed;
  plan.thresholds = profile.thresholds;
  if (auto settled = settle_shape(profile, plan); !settled) return fail(std::move(settled.error()));
  plan.workers = useful_workers(plan, workers);

  auto selected = select(profile, catalogue);
  if (!selected) return fail(std::move(selected.error()));
  using Names = std::vector<std::string>;
  plan.selection = {profile.tags.value_or(Names{}), profile.exclude_tags.value_or(Names{}),
                    profile.scenarios.value_or(Names{})};
  plan.scenarios = std::move(selected->scenarios);
  plan.notes.insert(plan.notes.end(), selected->notes.begin(), selected->notes.end());
  plan.catalogue = std::move(catalogue);
  return plan;
}

}  // namespace thresher::profile
