#pragma once

#include <string>

#include "spec.h"

namespace aoa {

/// Fills in every task's dependents from the dependencies. Empty, or what is wrong: a cycle.
std::string link_dependents(WorkflowSpec& workflow);

/// Adds a loop whose ends are set: finds its body and marks its tasks. Empty, or what is wrong: `from` does not depend
/// on `to`, or the body shares a task with another loop's.
std::string add_loop(LoopSpec loop, WorkflowSpec& workflow);

}  // namespace aoa
