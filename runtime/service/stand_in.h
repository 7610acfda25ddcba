#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/loop.h"
#include "plugin/target.h"

namespace thresher::service {

struct StandInOptions {
  std::string config = "{}";  ///< the target's options, a JSON object
  std::uint64_t seed = 0;
  std::string bind_host = "127.0.0.1";  ///< an address, or localhost
};

/// Serves a target's endpoints over HTTP on one loop: real ports or a rehearsal's network, the same code. Answers come
/// as late as the target says, by the loop's timers, thousands at a time. Destroying it closes its connections. The
/// loop's thread.
class StandIn {
 public:
  /// Errors: a wrong option; an endpoint's port that cannot be had (names the endpoint, the port and the way out).
  /// Either all endpoints are served or none.
  static Result<std::unique_ptr<StandIn>> start(event::Loop& loop, const plugin::TargetType& type,
                                                StandInOptions options);
  virtual ~StandIn() = default;
  virtual std::uint64_t requests() const = 0;  ///< that reached the target so far
  virtual std::vector<plugin::Endpoint> endpoints() const = 0;
};

}  // namespace thresher::service
