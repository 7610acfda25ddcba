#pragma once

#include <memory>

#include "event/loop.h"

namespace thresher::event {

struct VirtualNetworkOptions {
  Nanoseconds latency = std::chrono::microseconds(50);  ///< one way, for connecting and for each write
};

/// One virtual clock and one in-memory network that any number of loops share: what happens is a pure function of what
/// its loops do. Events run in the order of (time, order of scheduling), on the calling thread; when nothing is due the
/// clock jumps. Every host name resolves to 127.0.0.1, unless it ends in ".invalid"; a port nobody listens on refuses.
class VirtualWorld {
 public:
  explicit VirtualWorld(VirtualNetworkOptions options = {});
  ~VirtualWorld();
  VirtualWorld(const VirtualWorld&) = delete;
  VirtualWorld& operator=(const VirtualWorld&) = delete;

  /// A loop of this world; destroyed before it. Its wall clock starts at 2000-01-01T00:00:00Z.
  std::unique_ptr<Loop> make_loop();

  TimePoint now() const;
  /// Runs events until `until` (the clock ends there), until stop() of any loop, or until nothing is left to happen.
  void run_until(TimePoint until);
  void run() { run_until(TimePoint::max()); }

  struct State;  ///< known to this room's own files only

 private:
  std::unique_ptr<State> state_;
};

}  // namespace thresher::event
