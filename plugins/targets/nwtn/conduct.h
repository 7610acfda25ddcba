#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "pipeline.h"

namespace nwtn {

/// What is wrong with this orchestrator, on purpose: parts of the sessions, 0 to 1, each drawn on its own. Each is an
/// option of the same name with `_rate` behind it.
struct Faults {
  // No usable answer; at most one of these befalls a session, the first that is drawn.
  double error = 0;         ///< 500, halfway
  double timeout = 0;       ///< no answer ever
  double reset = 0;         ///< the connection is aborted, halfway
  double garbage = 0;       ///< 200 with something that is no JSON
  double created_only = 0;  ///< 201 with {session_id, status: "created"}: the public API's contract, not the tests'
  // An answer of 200 that is wrong.
  double missing_agent = 0;   ///< one of the agents is not in the trace
  double wrong_order = 0;     ///< two neighbours in the trace have changed places
  double broken_flow = 0;     ///< a step has no output
  double empty_answer = 0;    ///< completed, and nothing said
  double low_confidence = 0;  ///< 0.3, in the steps too
  double bad_confidence = 0;  ///< 1.7
  double unsafe = 0;          ///< safety_validated is false
};

struct BreakerRules {
  std::size_t window = 20;    ///< how many of the last outcomes count
  std::size_t failures = 10;  ///< of them failed, or all: it opens; 0: there is no breaker
  std::chrono::nanoseconds open_for = std::chrono::seconds(10);
};

/// Everything a person may switch.
struct Conduct {
  std::uint64_t seed = 0;
  Faults faults = {};
  BreakerRules breaker = {};
  double latency_scale = 1;
  double latency_deviation = 0.3;                                ///< of an agent's time, as a part of its mean
  std::array<double, kAgentCount> slowness = {1, 1, 1, 1, 1};    ///< by agent: how many times its usual time it takes
  std::chrono::nanoseconds gives_up = std::chrono::seconds(10);  ///< when a session without an answer counts as failed
  bool unhealthy = false;                                        ///< GET /health says so, with 503
};

}  // namespace nwtn
