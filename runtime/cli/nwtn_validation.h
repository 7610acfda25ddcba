#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "cli/nwtn_rating.h"

namespace thresher::cli {

/// One question of the agent validation.
struct NwtnScenario {
  std::string_view name, prompt, complexity;
  std::vector<std::string_view> agents;  ///< that have to work on it, in the pipeline's order
  Nanoseconds limit{};                   ///< it takes no longer
  int context_allocation = 0;            ///< FTNS
};
/// The four of the contract: simple, medium, complex, multi-domain.
std::span<const NwtnScenario> nwtn_scenarios();
/// The body of its POST /api/v1/sessions.
std::string request_of(const NwtnScenario& scenario);

enum class NwtnQuality : std::uint8_t { excellent, good, poor };
std::string_view name_of(NwtnQuality quality);
double score_of(NwtnQuality quality);  ///< 1, 0.8, 0.3

/// What one agent did in a session: its steps together.
struct NwtnAgentWork {
  std::string agent;
  bool success = false;         ///< it took part, no step says otherwise, and each has an output
  double execution_time_s = 0;  ///< sum
  double context_used = 0;      ///< sum, where its steps tell
  double confidence = 0;        ///< mean
  /// excellent: its output shows the work that is its own, and it is confident of it (above 0.8); good: one of the two
  /// (confident: above 0.6); poor: neither, or it did not take part.
  NwtnQuality quality = NwtnQuality::poor;
  std::string problem;  ///< why not success
};

/// 0.3 x share of agents that succeeded + 0.4 x share of the expected agents that did + 0.2 x mean quality + 0.1, at
/// most 1; 0 without agents. By it alone four of five agents would do (0.83), so an agent that is missing or failed
/// breaks the data flow as well.
double coordination_score(const std::vector<NwtnAgentWork>& work, const std::vector<std::string_view>& expected);

/// What one session came to.
struct NwtnValidation {
  std::string scenario;
  Nanoseconds took{}, limit{};
  std::string problem;              ///< no answer to judge: "timeout", "HTTP 500", "the answer is no JSON"; else empty
  std::vector<NwtnAgentWork> work;  ///< in the order of the trace, then expected agents that were not in it
  std::vector<std::string> broken_flow;  ///< what contradicts that data went through the pipeline; empty: it did
  std::vector<std::string> unsafe;       ///< likewise of safety
  double coordination = 0, confidence = 0;
  std::optional<double> context_used, ftns_charged;
  NwtnRating rating = NwtnRating::poor;

  /// Coordination from 0.8, confidence from 0.7, data flow, safety, and within its limit.
  bool passed() const;
  std::vector<std::string> recommendations() const;
};
/// Judges the document of a session. `took`: until we had it.
NwtnValidation validate_session(const NwtnScenario& scenario, std::string_view answer, Nanoseconds took);
/// A session without an answer: it failed.
NwtnValidation failed_session(const NwtnScenario& scenario, std::string problem, Nanoseconds took);

/// Whether the answer is a session's creation instead of its answer: another contract than the one tested.
bool is_contract_drift(std::string_view answer);

/// nwtn_agent_validation_results.json. `interrupted`: not all scenarios were asked.
nlohmann::ordered_json validation_json(const std::vector<NwtnValidation>& sessions, const std::string& url,
                                       bool interrupted);

}  // namespace thresher::cli
