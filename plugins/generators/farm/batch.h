#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "prognosis.h"
#include "workflow.h"

namespace farm {

struct Batch {
  Seed seed;
  double chaos_rate = 0;
  std::vector<Workflow> workflows = {};        ///< number i has seed + i
  std::vector<WorkflowType> asked_types = {};  ///< drawn for each; in compat some have another shape

  std::size_t tasks() const;
  std::size_t chaos_events() const;
};

Batch draw_batch(Seed seed, std::uint32_t count, double chaos_rate, Dialect dialect, Seeded& seeded);

/// One for each workflow, in order.
std::vector<Prognosis> prognoses(const Batch& batch);

void write_batch(const Batch& batch, const std::vector<Prognosis>& prognoses, const WorkflowStyle& style,
                 JsonWriter& json);
/// The member `workflows` alone, for an object that the caller has begun.
void write_workflows(const Batch& batch, const std::vector<Prognosis>& prognoses, const WorkflowStyle& style,
                     JsonWriter& json);

}  // namespace farm
