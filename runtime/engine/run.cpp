#include "engine/run.h"

#include "engine/coordinator.h"

namespace thresher::engine {

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::preparing:
      return "preparing";
    case Phase::setup:
      return "setup";
    case Phase::running:
      return "running";
    case Phase::paused:
      return "paused";
    case Phase::stopping:
      return "stopping";
    case Phase::teardown:
      return "teardown";
    case Phase::finished:
      return "finished";
  }
  return "unknown";
}

std::string_view name_of(StopReason reason) {
  switch (reason) {
    case StopReason::completed:
      return "completed";
    case StopReason::interrupted:
      return "interrupted";
    case StopReason::aborted_by_script:
      return "aborted by the script";
    case StopReason::aborted_by_threshold:
      return "aborted by a threshold";
    case StopReason::setup_failed:
      return "setup failed";
    case StopReason::setup_timed_out:
      return "setup timed out";
    case StopReason::worker_failed:
      return "a worker failed";
    case StopReason::externally_stopped:
      return "stopped from outside";
  }
  return "unknown";
}

std::unique_ptr<Run> Run::create(profile::Plan plan, event::Loop& coordinator, Fabric fabric, RunnerFactory factory,
                                 Options options) {
  return std::make_unique<Coordinator>(std::move(plan), coordinator, std::move(fabric), std::move(factory),
                                       std::move(options));
}

}  // namespace thresher::engine
