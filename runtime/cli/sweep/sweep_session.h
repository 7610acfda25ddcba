#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "cli/sweep/sweep_items.h"
#include "store/recovery/recovery_store.h"

namespace thresher::cli {

/// Works a sweep off on a loop of its own, until nothing is left or somebody interrupts (SIGINT, SIGTERM: the run in
/// progress is given back; twice: at once). Returns whether it was interrupted.
Result<bool> work_off(const Sweep& sweep, store::RecoveryStore& kit, std::function<void(const std::string&)> say);

}  // namespace thresher::cli
