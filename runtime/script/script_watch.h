#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "script/vm.h"

namespace thresher::script {

/// Breaks the scripts of a VM that run for longer than a limit without coming back, for as long as it lives: while
/// files load, and in a rehearsal, where everything runs on one thread and nobody else could. In a run over real
/// sockets the engine watches. On a thread of its own; it reads the machine's clock, since that is what an endless loop
/// spends.
class ScriptWatch {
 public:
  /// `vm` outlives it. A limit of zero watches nothing.
  ScriptWatch(Vm& vm, Nanoseconds limit);
  ~ScriptWatch();
  ScriptWatch(const ScriptWatch&) = delete;
  ScriptWatch& operator=(const ScriptWatch&) = delete;

 private:
  void watch();

  Vm& vm_;
  Nanoseconds limit_;
  std::mutex mutex_;
  std::condition_variable over_;
  bool done_ = false;  ///< under mutex_
  std::thread thread_;
};

}  // namespace thresher::script
