#include "fleet.h"

#include <algorithm>

namespace farm {
namespace {

/// How many of the first five types a fleet has: their shares rounded down, one at least, and workers for the rest.
std::array<std::uint32_t, 5> head_counts(Scale scale) {
  constexpr std::array<double, 5> kShares = {0.10, 0.50, 0.20, 0.15, 0.05};
  const auto total = static_cast<std::uint32_t>(kFleetSizes[static_cast<std::size_t>(scale)]);
  std::array<std::uint32_t, 5> counts{};
  std::uint32_t rest = total;
  for (std::size_t type = 0; type < counts.size(); ++type) {
    counts[type] = std::max(1U, static_cast<std::uint32_t>(total * kShares[type]));
    rest -= counts[type];
  }
  counts[static_cast<std::size_t>(AgentType::worker)] += rest;
  return counts;
}

/// {"planner":1, ...}: how often each value occurs, in the order in which they occur first.
template <class Value>
void write_counts(std::string_view name, const std::vector<Agent>& agents, Value Agent::*member, JsonWriter& json) {
  std::array<std::uint32_t, kAgentTypes.size()> counts{};
  std::vector<Value> seen;
  for (const Agent& agent : agents)
    if (counts[static_cast<std::size_t>(agent.*member)]++ == 0) seen.push_back(agent.*member);
  json.begin_object(name);
  for (const Value value : seen) json.member(name_of(value), counts[static_cast<std::size_t>(value)]);
  json.end_object();
}

}  // namespace

std::vector<std::string_view> Fleet::ids_of(AgentType type) const {
  std::vector<std::string_view> ids;
  for (const Agent& agent : agents)
    if (agent.type == type) ids.push_back(agent.id);
  return ids;
}

void separate_ids(std::vector<Agent>& agents) {
  for (auto agent = agents.begin(); agent != agents.end(); ++agent) {
    const bool taken =
        std::any_of(agents.begin(), agent, [&](const Agent& earlier) { return earlier.id == agent->id; });
    if (taken) agent->id.append("-").append(std::to_string(agent->index));
  }
}

Fleet draw_fleet(Seed seed, Scale scale, Dialect dialect, Seeded& seeded) {
  constexpr std::uint32_t kAbreast = 8;
  Fleet fleet{seed, scale};
  std::uint32_t index = 0;
  std::uint32_t type = 0;
  for (const std::uint32_t count : head_counts(scale)) {
    for (std::uint32_t i = 0; i < count; ++i, ++index) {
      if (index % kAbreast == 0) seeded.prepare(seed + index, kAbreast);
      fleet.agents.push_back(draw_agent({seed, static_cast<AgentType>(type), index}, seeded.at(seed + index), dialect));
    }
    ++type;
  }
  if (dialect == Dialect::ours) separate_ids(fleet.agents);
  return fleet;
}

void write_agents(const Fleet& fleet, Dialect dialect, std::int64_t now, JsonWriter& json) {
  json.member("total_agents", fleet.agents.size());
  json.begin_array("agents");
  for (const Agent& agent : fleet.agents) write_agent(agent, dialect, now, json);
  json.end_array();
  json.begin_object("distribution");
  write_counts("by_type", fleet.agents, &Agent::type, json);
  write_counts("by_reliability", fleet.agents, &Agent::reliability, json);
  write_counts("by_cost", fleet.agents, &Agent::cost, json);
  json.end_object();
}

void write_fleet(const Fleet& fleet, Dialect dialect, std::int64_t now, JsonWriter& json) {
  const auto has = [&fleet](AgentType type) {
    return std::any_of(fleet.agents.begin(), fleet.agents.end(), [type](const Agent& a) { return a.type == type; });
  };
  json.begin_object();
  std::string id = "fleet-";
  fleet.seed.append_to(id);
  json.member("fleet_id", id.append("-").append(name_of(fleet.scale)));
  json.member("seed", fleet.seed);
  json.member("scale", name_of(fleet.scale));
  write_moment("generated_at", now, dialect, json);
  write_agents(fleet, dialect, now, json);
  json.begin_object("__expected__");
  json.member("total_agents", fleet.agents.size());
  json.member("has_planners", has(AgentType::planner));
  json.member("has_approvers", has(AgentType::approver));
  json.member("can_form_delegation_chain", has(AgentType::planner) && has(AgentType::worker));
  json.end_object();
  json.end_object();
}

}  // namespace farm
