#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aoa {

/// What is wrong with this platform, on purpose. Each is a boolean option of the same name.
struct Bugs {
  bool ignore_dependencies = false, ignore_assignment = false, serial_workflows = false, retry_forever = false;
  bool claim_all_recovered = false, miscount = false, terminal_changes = false;
  bool skip_compensation = false, repeat_compensation = false, misorder_compensation = false;
  bool repeat_effects = false, drop_fields = false;
};

/// A way of answering that a client has to cope with; at most one at a time.
enum class Misbehaviour : std::uint8_t {
  none,
  refuse_fleet,
  hang_fleet,
  error_fleet,
  refuse_scenario,
  hang_scenario,
  error_scenario,
  pending_404,
  never_ends,
  garbage,
  poll_500
};

/// The names, in the enumeration's order, as an option's choices.
inline constexpr std::string_view kMisbehaviours =
    "none|refuse_fleet|hang_fleet|error_fleet|refuse_scenario|hang_scenario|error_scenario|pending_404|never_ends|"
    "garbage|poll_500";

struct Limits {
  std::size_t body_bytes = 0, agents = 0, workflows = 0, tasks_per_workflow = 0;
  std::size_t in_flight = 0;   ///< submissions of a tenant that have not ended
  std::size_t kept_tasks = 0;  ///< tasks of ended submissions that a tenant's results may still be read of
  std::size_t tenants = 0;
};

/// The options, checked.
struct Conduct {
  std::uint64_t seed = 0;
  double speed = 20;  ///< nominal milliseconds per millisecond, > 0
  double latency_ms = 1;
  double policy_approval_ms = 0;    ///< nominal time until a human approves what a policy holds up
  std::uint32_t agent_retries = 0;  ///< invocations repeated within an attempt after an agent's own failure
  bool fault_free = false;
  Misbehaviour misbehave = Misbehaviour::none;
  Bugs bugs = {};
  Limits limits = {};
};

}  // namespace aoa
