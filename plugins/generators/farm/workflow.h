#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "seeded.h"
#include "task.h"

namespace farm {

/// A back edge: when a task of the body `to` .. `from` (both included; the body is a chain) fails for good, the body
/// runs again from `to`, `max_iterations` times in all.
struct Loop {
  std::uint8_t from = 0, to = 0;
  std::uint8_t max_iterations = 0;
};

/// One workflow as drawn.
struct Workflow {
  std::string id = {};
  WorkflowType type = WorkflowType::linear;  ///< its shape: the public generator makes chains of two of the six types
  Seed seed{0};
  Seed fault_seed{0};  ///< faults are drawn from its bits(): the workflow's own seed, or its scenario's
  double chaos_rate = 0;
  std::vector<Task> tasks = {};
  std::optional<Loop> loop = {};  ///< of a cyclic one

  /// How many tasks stand side by side by design; 0 unless the shape is made of branches.
  std::size_t branches() const;
};

struct WorkflowRequest {
  Seed seed;
  std::optional<WorkflowType> type = {};   ///< empty: drawn
  std::optional<std::uint8_t> tasks = {};  ///< 2 .. Task::kMost; empty: drawn
  double chaos_rate = 0;
  Dialect dialect = Dialect::ours;
};

/// Draws a workflow. `out` is overwritten; its memory is reused.
void draw_workflow(const WorkflowRequest& request, Seeded& seeded, Workflow& out);

struct WorkflowStyle {
  Dialect dialect = Dialect::ours;
  std::int64_t now = 0;  ///< unix seconds
  std::optional<std::int64_t> stream_sequence = {};
  bool agent_types = true;  ///< whether tasks name the type of agent; compat does in pushed scenarios only
};

struct Prognosis;

/// `prognosis` is the workflow's; compat has no use for it.
void write_workflow(const Workflow& workflow, const Prognosis* prognosis, const WorkflowStyle& style, JsonWriter& json);

}  // namespace farm
