#pragma once

#include "oracle/agent_board.h"
#include "oracle/case.h"
#include "oracle/settings.h"

namespace oracle {

/// Whether the workflows of a scenario followed each other without ever overlapping: each began only when the one
/// before had ended. Two at least, and none without times.
bool ran_in_series(const Case& answered, history::Nanoseconds clock_bound);

/// Puts every attempt of an answer on the timeline of the agent that made it. A task's first attempt brings along since
/// when it was ready: since its last dependency's success, or, without any, since the platform began the scenario. It
/// may wait settings.start_bound although its agent is free; the first tasks of a scenario's later workflows not at all
/// when the workflows ran in series.
void feed(AgentBoard& board, const Case& answered, const WorkflowBook& book, const Settings& settings,
          history::Nanoseconds clock_bound);

}  // namespace oracle
