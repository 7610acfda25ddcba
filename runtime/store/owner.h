#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace thresher::store {

/// Which process writes a run, told so that another one can find out whether it still lives. A process id alone is
/// given to somebody else sooner or later; with the time its process started it is unique on one kernel until the next
/// boot.
struct Owner {
  std::int64_t pid = 0;
  std::int64_t started_ticks = 0;  ///< since boot, /proc/PID/stat field 22
  std::string boot;                ///< /proc/sys/kernel/random/boot_id
  std::string pid_space;           ///< "pid:[4026531836]": containers on one kernel each count processes from 1
  std::string machine;             ///< host name, for people

  static Owner of_this_process();
  friend bool operator==(const Owner&, const Owner&) = default;
};

/// Whether `owner` can write no more, as far as `observer` can tell: in the same process id space by looking for the
/// process (one that was killed and not yet waited for is gone), from anywhere else by its last sign of life being more
/// than `patience` before `now`.
bool is_gone(const Owner& owner, const Owner& observer, WallTime last_sign, WallTime now, Nanoseconds patience);

}  // namespace thresher::store
