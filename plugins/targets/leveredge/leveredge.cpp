#include <map>
#include <memory>
#include <string>

#include "agent.h"
#include "aria.h"
#include "atlas.h"
#include "creative.h"
#include "event_bus.h"
#include "fleet.h"
#include "options.h"
#include "thresher/plugin.hpp"

namespace leveredge {
namespace {

/// What the agent of that name does besides being healthy; null for most.
std::unique_ptr<Service> service_of(std::string_view name, const Conduct& conduct) {
  if (name == "atlas") return std::make_unique<Atlas>(conduct);
  if (name == "event-bus") return std::make_unique<EventBus>(conduct);
  if (name == "aria") return std::make_unique<Aria>(conduct);
  if (name == "muse") return std::make_unique<Muse>(conduct);
  if (name == "calliope") return std::make_unique<Calliope>(conduct);
  if (name == "thalia") return std::make_unique<Thalia>(conduct);
  if (name == "clio") return std::make_unique<Clio>(conduct);
  return nullptr;
}

/// The Leveredge agent fleet: services on their ports.
class Leveredge final : public thresher::Target {
 public:
  static thresher::TargetDescription describe() {
    thresher::TargetDescription about;
    about.name = "leveredge";
    about.summary = "the Leveredge agent fleet: orchestrator, event bus, assistant, creative agents, health of all";
    for (const AgentPort& agent : fleet()) about.endpoints.push_back({std::string(agent.name), agent.port});
    about.options = declared_options();
    return about;
  }

  Leveredge(const thresher::Options& options, std::uint64_t seed) {
    const Conduct conduct = read_conduct(options, seed);
    for (const auto& [name, reliability] : read_reliabilities(options)) {
      for (const AgentPort& agent : fleet())
        if (agent.name == name) agents_.try_emplace(agent.port, name, reliability, conduct, service_of(name, conduct));
    }
  }

  thresher::Answer handle(const thresher::Request& request) override {
    return agents_.at(request.port).handle(request);
  }

 private:
  std::map<std::uint16_t, Agent> agents_;
};

}  // namespace
}  // namespace leveredge

THRESHER_PLUGIN("leveredge", "1.1.0", leveredge::Leveredge)
