#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aoa {

/// Time of the simulation: since the instance was created, whole microseconds (what RFC 3339 shows), never negative.
using Time = std::chrono::microseconds;

enum class FaultType : std::uint8_t {
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

enum class Recovery : std::uint8_t {
  retry,
  compensate_or_fail,
  adjudicate,
  escalate_for_approval,
  replay_from_checkpoint,
  summarize_and_continue,
  backoff_and_retry,
  validate_and_repair,
  queue_and_retry
};

/// A fault that was asked for: it fires by thresher::fault_fires, attempt by attempt.
struct Fault {
  FaultType type = FaultType::tool_timeout;
  Recovery recovery = Recovery::retry;
  double probability = 1;  ///< 0..1
};

/// A task as it was sent, with its defaults filled in. Indexes are into WorkflowSpec::tasks.
struct TaskSpec {
  std::string id = {}, type = {};
  std::string agent_type = {};      ///< empty: any
  std::string assigned_agent = {};  ///< an agent's id; empty: the platform chooses
  std::vector<std::string> tools = {};
  std::vector<std::uint32_t> dependencies = {}, dependents = {};
  double duration_ms = 0;  ///< nominal
  double tokens = 0;
  int priority = 2;                    ///< 0 critical .. 4 background
  std::uint32_t attempts_allowed = 1;  ///< max_retries + 1, or 1 when not retryable
  double backoff_multiplier = 2;       ///< >= 1
  bool idempotent = false;
  bool needs_human = false;  ///< an approval: the nominal duration is the human's
  bool checkpoint = false;
  bool any_suffices = false;  ///< one dependency is enough
  std::optional<Fault> fault = {};
  std::string compensation = {};  ///< the handler's name; empty: none
  std::int32_t loop = -1;         ///< the loop whose body it belongs to, or -1
};

/// A bounded back edge: when a task of the body fails after all its retries, the body runs again from `to`, at most
/// `iterations` times in all. `from` depends on `to` through the body.
struct LoopSpec {
  std::uint32_t from = 0, to = 0, iterations = 1;
  std::vector<std::uint32_t> body = {};  ///< every task on a path from `to` to `from`, both included, ascending
};

struct WorkflowSpec {
  std::string id = {}, type = {};
  std::uint64_t fault_seed = 0;
  bool saga = false;  ///< a failed step undoes the completed ones
  std::vector<TaskSpec> tasks = {};
  std::vector<LoopSpec> loops = {};
};

/// An agent as it was sent. Rates are parts of 1.
struct AgentSpec {
  std::string id = {}, type = {};
  std::vector<std::string> tools = {};
  std::uint32_t max_concurrent = 10;
  std::vector<std::string> needs_approval = {};  ///< tools that a human must approve; "*": any task
  double success_rate = 1, timeout_rate = 0, crash_rate = 0;
  double retry_success_rate = 1;  ///< of an invocation that repeats a lost one
  double latency_mean_ms = 50, latency_sd_ms = 10;
  double usd_per_invocation = 0, usd_per_token = 0;
  std::string document = {};  ///< the JSON object as it was sent, minified
};

/// What a scenario said of itself and expects, for the platform's own opinion.
struct Expectation {
  double completion_rate = 0.95, chaos_recovery_rate = 0.8;
};

/// POST /scenario or /workflow, read.
struct Submission {
  std::vector<AgentSpec> agents = {};
  std::vector<WorkflowSpec> workflows = {};
  Expectation expected = {};
};

/// POST /fleet, read.
struct Fleet {
  std::vector<AgentSpec> agents = {};
  std::string envelope = {};  ///< the document's other members as `"name":value` pairs, in their order
};

}  // namespace aoa
