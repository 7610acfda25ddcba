#pragma once

#include <cstdint>
#include <vector>

#include "agent.h"
#include "seeded.h"

namespace farm {

struct Team {
  Seed seed;
  std::vector<Agent> agents = {};  ///< a planner, a worker, then whoever was drawn
};

/// 3 <= size <= 10.
Team draw_team(Seed seed, std::uint32_t size, Dialect dialect, Seeded& seeded);
/// Collective capabilities and tools are sorted: the public generator lists them in the order of a Python set, which
/// differs from process to process.
void write_team(const Team& team, Dialect dialect, std::int64_t now, JsonWriter& json);

}  // namespace farm
