#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "run_state.h"
#include "spec.h"

namespace aoa {

/// One submission that was accepted, and what became of it.
struct Item {
  std::string id = {};  ///< ours: a scenario's or an execution's
  std::uint64_t number = 0;
  bool scenario = false;
  Expectation expected = {};
  std::vector<std::shared_ptr<WorkflowRun>> runs = {};
  std::size_t ended_runs = 0, tasks = 0;
  Time submitted{}, ended{};
  std::uint64_t reads_after_end = 0;

  bool has_ended() const { return ended_runs == runs.size(); }
};

/// What an item's parts add up to, as far as they are known.
struct Tally {
  std::uint64_t workflows_completed = 0, workflows_failed = 0;
  std::uint64_t tasks = 0, tasks_completed = 0, tasks_failed = 0;
  std::uint64_t faults = 0, faults_recovered = 0;
  double cost_usd = 0;

  void add(const WorkflowRun& run);
  double completion_rate(std::size_t workflows) const;
  double recovery_rate() const;  ///< 1 when no fault fired
};

Tally tally(const Item& item);

}  // namespace aoa
