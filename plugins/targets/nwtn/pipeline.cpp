#include "pipeline.h"

#include <algorithm>

#include "conduct.h"
#include "thresher/plugin.hpp"

namespace nwtn {
namespace {

constexpr std::array<std::string_view, 3> kComplexityNames = {"simple", "medium", "complex"};

/// Usual times, chosen so that a healthy pipeline keeps the document's limits with room to spare: a simple session
/// takes 0.2 s, a complex one 0.75 s.
constexpr std::array<double, kAgentCount> kUsualMs = {70, 50, 40, 250, 90};
constexpr std::array<double, 3> kExecutorScale = {0.5, 1, 2};
constexpr double kLongestMs = 3600e3;  // whatever the options say, sums of it fit 64 bits of nanoseconds

template <std::size_t Size>
std::optional<std::size_t> place_of(std::string_view name, const std::array<std::string_view, Size>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

std::optional<Agent> agent_named(std::string_view name) {
  const auto place = place_of(name, kAgentNames);
  return place ? std::optional(static_cast<Agent>(*place)) : std::nullopt;
}

std::string_view name_of(Complexity complexity) { return kComplexityNames[static_cast<std::size_t>(complexity)]; }

std::optional<Complexity> complexity_named(std::string_view name) {
  const auto place = place_of(name, kComplexityNames);
  return place ? std::optional(static_cast<Complexity>(*place)) : std::nullopt;
}

Complexity complexity_of_context(std::int64_t allocation) {
  return allocation <= 50 ? Complexity::simple : allocation <= 100 ? Complexity::medium : Complexity::complex;
}

Agents agents_for(Complexity complexity) {
  Agents agents;
  agents.set(index_of(Agent::architect)).set(index_of(Agent::executor));
  if (complexity != Complexity::simple) agents.set(index_of(Agent::router)).set(index_of(Agent::compiler));
  if (complexity == Complexity::complex) agents.set(index_of(Agent::prompter));
  return agents;
}

std::vector<Step> plan_steps(const Conduct& conduct, Complexity complexity, Agents agents, thresher::Random& random) {
  std::vector<Step> steps;
  std::chrono::nanoseconds now{};
  for (std::size_t agent = 0; agent < kAgentCount; ++agent) {
    const bool executes = agent == index_of(Agent::executor);
    const double scale = executes ? kExecutorScale[static_cast<std::size_t>(complexity)] : 1;
    const double mean = kUsualMs[agent] * scale * conduct.latency_scale * conduct.slowness[agent];
    const double lasts_ms = random.log_normal(mean, mean * conduct.latency_deviation);
    const double confidence = 0.82 + 0.16 * random.uniform();
    if (!agents.test(agent)) continue;
    const auto lasts = thresher::milliseconds(std::min(lasts_ms, kLongestMs));
    steps.push_back({static_cast<Agent>(agent), now, lasts, confidence});
    now += lasts;
  }
  return steps;
}

std::chrono::nanoseconds length_of(const std::vector<Step>& steps) {
  return steps.empty() ? std::chrono::nanoseconds{} : steps.back().begins + steps.back().lasts;
}

}  // namespace nwtn
