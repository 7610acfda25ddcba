#pragma once

#include "engine/run.h"
#include "store/run_record.h"

namespace thresher::store {

/// The figures of a run from its last snapshot. Latency is http_req_duration, failed requests included; completion is
/// the share of requests that did not fail, absent when there were none. Pure.
RunFigures figures_of(const engine::Snapshot& snapshot);

}  // namespace thresher::store
