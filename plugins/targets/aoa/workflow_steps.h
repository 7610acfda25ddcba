#pragma once

#include <cstdint>
#include <vector>

#include "run_state.h"

namespace aoa {

/// What the graph of a workflow says follows from what happened; no time, no agents. Tasks that become ready are
/// appended to `ready`, still waiting: the caller lets them join a line.
using Ready = std::vector<std::uint32_t>;

/// Sets a workflow up: those without dependencies are ready; with `ignore_dependencies` (the bug) all are.
void begin(WorkflowRun& run, bool ignore_dependencies, Ready& ready);

/// A running task has completed. Its dependents may become ready; what depends on a loop's body from outside waits
/// until the loop is done.
void complete(WorkflowRun& run, std::uint32_t task, Ready& ready);

/// A task has failed after all its retries. In a loop that may run once more, its body begins anew as soon as nothing
/// of it is running; otherwise what depends on it, however far, is skipped. True when it failed for good.
bool fail(WorkflowRun& run, std::uint32_t task, TaskState how, Ready& ready);

/// The saga's step has failed: everything that is not running or over is skipped.
void stop_forward(WorkflowRun& run);

/// Writes a checkpoint of what has completed so far.
void write_checkpoint(WorkflowRun& run, std::uint32_t task, Time at);

/// Throws away what the process knew in memory (how many dependencies each task still misses, how often loops have run)
/// and rebuilds it from the last checkpoint and the journal behind it. Effects are not taken again. Returns how many
/// entries were replayed.
std::size_t replay(WorkflowRun& run);

/// The completed steps in the order in which a saga undoes them: the last completed first.
std::vector<std::uint32_t> undo_order(const WorkflowRun& run);

}  // namespace aoa
