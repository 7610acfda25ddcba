#pragma once

#include <functional>
#include <string>

#include "base/clock.h"

namespace thresher::store {

/// One moment on two clocks. People read the wall clock; leases live by the boot clock (CLOCK_BOOTTIME), which all
/// processes of a kernel share, nobody can set, and a suspended machine does not stop.
struct Moment {
  WallTime wall;
  Nanoseconds since_boot{};
};

/// Where a kit's time comes from. `boot` names the boot that since_boot counts from (the kernel's boot id): a moment of
/// another boot is before every one of this.
struct RecoveryClock {
  std::function<Moment()> now;
  std::string boot;

  static RecoveryClock of_this_machine();
};

}  // namespace thresher::store
