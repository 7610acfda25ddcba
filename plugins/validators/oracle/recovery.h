#pragma once

#include <cstdint>
#include <string>

#include "oracle/case.h"

namespace oracle {

/// What an answer shows of the fault that a task met.
struct FaultSeen {
  bool occurred = false;
  bool recovered = false;  ///< the task succeeded with or after it, or, where that is the remedy, the saga was undone
  bool claimed = false;    ///< the platform names a recovery of this task
};

/// Recovery is shown by what happened, not by a flag: a text that says "recovered" counts for nothing.
FaultSeen fault_seen(const Case& answered, const WorkflowCase& workflow, std::uint32_t task);

struct FaultCount {
  std::int64_t occurred = 0, recovered = 0;
};
FaultCount count_faults(const Case& answered);

}  // namespace oracle
