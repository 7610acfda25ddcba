#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// The tables of the Farm document (agents, tools, policies, prices, tasks, faults), as data. The order of every
/// enumeration is the order that draws index into: changing one changes every document.
namespace farm {

using Names = std::span<const std::string_view>;

enum class AgentType : std::uint8_t { planner, worker, specialist, reviewer, approver, coordinator };
inline constexpr std::array<std::string_view, 6> kAgentTypes = {"planner",  "worker",   "specialist",
                                                                "reviewer", "approver", "coordinator"};

enum class Reliability : std::uint8_t { rock_solid, reliable, flaky, unreliable };
inline constexpr std::array<std::string_view, 4> kReliabilities = {"rock_solid", "reliable", "flaky", "unreliable"};

enum class Cost : std::uint8_t { free, cheap, standard, premium, enterprise };
inline constexpr std::array<std::string_view, 5> kCosts = {"free", "cheap", "standard", "premium", "enterprise"};

enum class Policy : std::uint8_t { permissive, standard, restricted, audit_heavy };
inline constexpr std::array<std::string_view, 4> kPolicies = {"permissive", "standard", "restricted", "audit_heavy"};

enum class Scale : std::uint8_t { small, medium, large };
inline constexpr std::array<std::string_view, 3> kScales = {"small", "medium", "large"};

enum class WorkflowType : std::uint8_t { linear, dag, parallel, cyclic, map_reduce, saga };
inline constexpr std::array<std::string_view, 6> kWorkflowTypes = {"linear", "dag",        "parallel",
                                                                   "cyclic", "map_reduce", "saga"};

enum class TaskType : std::uint8_t {
  compute,
  io_read,
  io_write,
  api_call,
  decision,
  approval,
  aggregation,
  notification,
  checkpoint
};
inline constexpr std::array<std::string_view, 9> kTaskTypes = {
    "compute", "io_read", "io_write", "api_call", "decision", "approval", "aggregation", "notification", "checkpoint"};

inline constexpr std::array<std::string_view, 5> kPriorities = {"critical", "high", "normal", "low", "background"};

enum class ChaosType : std::uint8_t {
  tool_timeout,
  tool_failure,
  agent_conflict,
  policy_violation,
  checkpoint_crash,
  memory_pressure,
  rate_limit,
  data_corruption,
  network_partition
};

/// What a platform that does right makes of a fault that fires.
enum class Recovery : std::uint8_t {
  retried,   ///< the attempt fails; another is made while the task has retries left
  in_place,  ///< dealt with within the attempt, which then succeeds
  fatal      ///< the attempt and the task fail; a saga rolls back
};

inline constexpr std::size_t kToolsPerCategory = 5;
inline constexpr std::size_t kCapabilitiesPerType = 5;

struct AgentTraits {
  std::array<std::string_view, kCapabilitiesPerType> capabilities;
  std::array<std::string_view, 5> names;
};

struct ReliabilityTraits {
  double success_rate;
  int mean_latency_ms, latency_stddev_ms;
  double timeout_rate, crash_probability, retry_success_rate;
};

struct CostTraits {
  double per_invocation, per_token, monthly_cap;  ///< dollars; a negative cap: none
};

struct PolicyTraits {
  Names requires_approval;
  double requires_approval_above;  ///< dollars
  int max_concurrent_tasks, api_calls_per_min, tokens_per_hour, escalation_threshold;
  Names allowed_data_access;
  bool can_delegate, can_modify_state, audit_all_actions;
};

struct TaskTraits {
  Names tools;
  int mean_duration_ms, tokens;
  std::string_view memory_footprint;
  bool retryable, idempotent;
};

struct ChaosTraits {
  std::string_view name, description, recovery_action;
  Recovery recovery;
  std::span<const TaskType> affects;
  std::string_view parameters;  ///< a JSON object
};

extern const std::array<std::array<std::string_view, kToolsPerCategory>, 8> kTools;  ///< by category
extern const std::array<std::string_view, 15> kDomains;                              ///< of specialists
extern const std::array<std::string_view, 5> kOwners;
extern const std::array<std::string_view, 3> kEnvironments;
extern const std::array<std::string_view, 4> kPersistences;
inline constexpr std::array<int, 4> kShortTermCapacities = {10, 20, 50, 100};
inline constexpr std::array<int, 5> kContextWindows = {4096, 8192, 16384, 32768, 128000};
inline constexpr std::array<int, 3> kFleetSizes = {10, 50, 100};  ///< by Scale
extern const std::array<ChaosTraits, 9> kChaos;                   ///< by ChaosType

const AgentTraits& traits(AgentType type);
const ReliabilityTraits& traits(Reliability reliability);
const CostTraits& traits(Cost cost);
const PolicyTraits& traits(Policy policy);
const TaskTraits& traits(TaskType type);
const ChaosTraits& traits(ChaosType type);

bool affects(ChaosType chaos, TaskType task);
/// Who does a task: planners decide and aggregate, workers do the rest.
AgentType agent_for(TaskType task);

template <class Enum, std::size_t N>
constexpr std::string_view name_of(Enum value, const std::array<std::string_view, N>& names) {
  return names[static_cast<std::size_t>(value)];
}
inline std::string_view name_of(AgentType value) { return name_of(value, kAgentTypes); }
inline std::string_view name_of(Reliability value) { return name_of(value, kReliabilities); }
inline std::string_view name_of(Cost value) { return name_of(value, kCosts); }
inline std::string_view name_of(Policy value) { return name_of(value, kPolicies); }
inline std::string_view name_of(Scale value) { return name_of(value, kScales); }
inline std::string_view name_of(WorkflowType value) { return name_of(value, kWorkflowTypes); }
inline std::string_view name_of(TaskType value) { return name_of(value, kTaskTypes); }
inline std::string_view name_of(ChaosType value) { return traits(value).name; }

}  // namespace farm
