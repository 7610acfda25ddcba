#pragma once

#include <cstdint>
#include <vector>

#include "conduct.h"
#include "json_fields.h"
#include "spec.h"

namespace aoa {

/// One workflow, its graph checked: ids unique, dependencies known, no cycle but declared loops. `document` is the
/// whole document it came in, whose agent_assignments count as well; `fault_seed` is kept for its faults.
WorkflowSpec read_workflow(const Fields& workflow, const Fields& document, std::uint64_t fault_seed,
                           const Limits& limits);

/// No two workflows of a scenario may share an id.
void check_workflow_ids(const std::vector<WorkflowSpec>& workflows, const Fields& document);

}  // namespace aoa
