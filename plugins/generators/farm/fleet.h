#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent.h"
#include "seeded.h"

namespace farm {

/// Agents that a platform is asked to take in together.
struct Fleet {
  Seed seed;
  Scale scale;
  std::vector<Agent> agents = {};  ///< by type: planners, workers, specialists, reviewers, approvers

  std::vector<std::string_view> ids_of(AgentType type) const;
};

Fleet draw_fleet(Seed seed, Scale scale, Dialect dialect, Seeded& seeded);
void write_fleet(const Fleet& fleet, Dialect dialect, std::int64_t now, JsonWriter& json);
/// The members `agents`, `total_agents` and `distribution`, for an object that the caller has begun.
void write_agents(const Fleet& fleet, Dialect dialect, std::int64_t now, JsonWriter& json);

/// Gives agents whose ids are equal, which eight hex digits allow, ids of their own.
void separate_ids(std::vector<Agent>& agents);

}  // namespace farm
