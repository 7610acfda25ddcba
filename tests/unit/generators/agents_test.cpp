#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "farm_plugin.h"

using nlohmann::json;

namespace {

std::set<std::string> set_of(const json& list) { return {list.begin(), list.end()}; }

/// What our dialect promises of every agent.
void check_agent(const json& agent) {
  INFO(agent.dump());
  const json& metadata = agent["metadata"];
  CHECK(metadata["success_count"] <= metadata["total_invocations"]);
  CHECK(metadata["last_active_at"] >= metadata["created_at"]);  // RFC 3339 of one zone sorts as time does
  CHECK(metadata["created_at"].get<std::string>().back() == 'Z');
  CHECK(set_of(agent["tools"]).size() == agent["tools"].size());
  CHECK(set_of(agent["capabilities"]).size() == agent["capabilities"].size());
  CHECK(agent["policy"]["template"] == agent["policy_template"]);
  CHECK(agent["reliability"]["profile"] == agent["reliability_tier"]);
  CHECK(agent["cost"]["tier"] == agent["cost_tier"]);
}

}  // namespace

TEST_CASE("our agents make the public draws, and no claim that cannot be", "[generators]") {
  FarmPlugin farm;
  int capped = 0;
  for (int seed = 0; seed < 300; ++seed) {
    const std::string query = "seed=" + std::to_string(seed);
    const json ours = farm.json("profile", query)["agent"],
               theirs = farm.json("profile", query + "&compat=true")["agent"];
    check_agent(ours);
    for (const char* same : {"agent_id", "name", "version", "capabilities", "policy", "reliability", "cost", "memory"})
      CHECK(ours[same] == theirs[same]);
    CHECK(ours["metadata"]["total_invocations"] == theirs["metadata"]["total_invocations"]);
    capped += theirs["metadata"]["success_count"] > theirs["metadata"]["total_invocations"] ? 1 : 0;
  }
  CHECK(capped > 100);  // the defect that the cap is for is there to be capped
}

TEST_CASE("a profile is of the type, reliability and cost asked for", "[generators]") {
  FarmPlugin farm;
  const json made = farm.json("profile", "agent_type=specialist&reliability=flaky&cost=premium&index=41&seed=9");
  CHECK(made["seed"] == 9);
  CHECK(made["generated_at"] == "2026-01-01T00:00:00Z");
  CHECK(made["agent"]["type"] == "specialist");
  CHECK(made["agent"]["reliability"]["success_rate"] == 0.8);
  CHECK(made["agent"]["cost"]["per_invocation"] == 0.01);
  CHECK(farm.json("profile", "index=41&seed=9")["agent"]["name"].get<std::string>().ends_with("-041"));
}

TEST_CASE("moments count back from the parameter now", "[generators]") {
  FarmPlugin farm;
  const json early = farm.json("profile", "now=86400000")["agent"]["metadata"];
  const json late = farm.json("profile", "now=86486400")["agent"]["metadata"];  // a day later
  CHECK(early["created_at"].get<std::string>().substr(10) == late["created_at"].get<std::string>().substr(10));
  CHECK(early["created_at"] < late["created_at"]);
}

TEST_CASE("a fleet has the agents its scale and distribution say", "[generators]") {
  FarmPlugin farm;
  const std::pair<const char*, json> scales[] = {
      {"small", {{"planner", 1}, {"worker", 5}, {"specialist", 2}, {"reviewer", 1}, {"approver", 1}}},
      {"medium", {{"planner", 5}, {"worker", 26}, {"specialist", 10}, {"reviewer", 7}, {"approver", 2}}},
      {"large", {{"planner", 10}, {"worker", 50}, {"specialist", 20}, {"reviewer", 15}, {"approver", 5}}}};
  for (const auto& [scale, types] : scales) {
    for (int seed = 0; seed < 6; ++seed) {
      const json fleet = farm.json("fleet", std::string("scale=") + scale + "&seed=" + std::to_string(seed));
      CHECK(fleet["distribution"]["by_type"] == types);
      std::set<std::string> ids;
      json reliabilities, costs;
      for (const json& agent : fleet["agents"]) {
        check_agent(agent);
        ids.insert(agent["agent_id"]);
        for (auto [counts, member] : {std::pair(&reliabilities, "reliability_tier"), std::pair(&costs, "cost_tier")}) {
          json& count = (*counts)[agent[member].get<std::string>()];
          count = count.is_null() ? 1 : count.get<int>() + 1;
        }
      }
      CHECK(ids.size() == fleet["total_agents"]);
      CHECK(fleet["total_agents"] == fleet["__expected__"]["total_agents"]);
      CHECK(fleet["distribution"]["by_reliability"] == reliabilities);
      CHECK(fleet["distribution"]["by_cost"] == costs);
    }
  }
}

TEST_CASE("a team covers what its members can, and ranks every one of them", "[generators]") {
  FarmPlugin farm;
  bool coordinators = false;
  for (int seed = 0; seed < 12; ++seed) {
    for (int size = 3; size <= 10; ++size) {
      const json team = farm.json("team", "size=" + std::to_string(size) + "&seed=" + std::to_string(seed));
      std::set<std::string> tools, capabilities, ids, ranked;
      for (const json& agent : team["agents"]) {
        check_agent(agent);
        ids.insert(agent["agent_id"]);
        tools.insert(agent["tools"].begin(), agent["tools"].end());
        capabilities.insert(agent["capabilities"].begin(), agent["capabilities"].end());
      }
      for (const auto& [rank, members] : team["hierarchy"].items()) {
        ranked.insert(members.begin(), members.end());
        coordinators = coordinators || (rank == "coordinators" && !members.empty());
      }
      CHECK(ids.size() == static_cast<std::size_t>(size));
      CHECK(ranked == ids);
      CHECK(json(tools) == team["collective_tools"]);
      CHECK(json(capabilities) == team["collective_capabilities"]);
      CHECK(team["agents"][0]["type"] == "planner");
      CHECK(team["agents"][1]["type"] == "worker");
    }
  }
  CHECK(coordinators);
}

TEST_CASE("the team of the contract is drawn", "[generators]") {
  FarmPlugin farm;
  std::vector<std::string> types;
  const json team = farm.json("team");
  for (const json& agent : team["agents"]) types.push_back(agent["type"]);
  CHECK(types == std::vector<std::string>{"planner", "worker", "coordinator", "specialist", "specialist"});
}
