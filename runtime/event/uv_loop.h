#pragma once

#include <memory>

#include "event/loop.h"

namespace thresher::event {

/// A loop on libuv: real sockets and, because libuv's own timers count milliseconds, one timerfd (through uv_poll) that
/// wakes it for the earliest Timer to the nanosecond. All UvLoops of a process share one epoch, so their time points
/// compare. Ignores SIGPIPE for the process. What was made from it (streams, acceptors, timers, watches) is destroyed
/// before it; should something still be open two seconds later, it is named on stderr, and a debug build aborts. Throws
/// std::system_error when the system has no descriptor for the loop itself.
std::unique_ptr<Loop> make_uv_loop();

/// Calls `on_signal(signal number)` on the loop's thread. Destroying the handle restores the default action.
class SignalWatch {
 public:
  virtual ~SignalWatch() = default;
};
std::unique_ptr<SignalWatch> watch_signal(Loop& uv_loop, int signal_number, std::function<void(int)> on_signal);

}  // namespace thresher::event
