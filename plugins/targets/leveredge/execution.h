#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "conduct.h"
#include "json.h"
#include "thresher/random.hpp"

namespace leveredge {

/// A step of a chain: what is asked of which agent.
struct Step {
  std::string id, agent, action;
};

struct Chain {
  std::string_view name, description;
  std::vector<Step> steps;
};

/// The chains that ATLAS knows.
std::span<const Chain> chains();

/// What somebody wants executed: a chain by its name, or steps of their own.
struct Intent {
  std::string chain_name;  ///< empty: own steps
  std::vector<Step> steps;
  Json input = nullptr;
  std::string problem = {};  ///< why it will fail as a whole; empty: it is tried
};

/// Reads {"chain_name"} or {"steps": [{"agent","action","step_id"?}]}, and {"input"?}. What it cannot read is an
/// answer: 400 when neither is there, 422 for steps of another shape. A chain that is not known is executed, and fails.
std::variant<Intent, thresher::Answer> read_intent(const Json& body, bool suite_paths);

enum class ExecutionStatus : std::uint8_t { completed, partial, failed };
std::string_view name_of(ExecutionStatus status);

/// What became of an intent, and how long that took.
struct Execution {
  ExecutionStatus status = ExecutionStatus::completed;
  std::chrono::nanoseconds duration{};
  Json document;  ///< as POST /execute answers
};

/// Executes the steps one after another, until one fails: "failed" when it is the first, else "partial". `step_ms` is
/// the mean time of a step; `wall` when it began.
Execution execute(const Intent& intent, double step_ms, const Faults& faults, std::chrono::nanoseconds wall,
                  thresher::Random& random);

}  // namespace leveredge
