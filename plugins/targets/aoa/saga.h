#pragma once

#include <vector>

#include "conduct.h"
#include "run_state.h"

namespace aoa {

/// What a failed saga undoes, in order: the completed steps, the last first, each once; or as the bugs have it.
std::vector<std::uint32_t> undo_plan(const WorkflowRun& run, const Bugs& bugs);

/// The saga is undone: the step that failed with compensate_or_fail has recovered by that, if anything was undone.
void tell_recovery(WorkflowRun& run, Time at);

}  // namespace aoa
