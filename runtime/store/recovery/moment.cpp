#include "store/recovery/moment.h"

#include <ctime>

#include "store/owner.h"

namespace thresher::store {

RecoveryClock RecoveryClock::of_this_machine() {
  const auto now = [] {
    timespec since_boot{};
    clock_gettime(CLOCK_BOOTTIME, &since_boot);
    return Moment{
        WallTime(std::chrono::duration_cast<Nanoseconds>(std::chrono::system_clock::now().time_since_epoch())),
        std::chrono::seconds(since_boot.tv_sec) + Nanoseconds(since_boot.tv_nsec)};
  };
  return {.now = now, .boot = Owner::of_this_process().boot};
}

}  // namespace thresher::store
