#include "options.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "fleet.h"

namespace leveredge {
namespace {

struct ScaleOption {
  const char* name;
  double LatencyScales::*member;
  const char* summary;
};
constexpr ScaleOption kScales[] = {
    {"health_latency_scale", &LatencyScales::health, "latency of a health check as a part of the profile's"},
    {"event_latency_scale", &LatencyScales::event, "latency of the event bus and of lists, likewise"},
    {"step_latency_scale", &LatencyScales::step, "latency of a step that ATLAS executes, likewise"},
    {"chat_latency_scale", &LatencyScales::chat, "latency of an answer of ARIA's that does not stream, likewise"},
    {"creative_latency_scale", &LatencyScales::creative, "latency of a piece of creative work, likewise"},
};

struct FaultOption {
  const char* name;
  double Faults::*member;
  const char* summary;
};
constexpr FaultOption kFaults[] = {
    {"failed_step_rate", &Faults::failed_step, "fault: steps of an execution that fail, with status 200"},
    {"empty_answer_rate", &Faults::empty_answer, "fault: work that is completed and empty"},
    {"lost_event_rate", &Faults::lost_event, "fault: events confirmed to their publisher and forgotten"},
    {"lost_acknowledgement_rate", &Faults::lost_acknowledgement, "fault: acknowledgements confirmed and forgotten"},
    {"bad_breakdown_rate", &Faults::bad_breakdown, "fault: MUSE's tasks are no sound graph"},
    {"stream_fault_rate", &Faults::stream, "fault: streams of ARIA's that go wrong as stream_fault says"},
};

constexpr std::string_view kStreamFaultNames[] = {"reset", "error", "no_done", "hold", "silent"};

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

}  // namespace

std::vector<thresher::Option> declared_options() {
  using thresher::boolean, thresher::choice, thresher::integer, thresher::number, thresher::text_option;
  std::vector<thresher::Option> options;
  const auto declare = [&options](thresher::Option option) { options.push_back(std::move(option)); };
  declare(choice("profile", std::string(kProfileNames), "rock_solid", "how reliable every agent is"));
  declare(text_option("agents", "", "other profiles for some of them: hades=flaky,clio=unreliable"));
  declare(number("success_rate", 0, "instead of the profile's: the part of requests that succeed")
              .between(0, 1)
              .optional());
  declare(number("latency_mean_ms", 0, "instead of the profile's").between(0, 86400e3).optional());
  declare(number("latency_sd_ms", 0, "instead of the profile's: standard deviation").between(0, 86400e3).optional());
  declare(number("timeout_rate", 0, "instead of the profile's: the part that gets no answer").between(0, 1).optional());
  declare(number("crash_rate", 0, "instead of the profile's: the part that meets a crash").between(0, 1).optional());
  for (const ScaleOption& scale : kScales)
    declare(number(scale.name, LatencyScales{}.*scale.member, scale.summary).between(0, 1e6));
  declare(number("timeout_answer_s", 0, "when a timed-out request is answered after all; 0: never").between(0, 86400));
  declare(number("restart_s", 0, "how long an agent that crashed resets every connection").between(0, 86400));
  for (const FaultOption& fault : kFaults) declare(number(fault.name, 0, fault.summary).between(0, 1));
  declare(
      choice("stream_fault", "reset|error|no_done|hold|silent", "reset", "what stream_fault_rate does to a stream"));
  declare(number("rate_limit_per_s", 0, "executions and chats an agent takes in a second, more are 429; 0: any")
              .between(0, 1e6));
  declare(integer("capacity", 0, "executions and chats an agent has in progress, more are 503; 0: any")
              .between(0, 1'000'000));
  declare(integer("stored_events", 50'000, "events the bus keeps").between(1, 1'000'000));
  declare(number("first_token_ms", 250, "mean time to the first token of a stream").between(0, 86400e3));
  declare(number("tokens_per_s", 60, "of a stream").between(0.01, 1e6));
  declare(number("answer_tokens", 40, "mean length of an answer of ARIA's").between(4, 4096));
  declare(boolean("suite_paths", false, "also take what the public suite sends and the real services refuse"));
  return options;
}

Conduct read_conduct(const thresher::Options& options, std::uint64_t seed) {
  Conduct conduct;
  conduct.seed = seed;
  for (const ScaleOption& scale : kScales) conduct.scales.*scale.member = options.number(scale.name);
  for (const FaultOption& fault : kFaults) conduct.faults.*fault.member = options.number(fault.name);
  const auto name = std::find(std::begin(kStreamFaultNames), std::end(kStreamFaultNames), options.text("stream_fault"));
  conduct.stream_fault = static_cast<StreamFault>(name - std::begin(kStreamFaultNames));
  conduct.limits = {.rate_per_s = options.number("rate_limit_per_s"),
                    .in_flight = static_cast<std::size_t>(options.integer("capacity")),
                    .stored_events = static_cast<std::size_t>(options.integer("stored_events"))};
  conduct.streaming = {.first_token_ms = options.number("first_token_ms"),
                       .tokens_per_s = options.number("tokens_per_s"),
                       .tokens = options.number("answer_tokens")};
  conduct.suite_paths = options.boolean("suite_paths");
  conduct.timeout_answer = thresher::milliseconds(options.number("timeout_answer_s") * 1e3);
  conduct.restart = thresher::milliseconds(options.number("restart_s") * 1e3);
  return conduct;
}

std::map<std::string, Reliability> read_reliabilities(const thresher::Options& options) {
  const Reliability usual = amended(profile_named(options.text("profile")), options);
  std::map<std::string, Reliability> all = parse_exceptions(options.text("agents"));
  for (const AgentPort& agent : fleet()) all.try_emplace(std::string(agent.name), usual);
  return all;
}

}  // namespace leveredge
