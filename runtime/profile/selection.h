#pragma once

#include <string>
#include <vector>

#include "profile/plan.h"

namespace thresher::profile {

struct Selected {
  std::vector<PlannedScenario> scenarios;
  std::vector<std::string> notes;
};

/// What of the catalogue runs. A task runs when any of its tags is asked for (or no tag is) and none is excluded, and
/// its scenario and its own name when a glob matches them (or there is no glob). Errors: a name nobody has, the same
/// name twice, nothing left. A name that a profile file brought along is only a note while others of its list match.
Result<Selected> select(const Profile& profile, const std::vector<ScenarioInfo>& catalogue);

}  // namespace thresher::profile
