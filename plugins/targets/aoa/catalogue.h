#pragma once

#include <optional>
#include <string_view>

#include "spec.h"

namespace aoa {

/// How an attempt goes wrong when a fault fires, before anything is done about it.
struct FaultShape {
  std::string_view name;
  Recovery recovery;   ///< the catalogue's, when the fault names none
  double shows_after;  ///< when it shows, in parts of the attempt's work
  bool times_out;      ///< the attempt ends as a timeout, not as a failure
  std::string_view message;
};

/// How a recovery goes. One that works in place lets the same attempt go on; one that retries ends it.
struct RecoveryShape {
  std::string_view name;
  bool in_place;
  bool retries;
  double costs_ms;          ///< in place: its nominal time; retrying: the first backoff
  double repeats_work;      ///< in place: the part of the work done so far that is done again
  double tokens;            ///< in place: extra tokens, in parts of the task's budget
  std::string_view effect;  ///< what shows it
};

/// Chaos types and recovery actions of the Farm document.
const FaultShape& shape_of(FaultType type);
const RecoveryShape& shape_of(Recovery recovery);
std::optional<FaultType> fault_named(std::string_view name);
std::optional<Recovery> recovery_named(std::string_view name);

/// What agents of a named profile, tier or policy are like where they do not say so themselves (the Farm document's
/// tables). False for a name that is not in the table; the agent is then left as it was.
bool apply_reliability(std::string_view profile, AgentSpec& agent);
bool apply_cost_tier(std::string_view tier, AgentSpec& agent);
bool apply_policy(std::string_view policy, AgentSpec& agent);

/// The usual nominal duration of a task type in ms; 500 for one that is not in the table.
double usual_duration_ms(std::string_view task_type);

}  // namespace aoa
