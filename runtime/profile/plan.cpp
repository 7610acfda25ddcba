#include "profile/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
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

/// The scenarios that get users: with few users and many scenarios not all do. In the open model every one gets
/// arrivals in time.
std::set<std::size_t> scenarios_with_users(const Plan& plan) {
  constexpr std::uint64_t kEnough = 10'000;
  std::set<std::size_t> found;
  const bool all = is_open_model(plan.executor) || plan.executor == ExecutorKind::externally_controlled;
  for (std::size_t i = 0; all && i < plan.scenarios.size(); ++i) found.insert(i);
  for (std::uint64_t n = 0; n < std::min(plan.users, kEnough) && found.size() < plan.scenarios.size(); ++n)
    found.insert(plan.scenario_of(n));
  return found;
}

/// A profile serves many scenario files: what it expects of tasks that do not run is left out, with a note.
void drop_thresholds_of_absent_tasks(Plan& plan) {
  std::set<std::string> running, absent;
  for (const std::size_t index : scenarios_with_users(plan)) {
    const PlannedScenario& scenario = plan.scenarios[index];
    for (const std::size_t task : scenario.tasks) {
      const auto& tags = plan.catalogue[scenario.scenario].tasks[task].tags;
      running.insert(tags.begin(), tags.end());
    }
  }
  const auto dropped = std::erase_if(plan.thresholds, [&](const ThresholdText& threshold) {
    const auto& wanted = threshold.when_tags;
    const bool runs = wanted.empty() || std::any_of(wanted.begin(), wanted.end(),
                                                    [&](const auto& tag) { return running.count(tag) > 0; });
    if (!runs) absent.insert(wanted.begin(), wanted.end());
    return !runs;
  });
  if (dropped == 0) return;
  plan.notes.push_back(fmt::format("{} threshold{} left out: no task that runs has the tag {}", dropped,
                                   dropped == 1 ? " is" : "s are", fmt::join(absent, " or ")));
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
                    profile.scenarios.value_or(Names{}), profile.tasks.value_or(Names{})};
  plan.scenarios = std::move(selected->scenarios);
  plan.notes.insert(plan.notes.end(), selected->notes.begin(), selected->notes.end());
  plan.catalogue = std::move(catalogue);
  drop_thresholds_of_absent_tasks(plan);
  return plan;
}

}  // namespace thresher::profile
