#pragma once

#include <string>
#include <string_view>

#include "comparison/measured_run.h"

namespace thresher::comparison {

/// Reads k6's --summary-export, or the data that its handleSummary gets (values one level deeper). Endpoints have
/// figures and no distribution; what k6 was not asked for (p(99), say) is absent. Not_found when no HTTP request was
/// made. Pure.
Result<MeasuredRun> read_summary_export(std::string_view text, std::string label);

}  // namespace thresher::comparison
