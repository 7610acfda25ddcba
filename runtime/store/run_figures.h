#pragma once

#include "engine/run.h"
#include "store/run_record.h"

namespace thresher::store {

/// The figures of a run from its last snapshot. Latency is http_req_duration, failed requests included; completion is
/// the share of requests that did not fail, absent when there were none. Pure.
RunFigures figures_of(const engine::Snapshot& snapshot);

/// The word of namespace status for a run that ended so: failed when no load was made, interrupted when a person or the
/// script cut it short, else completed, with failures unless it exits with 0. Pure.
std::string_view status_of(const engine::RunSummary& summary, int exit_code);

}  // namespace thresher::store
