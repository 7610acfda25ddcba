#include "script/script_watch.h"

#include <chrono>

namespace thresher::script {

ScriptWatch::ScriptWatch(Vm& vm, Nanoseconds limit) : vm_(vm), limit_(limit) {
  if (limit > Nanoseconds::zero()) thread_ = std::thread([this] { watch(); });
}

ScriptWatch::~ScriptWatch() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  over_.notify_one();
  thread_.join();
}

void ScriptWatch::watch() {
  using SteadyClock = std::chrono::steady_clock;
  std::uint64_t seen = vm_.activity();
  auto since = SteadyClock::now();
  std::unique_lock lock(mutex_);
  while (!over_.wait_for(lock, limit_ / 4, [this] { return done_; })) {
    const std::uint64_t activity = vm_.activity();
    const auto now = SteadyClock::now();
    const bool inside_script = activity % 2 == 1;
    if (activity != seen || !inside_script) {
      seen = activity;
      since = now;
    } else if (now - since > limit_) {
      vm_.break_script();
      since = now;
    }
  }
}

}  // namespace thresher::script
