#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "reliability.h"
#include "thresher/plugin.hpp"

namespace leveredge {

/// What all agents of a stand-in have in common.
struct Conduct {
  std::uint64_t seed = 0;
  double health_latency_scale = 1;
  std::chrono::nanoseconds timeout_answer{};  ///< when a timed-out request is answered after all; 0: never
  std::chrono::nanoseconds restart{};         ///< how long a crashed agent resets every connection
};

/// One agent of the fleet: an HTTP service as FastAPI serves it, with a reliability.
///
/// Its n-th request meets a fate drawn from (seed, port, n), so that traffic to one agent does not change what another
/// does.
class Agent {
 public:
  Agent(std::string name, Reliability reliability, const Conduct& conduct);

  thresher::Answer handle(const thresher::Request& request);

 private:
  thresher::Answer route(const thresher::Request& request) const;
  thresher::Answer health(std::chrono::nanoseconds now) const;

  std::string name_;
  Reliability reliability_;
  Conduct conduct_;
  std::uint64_t requests_ = 0;
  std::chrono::nanoseconds up_since_{};  ///< after a crash: when the agent is back, possibly in the future
};

}  // namespace leveredge
