#include "catalogue.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace aoa {
namespace {

constexpr std::array<FaultShape, 9> kFaults{{
    {"tool_timeout", Recovery::retry, 1.5, true, "tool invocation timed out"},
    {"tool_failure", Recovery::compensate_or_fail, 0.6, false, "tool returned an error"},
    {"agent_conflict", Recovery::adjudicate, 1.0, false, "agents produced conflicting outputs"},
    {"policy_violation", Recovery::escalate_for_approval, 0.1, false, "action blocked by the policy engine"},
    {"checkpoint_crash", Recovery::replay_from_checkpoint, 1.0, false, "process crashed after the checkpoint"},
    {"memory_pressure", Recovery::summarize_and_continue, 0.5, false, "context window exceeded"},
    {"rate_limit", Recovery::backoff_and_retry, 0.1, false, "rate limit hit"},
    {"data_corruption", Recovery::validate_and_repair, 0.3, false, "input data is inconsistent"},
    {"network_partition", Recovery::queue_and_retry, 0.4, false, "network connectivity lost"},
}};

constexpr std::array<RecoveryShape, 9> kRecoveries{{
    {"retry", false, true, 100, 0, 0, "completed by a later attempt"},
    {"compensate_or_fail", false, false, 0, 0, 0, "completed steps compensated"},
    {"adjudicate", true, false, 200, 0, 0.5, "a second agent decided"},
    {"escalate_for_approval", true, false, 0, 0, 0, "approved by a human"},
    {"replay_from_checkpoint", true, false, 250, 0, 0, "state replayed from the journal"},
    {"summarize_and_continue", true, false, 150, 0, 0.3, "context summarized"},
    {"backoff_and_retry", false, true, 1000, 0, 0, "completed after backing off"},
    {"validate_and_repair", true, false, 100, 1, 0, "input repaired"},
    {"queue_and_retry", false, true, 2000, 0, 0, "delivered from the queue"},
}};

template <class Shapes>
auto index_named(const Shapes& shapes, std::string_view name) {
  return std::find_if(shapes.begin(), shapes.end(), [name](const auto& shape) { return shape.name == name; });
}

struct Reliability {
  std::string_view name;
  double success, timeout, crash, retry_success, mean_ms, sd_ms;
};
constexpr std::array<Reliability, 4> kReliabilities{{
    {"rock_solid", 0.999, 0.001, 0.0001, 0.99, 50, 10},
    {"reliable", 0.95, 0.02, 0.005, 0.90, 200, 50},
    {"flaky", 0.80, 0.10, 0.02, 0.70, 500, 300},
    {"unreliable", 0.60, 0.25, 0.05, 0.50, 2000, 1500},
}};

struct Tier {
  std::string_view name;
  double invocation, token;
};
constexpr std::array<Tier, 5> kTiers{{
    {"free", 0, 0},
    {"cheap", 0.0001, 0.000001},
    {"standard", 0.001, 0.00001},
    {"premium", 0.01, 0.0001},
    {"enterprise", 0.05, 0.0005},
}};

struct Policy {
  std::string_view name;
  std::uint32_t max_concurrent;
};
constexpr std::array<Policy, 4> kPolicies{{
    {"permissive", 100},
    {"standard", 10},
    {"restricted", 3},
    {"audit_heavy", 5},
}};

struct Usual {
  std::string_view name;
  double duration_ms;
};
constexpr std::array<Usual, 9> kUsual{{{"compute", 500},
                                       {"io_read", 200},
                                       {"io_write", 300},
                                       {"api_call", 1000},
                                       {"decision", 800},
                                       {"approval", 60000},
                                       {"aggregation", 400},
                                       {"notification", 100},
                                       {"checkpoint", 50}}};

}  // namespace

const FaultShape& shape_of(FaultType type) { return kFaults[static_cast<std::size_t>(type)]; }
const RecoveryShape& shape_of(Recovery recovery) { return kRecoveries[static_cast<std::size_t>(recovery)]; }

std::optional<FaultType> fault_named(std::string_view name) {
  const auto found = index_named(kFaults, name);
  if (found == kFaults.end()) return std::nullopt;
  return static_cast<FaultType>(found - kFaults.begin());
}

std::optional<Recovery> recovery_named(std::string_view name) {
  const auto found = index_named(kRecoveries, name);
  if (found == kRecoveries.end()) return std::nullopt;
  return static_cast<Recovery>(found - kRecoveries.begin());
}

bool apply_reliability(std::string_view profile, AgentSpec& agent) {
  const auto found = index_named(kReliabilities, profile);
  if (found == kReliabilities.end()) return false;
  agent.success_rate = found->success;
  agent.timeout_rate = found->timeout;
  agent.crash_rate = found->crash;
  agent.retry_success_rate = found->retry_success;
  agent.latency_mean_ms = found->mean_ms;
  agent.latency_sd_ms = found->sd_ms;
  return true;
}

bool apply_cost_tier(std::string_view tier, AgentSpec& agent) {
  const auto found = index_named(kTiers, tier);
  if (found == kTiers.end()) return false;
  agent.usd_per_invocation = found->invocation;
  agent.usd_per_token = found->token;
  return true;
}

bool apply_policy(std::string_view policy, AgentSpec& agent) {
  const auto found = index_named(kPolicies, policy);
  if (found == kPolicies.end()) return false;
  agent.max_concurrent = found->max_concurrent;
  if (policy == "standard") agent.needs_approval = {"payments", "data_delete", "external_api"};
  if (policy == "restricted")
    agent.needs_approval = {"payments", "data_delete", "external_api", "code_execute", "file_write"};
  if (policy == "audit_heavy") agent.needs_approval = {"*"};
  return true;
}

double usual_duration_ms(std::string_view task_type) {
  const auto found = index_named(kUsual, task_type);
  return found == kUsual.end() ? 500 : found->duration_ms;
}

}  // namespace aoa
