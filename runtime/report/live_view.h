#pragma once

#include <string>

#include "engine/run.h"
#include "report/request_table.h"
#include "report/run_description.h"
#include "report/screen_tables.h"

namespace thresher::report {

/// What the views of a running test are drawn from.
struct LiveState {
  const RunDescription& run;
  const engine::Snapshot& snapshot;
  const RequestTable& total;   ///< since the start
  const RequestTable& recent;  ///< of the last ten seconds
};

/// One frame: progress, figures, the table of requests, thresholds. At most look.height - 1 lines, none wider than
/// look.width - 1: a terminal wraps, and scrolls, when its last column or row is written. Pure.
Lines render_live(const LiveState& state, const Look& look);

/// One line for a log: "[00:05] users 10/10  rps 12.3  p95 14 ms  failures 0 (0.0%)". Pure.
std::string render_plain(const LiveState& state, const Look& look);

}  // namespace thresher::report
