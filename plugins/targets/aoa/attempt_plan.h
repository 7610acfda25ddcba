#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "conduct.h"
#include "run_state.h"
#include "spec.h"
#include "thresher/random.hpp"

namespace aoa {

/// How one attempt will go, drawn when it starts. Times are offsets from its start.
struct AttemptPlan {
  Time lasts{};  ///< > 0
  AttemptStatus ends = AttemptStatus::completed;
  std::optional<FaultType> fault = {};
  std::optional<Time> approved = {};        ///< a human's approval, before any effect
  std::optional<Time> checkpointed = {};    ///< a checkpoint that is written although the process crashes after it
  std::optional<Recovered> recovered = {};  ///< in place; `at` is an offset
  std::string approver = {};
  std::string error = {};  ///< of an attempt that did not complete, or of the fault it met
  double cost_usd = 0;
};

/// What a plan is made from.
struct AttemptQuestion {
  const TaskSpec& task;
  const AgentSpec& agent;
  const AgentSpec* second_opinion;  ///< null: there is no other agent
  bool fault_fires;
  bool approved;  ///< an approval stands for all attempts of a task
};

/// Draws an attempt: a human's approval if the task or the agent's policy wants one; the agent's own failures, each
/// invocation lost and repeated at once within the attempt (all lost: the attempt fails); then the work, broken by the
/// fault if it fires, and the recovery if it works in place. Nominal times are divided by conduct.speed.
AttemptPlan plan_attempt(const Conduct& conduct, const AttemptQuestion& question, thresher::Random& random);

/// How long to wait before the next attempt; `made` attempts have been made, at least 1.
Time backoff(const Conduct& conduct, const TaskSpec& task, std::uint32_t made, thresher::Random& random);

/// A nominal time in milliseconds as it passes here; at least one microsecond.
Time nominal(const Conduct& conduct, double milliseconds);

}  // namespace aoa
