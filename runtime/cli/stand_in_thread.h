#pragma once

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "base/result.h"
#include "cli/preparation.h"
#include "event/loop.h"
#include "service/stand_in.h"

namespace thresher::cli {

/// Starts each on `loop`. The error names the first that does not start; those before it are gone again by then.
Result<std::vector<std::unique_ptr<service::StandIn>>> start_stand_ins(event::Loop& loop,
                                                                       const std::vector<WantedStandIn>& wanted,
                                                                       std::uint64_t seed);

/// Stand-ins on real ports for the length of a run, on a thread of their own so that they take nothing from the run's
/// loops. Destroying it ends them.
class StandInThread {
 public:
  static Result<std::unique_ptr<StandInThread>> start(std::vector<WantedStandIn> wanted, std::uint64_t seed);
  ~StandInThread();
  StandInThread(const StandInThread&) = delete;
  StandInThread& operator=(const StandInThread&) = delete;

 private:
  StandInThread() = default;

  event::Loop* loop_ = nullptr;  ///< the thread's own; alive until it is told to stop
  std::thread thread_;
};

}  // namespace thresher::cli
