#include "team.h"

#include <set>
#include <string>

#include "fleet.h"

namespace farm {
namespace {

void write_collective(const Team& team, Dialect dialect, JsonWriter& json) {
  std::set<std::string> tools, capabilities;
  for (const Agent& agent : team.agents) {
    tools.insert(agent.tools.begin(), agent.tools.begin() + static_cast<std::ptrdiff_t>(agent.tool_count));
    if (dialect == Dialect::ours) tools.insert(kit(agent.type).begin(), kit(agent.type).end());
    capabilities.insert(traits(agent.type).capabilities.begin(), traits(agent.type).capabilities.end());
    if (!agent.extra_capability.empty()) capabilities.emplace(agent.extra_capability);
    if (!agent.domain.empty()) capabilities.insert(std::string("domain:").append(agent.domain));
  }
  json.texts("collective_tools", tools);
  json.texts("collective_capabilities", capabilities);
}

/// The public generator draws coordinators, but has no place for them in the hierarchy.
void write_hierarchy(const Team& team, Dialect dialect, JsonWriter& json) {
  const std::size_t ranks = kAgentTypes.size() - (dialect == Dialect::compat ? 1 : 0);
  json.begin_object("hierarchy");
  for (std::size_t type = 0; type < ranks; ++type) {
    json.begin_array(std::string(kAgentTypes[type]).append("s"));
    for (const Agent& agent : team.agents)
      if (agent.type == static_cast<AgentType>(type)) json.text(agent.id);
    json.end_array();
  }
  json.end_object();
}

}  // namespace

Team draw_team(Seed seed, std::uint32_t size, Dialect dialect, Seeded& seeded) {
  constexpr std::array kFurther = {AgentType::specialist,  AgentType::reviewer, AgentType::approver,
                                   AgentType::coordinator, AgentType::worker,   AgentType::specialist};
  seeded.prepare(seed, size);
  PythonRandom random = seeded.at(seed);
  Team team{seed};
  for (std::uint32_t i = 0; i < size; ++i) {
    const AgentType type = i == 0 ? AgentType::planner : i == 1 ? AgentType::worker : random.choice(kFurther);
    team.agents.push_back(draw_agent({seed, type, i}, seeded.at(seed + i), dialect));
  }
  if (dialect == Dialect::ours) separate_ids(team.agents);
  return team;
}

void write_team(const Team& team, Dialect dialect, std::int64_t now, JsonWriter& json) {
  json.begin_object();
  std::string id = "team-";
  team.seed.append_to(id);
  json.member("team_id", id);
  json.member("seed", team.seed);
  write_moment("generated_at", now, dialect, json);
  json.member("team_size", team.agents.size());
  json.begin_array("agents");
  for (const Agent& agent : team.agents) write_agent(agent, dialect, now, json);
  json.end_array();
  write_collective(team, dialect, json);
  write_hierarchy(team, dialect, json);
  json.end_object();
}

}  // namespace farm
