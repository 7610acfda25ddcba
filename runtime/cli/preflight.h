#pragma once

#include "base/result.h"
#include "cli/preparation.h"

namespace thresher::cli {

/// Before the load, one user walks each selected task once, in order, against the real target: a request that the
/// service does not understand (400, 404, 405, 415 or 422 where the script does not expect it), or a field that a
/// failing check found missing in a successful answer, means that the scenario and the service disagree, and a load
/// would measure nothing. The error has the exchange. A target that does not answer is not its business: the run will
/// say so.
///
/// At most kPreflightLimit per scenario; scenarios with `preflight = false` are left out. Nothing it does is in the
/// run's figures, but the target has seen it. Ctrl-C ends it: an error with ErrorCode::cancelled.
Result<void> preflight(const Preparation& prepared);

inline constexpr Nanoseconds kPreflightLimit = std::chrono::seconds(10);

}  // namespace thresher::cli
