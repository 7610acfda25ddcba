#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "history/document.h"
#include "history/json.h"

/// Our own generator's documents: what they lack takes the contract's default, what contradicts itself (a task named
/// twice, a dependency on no task, a cycle) throws BadEvent. A document without a seed takes the run's for the fault
/// rule.
namespace history {

/// A fleet: an object with "agents", or the array itself.
void read_agents(json::value from, std::vector<Agent>& agents);

/// A scenario: "workflows" (a batch, or the array itself), "agents", "agent_assignments", "__expected__", "seed".
void read_scenario(json::value from, Submission& submission, std::uint64_t run_seed);

/// One workflow by itself, and then {task: agent}, which comes in a member of its own.
void read_single_workflow(json::value document, Submission& submission, std::uint64_t run_seed);
void read_assignments(json::value from, Submission& submission);

}  // namespace history
