#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "graph.h"
#include "workflow.h"

namespace farm {

enum class Ending : std::uint8_t {
  success,
  success_with_retries,  ///< a fault fired, and every one that did was recovered from
  failed,
  compensated  ///< a saga that failed, and rolled back the steps it had done
};
std::string_view name_of(Ending ending);

/// A fault that fires at least once.
struct FiredFault {
  std::uint8_t task = 0;
  bool recovered = false;                   ///< the task succeeds in the end
  std::vector<std::uint8_t> attempts = {};  ///< those at which it fires, from 1
};

/// What becomes of a workflow on a platform that does everything right, when a fault fires exactly if
/// thresher::fault_fires(fault_seed.bits(), workflow, task, attempt, trigger_probability) says so. Attempts of a task
/// count on through the iterations of a loop.
struct Prognosis {
  Ending ending = Ending::success;
  std::array<std::uint8_t, Task::kMost> attempts = {};  ///< made of each task; 0 only of blocked ones
  TaskSet completed = 0, failed = 0, blocked = 0;       ///< every task is in one of them
  std::uint8_t iterations = 1;                          ///< of the loop; 0: blocked
  std::vector<FiredFault> fired = {};                   ///< in task order

  std::size_t recovered() const;
};

Prognosis prognosis(const Workflow& workflow);

/// Every ending that some outcome of the draws leads to: what a platform that draws faults by itself may report.
std::vector<Ending> possible_endings(const Workflow& workflow);

}  // namespace farm
