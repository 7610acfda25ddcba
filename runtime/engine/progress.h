#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metrics/threshold.h"
#include "metrics/totals.h"

namespace thresher::engine {

/// What the workers' iterations came to.
struct WorkTally {
  std::uint64_t ended = 0, interrupted = 0, dropped = 0, cap_hits = 0;
  Nanoseconds handled{};    ///< from handing over to hearing of the end, summed over ended iterations
  Nanoseconds performed{};  ///< what the runner says they took
  double user_seconds = 0;  ///< users' time under load
};

/// A stretch of time in which a run did not exist.
struct Gap {
  Nanoseconds after{};   ///< of load that counts before it
  Nanoseconds length{};  ///< by the wall clock, from the last that was saved to the next beginning
};

/// How far a run came, besides its totals: what it takes to go on from there in another process. Plain values.
struct Progress {
  WallTime started{};     ///< of the run
  WallTime taken{};       ///< when this was the truth
  Nanoseconds offset{};   ///< of the load shape's clock, which pauses stop
  Nanoseconds elapsed{};  ///< of load, pauses included, gaps left out
  std::vector<Gap> gaps{};
  std::uint64_t users_most = 0;
  std::optional<std::uint64_t> users_asked{};  ///< what it was scaled to
  std::optional<double> rate_asked{};
  std::string setup_data{};  ///< what setup() returned
  std::vector<std::string> marked_failed{};
  WorkTally work{};           ///< interrupted: those in progress included, since nobody will hear of their end
  Nanoseconds process_cpu{};  ///< since load began, like the next two
  std::vector<Nanoseconds> worker_cpu{};                 ///< by worker
  std::vector<std::uint64_t> late_seconds{};             ///< by worker
  std::vector<std::uint32_t> user_iterations{};          ///< ended, by user number; per-vu-iterations only
  std::vector<metrics::ThresholdProgress> thresholds{};  ///< in the order of the run's thresholds
};

/// What a run goes on from.
struct Continuation {
  std::shared_ptr<const Progress> progress;  ///< its last gap is the one that ends now
  metrics::Totals totals;                    ///< everything recorded by then
  bool setup_again = false;                  ///< what setup() made is gone with the process: call it once more
};

}  // namespace thresher::engine
