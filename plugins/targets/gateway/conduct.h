#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace gateway {

/// Since the stand-in was made.
using Time = std::chrono::nanoseconds;
inline constexpr Time kNever = Time::max();

/// Where work waits and what takes it.
struct Capacity {
  std::size_t queue = 0;              ///< asynchronous executions that wait for a worker; more are refused
  std::size_t workers = 0;            ///< asynchronous executions that are worked on at once
  std::size_t nested_slots = 0;       ///< nested calls of asynchronous ones worked on at once; 0: they need workers too
  std::size_t sync_in_flight = 0;     ///< synchronous executions at once, more are 429; 0: any
  std::size_t agent_concurrency = 0;  ///< executions of one node at once, nested ones not counted; more are 429; 0: any
};

/// How long an execution's own work takes, and how it goes. Rates are parts of 1.
struct Work {
  double mean_ms = 0;
  double deviation_ms = 0;
  double per_mib_ms = 0;      ///< on top, for each MiB of the request's body
  double failure_rate = 0;    ///< attempts that fail
  std::uint32_t retries = 0;  ///< attempts after the first
  double stall_rate = 0;      ///< work that never ends by itself
  Time timeout{};             ///< from submission; then an execution is ended with status timeout
};

/// What is refused or forgotten because there is too much of it.
struct Bounds {
  std::size_t body_bytes = 0;
  std::size_t run_executions = 0;
  std::uint32_t depth = 0;
  std::size_t batch_ids = 0;        ///< ids one batch-status call may name; 0: any number
  std::size_t kept_executions = 0;  ///< of runs that are over
};

/// Wrong in what is answered. Rates are parts of the executions (or deliveries) that meet it.
struct Faults {
  double error = 0;              ///< an execute call is a 500 and nothing is executed
  double hang = 0;               ///< an execute call is taken, executed and never answered
  double reset = 0;              ///< an execute call is taken and executed, its connection aborted
  double lost = 0;               ///< acknowledged with 202 and forgotten
  double duplicate = 0;          ///< executed twice, the second time under another id
  double stuck = 0;              ///< it ended, and its record says running for ever
  double unknown_status = 0;     ///< it ended, and its record says unknown for ever
  double late_completion = 0;    ///< its record says running for a while after it ended
  double swallowed_failure = 0;  ///< a nested call failed and the caller says succeeded
  double empty_result = 0;       ///< succeeded, with null for a result
  double mixed_result = 0;       ///< succeeded, with another request's sequence in the result
  double wrong_parent = 0;       ///< the dag shows a nested execution below its caller's caller
  double missing_node = 0;       ///< the dag leaves a nested execution out, and all it called
  double webhook_lost = 0;
  double webhook_duplicate = 0;
  double webhook_bad_signature = 0;
};

/// What is wrong with /metrics.
enum class MetricsFault : std::uint8_t { none, missing, frozen, zero_queue, zero_backpressure, counters_reset };
inline constexpr const char* kMetricsFaults = "none|missing|frozen|zero_queue|zero_backpressure|counters_reset";

/// How the gateway words its answers.
struct Dialect {
  bool new_errors = true;       ///< error_category, retry_after and Retry-After with back-pressure
  int queue_full_status = 503;  ///< or 429
  std::uint32_t retry_after_s = 1;
  bool retry_after_header = true;
  bool aliases = false;              ///< success, done, in_progress ... instead of the statuses' names
  bool failure_is_an_error = false;  ///< a synchronous execution that failed is a 502, 504 or 409, not a 200
  bool whole_seconds = false;        ///< timestamps
  std::string metrics_prefix;
};

/// All a person may switch, and the seed.
struct Conduct {
  std::uint64_t seed = 0;
  double latency_ms = 0;  ///< mean time of an HTTP answer itself
  std::size_t result_bytes = 0;
  Time late_completion{};
  Capacity capacity;
  Work work;
  Bounds bounds;
  Faults faults;
  MetricsFault metrics_fault = MetricsFault::none;
  Dialect dialect;
};

}  // namespace gateway
