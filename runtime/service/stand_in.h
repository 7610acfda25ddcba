#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/loop.h"
#include "plugin/target.h"

namespace thresher::service {

struct StandInOptions {
  std::string config = "{}";
  std::uint64_t seed = 0;
  std::string bind_host = "127.0.0.1";
};

/// Serves a target's endpoints over HTTP on one loop: real ports or a rehearsal's network, the same code. Answers late by the
/// loop's timers, as the target says.
class StandIn {
 public:
  /// Errors: an endpoint's port in use (names endpoint, port and the way out), a bad config.
  static Result<std::unique_ptr<StandIn>> start(event::Loop& loop, const plugin::TargetType& type, StandInOptions options);
  virtual ~StandIn() = default;
  virtual std::uint64_t requests() const = 0;
  virtual std::vector<plugin::Endpoint> endpoints() const = 0;
};

}  // namespace thresher::service
