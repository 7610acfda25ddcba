#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace recovery {

/// Since the stand-in was made.
using Time = std::chrono::nanoseconds;

/// What is wrong with this system, on purpose. Each is a boolean option of the same name.
struct Defects {
  bool racing_check_or_create = false;  ///< asking for a key and claiming it are two steps
  bool hash_ignored = false;            ///< a key answers for whatever is asked under it
  bool no_replay = false;               ///< a completed key says execute again
  bool forgotten_keys = false;          ///< a restart forgets completed keys
  bool no_fencing = false;              ///< whoever once held an item may write to it
  bool silent_stale_release = false;    ///< anybody's release succeeds, and frees the item
  bool whole_second_leases = false;     ///< leases end at whole seconds
  bool one_retry_more = false, one_retry_less = false;
  bool terminal_reopens = false;   ///< a sweep makes completed items pending whose lease has passed
  bool miscounted_sweep = false;   ///< items out of retries count as recovered too
  bool lost_checkpoints = false;   ///< acknowledged before they are durable
  bool torn_checkpoints = false;   ///< number and metadata are durable before the snapshot is
  bool sequence_gaps = false;      ///< numbers are handed out in blocks, of which a restart loses the rest
  bool sequence_restarts = false;  ///< after a restart numbers begin at 1 again
  bool resume_by_second = false;   ///< the last checkpoint is the first of those of its second
};

/// The options, checked.
struct Conduct {
  std::uint64_t seed = 0;
  double latency_ms = 0;  ///< mean time of an HTTP answer
  double tool_ms = 0;     ///< mean time of a tool's answer, on top
  Time race_window{};     ///< of racing_check_or_create: from the asking to the claim
  Time flush{};           ///< of lost_ and torn_checkpoints: until what was acknowledged is durable
  std::size_t body_bytes = 0;
  std::size_t kept = 0;  ///< tasks, keys and effects, each; the oldest are forgotten
  Defects defects = {};
};

}  // namespace recovery
