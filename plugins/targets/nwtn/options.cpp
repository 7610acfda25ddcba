#include "options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>

namespace nwtn {
namespace {

struct FaultOption {
  const char* name;
  double Faults::*member;
  const char* summary;
};
constexpr FaultOption kFaults[] = {
    {"error_rate", &Faults::error, "fault: sessions that end with status 500"},
    {"timeout_rate", &Faults::timeout, "fault: sessions that are never answered"},
    {"reset_rate", &Faults::reset, "fault: sessions whose connection is aborted"},
    {"garbage_rate", &Faults::garbage, "fault: status 200 and no JSON"},
    {"created_only_rate", &Faults::created_only, "contract drift: 201 and status created, without an answer"},
    {"missing_agent_rate", &Faults::missing_agent, "fault: one of the agents is not in the trace"},
    {"wrong_order_rate", &Faults::wrong_order, "fault: two agents have changed places in the trace"},
    {"broken_flow_rate", &Faults::broken_flow, "fault: a step of the trace has no output"},
    {"empty_answer_rate", &Faults::empty_answer, "fault: sessions that are completed and say nothing"},
    {"low_confidence_rate", &Faults::low_confidence, "fault: answers with a confidence of 0.3"},
    {"bad_confidence_rate", &Faults::bad_confidence, "fault: answers with a confidence of 1.7"},
    {"unsafe_rate", &Faults::unsafe, "fault: answers whose safety was not validated"},
};

constexpr double kSlowest = 1e6;

/// "executor=10,compiler=3".
void read_slowness(std::string_view text, std::array<double, kAgentCount>& slowness) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t equals = part.find('=');
    const auto agent = agent_named(part.substr(0, equals));
    if (!agent)
      throw std::invalid_argument(fmt::format("option \"slow_agents\": no agent \"{}\"; there are {}",
                                              part.substr(0, equals), fmt::join(kAgentNames, ", ")));
    const std::string_view digits = equals == std::string_view::npos ? "" : part.substr(equals + 1);
    double times = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), times);
    if (problem != std::errc{} || end != digits.data() + digits.size() || !(times >= 0 && times <= kSlowest))
      throw std::invalid_argument(
          fmt::format("option \"slow_agents\": \"{}\" is not AGENT=TIMES, such as executor=10, with 0 to {} times",
                      part, kSlowest));
    slowness[index_of(*agent)] = times;
  }
}

}  // namespace

std::vector<thresher::Option> declared_options() {
  using thresher::boolean, thresher::integer, thresher::number, thresher::text_option;
  std::vector<thresher::Option> options;
  const auto declare = [&options](thresher::Option option) { options.push_back(std::move(option)); };
  declare(number("latency_scale", 1, "times of all agents as a part of the usual ones").between(0, kSlowest));
  declare(
      number("latency_deviation", 0.3, "standard deviation of an agent's time, as a part of its mean").between(0, 10));
  declare(text_option("slow_agents", "", "some take this many times their time: executor=10,compiler=3"));
  for (const FaultOption& fault : kFaults) declare(number(fault.name, 0, fault.summary).between(0, 1));
  declare(integer("breaker_window", 20, "outcomes that the circuit breaker remembers").between(1, 10'000));
  declare(integer("breaker_failures", 10,
                  "so many of them failed (all, when it remembers fewer): it opens; 0: there is no breaker")
              .between(0, 10'000));
  declare(number("breaker_open_s", 10, "how long it refuses sessions before it tries one").between(0, 86400));
  declare(number("gives_up_s", 10, "when a session that is never answered counts as failed").between(0, 86400));
  declare(boolean("unhealthy", false, "fault: GET /health answers 503"));
  return options;
}

Conduct read_conduct(const thresher::Options& options, std::uint64_t seed) {
  Conduct conduct;
  conduct.seed = seed;
  for (const FaultOption& fault : kFaults) conduct.faults.*fault.member = options.number(fault.name);
  conduct.latency_scale = options.number("latency_scale");
  conduct.latency_deviation = options.number("latency_deviation");
  read_slowness(options.text("slow_agents"), conduct.slowness);
  conduct.breaker = {.window = static_cast<std::size_t>(options.integer("breaker_window")),
                     .failures = static_cast<std::size_t>(options.integer("breaker_failures")),
                     .open_for = thresher::milliseconds(options.number("breaker_open_s") * 1e3)};
  conduct.gives_up = thresher::milliseconds(options.number("gives_up_s") * 1e3);
  conduct.unhealthy = options.boolean("unhealthy");
  return conduct;
}

}  // namespace nwtn
