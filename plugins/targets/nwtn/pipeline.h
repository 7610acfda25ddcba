#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "thresher/random.hpp"

namespace nwtn {

/// The five agents, in the order of the pipeline.
enum class Agent : std::uint8_t { architect, prompter, router, executor, compiler };
inline constexpr std::size_t kAgentCount = 5;
inline constexpr std::array<std::string_view, kAgentCount> kAgentNames = {"architect", "prompter", "router", "executor",
                                                                          "compiler"};
constexpr std::size_t index_of(Agent agent) { return static_cast<std::size_t>(agent); }
inline std::string_view name_of(Agent agent) { return kAgentNames[index_of(agent)]; }
std::optional<Agent> agent_named(std::string_view name);

using Agents = std::bitset<kAgentCount>;

enum class Complexity : std::uint8_t { simple, medium, complex };
std::string_view name_of(Complexity complexity);
std::optional<Complexity> complexity_named(std::string_view name);
/// The complexity that is allocated so much context: up to 50, up to 100, more (the document's allocations, in FTNS).
Complexity complexity_of_context(std::int64_t allocation);
/// Those the document expects for it: two, four, all five.
Agents agents_for(Complexity complexity);

/// One agent's part in a session.
struct Step {
  Agent agent = Agent::architect;
  std::chrono::nanoseconds begins{}, lasts{};  ///< begins: since the session did
  double confidence = 0;                       ///< 0.82 to 0.98
};

struct Conduct;

/// Who works how long, one after another. Times are log-normal around each agent's usual one (executing takes longer
/// the more complex the work is); the same number of draws whoever takes part.
std::vector<Step> plan_steps(const Conduct& conduct, Complexity complexity, Agents agents, thresher::Random& random);

/// When the last step ends.
std::chrono::nanoseconds length_of(const std::vector<Step>& steps);

}  // namespace nwtn
