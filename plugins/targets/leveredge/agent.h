#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "conduct.h"
#include "reliability.h"
#include "router.h"
#include "thresher/plugin.hpp"

namespace leveredge {

/// What an agent does besides being healthy. It outlives the router it adds its paths to.
class Service {
 public:
  virtual ~Service() = default;
  virtual void add_routes(Router& router) = 0;
};

/// One agent of the fleet: an HTTP service as FastAPI serves it, with a reliability.
///
/// Its n-th request meets a fate drawn from (seed, port, n), so that traffic to one agent does not change what another
/// does.
class Agent {
 public:
  /// `service` may be null: an agent that is healthy and does nothing else.
  Agent(std::string name, Reliability reliability, const Conduct& conduct, std::unique_ptr<Service> service);

  Agent(const Agent&) = delete;  // its routes point to it
  Agent& operator=(const Agent&) = delete;

  thresher::Answer handle(const thresher::Request& request);

 private:
  thresher::Answer health(const Call& call) const;

  std::string name_;
  Reliability reliability_;
  Conduct conduct_;
  std::unique_ptr<Service> service_;
  Router router_;
  std::uint64_t requests_ = 0;
  std::chrono::nanoseconds up_since_{};  ///< after a crash: when the agent is back, possibly in the future
};

}  // namespace leveredge
