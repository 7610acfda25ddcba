#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>

#include "agent.h"
#include "fleet.h"
#include "reliability.h"
#include "thresher/plugin.hpp"

namespace leveredge {
namespace {

/// The Leveredge agent fleet: twenty services on their ports.
class Leveredge final : public thresher::Target {
 public:
  static thresher::TargetDescription describe();
  Leveredge(const thresher::Options& options, std::uint64_t seed);

  thresher::Answer handle(const thresher::Request& request) override {
    return agents_.at(request.port).handle(request);
  }

 private:
  std::map<std::uint16_t, Agent> agents_;
};

thresher::TargetDescription Leveredge::describe() {
  thresher::TargetDescription about;
  about.name = "leveredge";
  about.summary = "the Leveredge agent fleet: 20 agents with their health endpoints";
  for (const AgentPort& agent : fleet()) about.endpoints.push_back({std::string(agent.name), agent.port});
  about.options.push_back(
      thresher::choice("profile", std::string(kProfileNames), "rock_solid", "how reliable every agent is"));
  about.options.push_back(
      thresher::text_option("agents", "", "other profiles for some of them: hades=flaky,clio=unreliable"));
  about.options.push_back(
      thresher::number("success_rate", 0, "instead of the profile's: the part of requests that succeed")
          .between(0, 1)
          .optional());
  about.options.push_back(thresher::number("latency_mean_ms", 0, "instead of the profile's").at_least(0).optional());
  about.options.push_back(
      thresher::number("latency_sd_ms", 0, "instead of the profile's: standard deviation").at_least(0).optional());
  about.options.push_back(thresher::number("timeout_rate", 0, "instead of the profile's: the part that gets no answer")
                              .between(0, 1)
                              .optional());
  about.options.push_back(thresher::number("crash_rate", 0, "instead of the profile's: the part that meets a crash")
                              .between(0, 1)
                              .optional());
  about.options.push_back(
      thresher::number("health_latency_scale", 0.1, "latency of a health check as a part of the profile's")
          .at_least(0));
  about.options.push_back(
      thresher::number("timeout_answer_s", 0, "when a timed-out request is answered after all; 0: never")
          .between(0, 86400));
  about.options.push_back(
      thresher::number("restart_s", 0, "how long an agent that crashed resets every connection").between(0, 86400));
  return about;
}

Reliability profile_named(const std::string& name) {
  if (const auto found = Reliability::named(name)) return *found;
  throw std::invalid_argument("option \"agents\": unknown profile \"" + name + "\"; there are " +
                              std::string(kProfileNames));
}

/// "hades=flaky,clio=unreliable" as agent to profile.
std::map<std::string, Reliability> parse_exceptions(std::string_view text) {
  std::map<std::string, Reliability> exceptions;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos)
      throw std::invalid_argument("option \"agents\": \"" + std::string(part) + "\" is not AGENT=PROFILE");
    const std::string name(part.substr(0, equals));
    const auto agents = fleet();
    if (std::none_of(agents.begin(), agents.end(), [&](const AgentPort& agent) { return agent.name == name; }))
      throw std::invalid_argument("option \"agents\": the fleet has no agent \"" + name + "\"");
    exceptions[name] = profile_named(std::string(part.substr(equals + 1)));
  }
  return exceptions;
}

/// The profile with the figures that were set one by one.
Reliability amended(Reliability reliability, const thresher::Options& options) {
  const auto amend = [&](const char* option, double& figure) {
    if (options.given(option)) figure = options.number(option);
  };
  amend("success_rate", reliability.success_rate);
  amend("latency_mean_ms", reliability.latency_mean_ms);
  amend("latency_sd_ms", reliability.latency_sd_ms);
  amend("timeout_rate", reliability.timeout_rate);
  amend("crash_rate", reliability.crash_rate);
  return reliability;
}

Leveredge::Leveredge(const thresher::Options& options, std::uint64_t seed) {
  const Conduct conduct{.seed = seed,
                        .health_latency_scale = options.number("health_latency_scale"),
                        .timeout_answer = thresher::milliseconds(options.number("timeout_answer_s") * 1e3),
                        .restart = thresher::milliseconds(options.number("restart_s") * 1e3)};
  const Reliability usual = amended(profile_named(options.text("profile")), options);
  const auto exceptions = parse_exceptions(options.text("agents"));
  for (const AgentPort& agent : fleet()) {
    const auto other = exceptions.find(std::string(agent.name));
    agents_.emplace(agent.port,
                    Agent(std::string(agent.name), other == exceptions.end() ? usual : other->second, conduct));
  }
}

}  // namespace
}  // namespace leveredge

THRESHER_PLUGIN("leveredge", "1.0.0", leveredge::Leveredge)
