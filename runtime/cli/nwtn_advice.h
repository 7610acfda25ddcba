#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/nwtn_figures.h"
#include "cli/nwtn_rating.h"

namespace thresher::cli {

/// What to do about what a stress test found, in the NWTN document's form: a finding with its figure, then lines that
/// begin with "   - ", the document's remedies for it. The first line says whether Phase 1 is met.
std::vector<std::string> advise(const NwtnFigures& figures, const NwtnRequirements& requirements,
                                const NwtnCompliance& compliance, const std::optional<MachineSummary>& machine);

/// The remedy for one reason of failure, in a sentence; empty when there is nothing to say beyond the reason.
std::string remedy_for(std::string_view why);

}  // namespace thresher::cli
