#pragma once

#include <memory>

#include "base/result.h"
#include "engine/load_clock.h"
#include "engine/progress.h"
#include "engine/virtual_users.h"

namespace thresher::engine {

/// The rule of one load shape on one worker: which users there are, and when each begins an iteration. Pure: driven by
/// the time it is told, and tested in microseconds. Load drives it, keeps its clock, and ends it.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Begins what is due by `now`, as far as the allowance goes, and lets users leave whom the shape does not want any
  /// more. Returns when to call again: a time past when work is left over, TimePoint::max() when only an ended
  /// iteration can change anything.
  virtual TimePoint advance(TimePoint now, Allowance& allowance) = 0;
  /// Nothing is left to begin, now or later, whoever ends what.
  virtual bool exhausted(TimePoint now) const = 0;
  /// Length of the shape; Nanoseconds::max() when it has none.
  virtual Nanoseconds length() const = 0;

  /// A user became idle (inside the runner's calls: bookkeeping only). Returns when advance() has something to do about
  /// it.
  virtual TimePoint iteration_ended(UserIndex user, const IterationEnd& end) = 0;
  /// A user is absent now (bookkeeping too). True when the shape wants it back.
  virtual bool user_retired(UserIndex user) = 0;

  /// The shape's clock stood still for so long.
  virtual void delay(Nanoseconds by) = 0;
  /// Stopped from outside: whatever was due and has not begun never will.
  virtual void stop(TimePoint now) = 0;

  virtual Result<void> scale_users(TimePoint now, std::uint64_t users) = 0;
  virtual Result<void> scale_rate(TimePoint now, double per_s) = 0;

  /// Arrivals that were due and never began, and those among them that the cap on iterations in flight turned away.
  struct Dropped {
    std::uint64_t all = 0, by_cap = 0;
  };
  virtual Dropped dropped() const { return {}; }

  /// Iterations that ended, by the user's place on this worker, those of the earlier run included. Only where each user
  /// has a number of its own to do.
  virtual std::vector<std::uint32_t> user_iterations() const { return {}; }
};

/// What an executor works with; everything outlives it.
struct ExecutorContext {
  const profile::Plan* plan = nullptr;
  unsigned worker = 0, workers = 1;
  VirtualUsers* users = nullptr;
  IterationSeries* series = nullptr;
  const LoadClock* clock = nullptr;
  const Progress* earlier = nullptr;  ///< of the run that this one goes on from; null for none
  Nanoseconds shortest_cycle{};       ///< closed model: least time between the dues of two iterations of a user
};

/// Where in the shape load begins.
inline Nanoseconds beginning_of(const ExecutorContext& context) {
  return context.earlier == nullptr ? Nanoseconds{} : context.earlier->offset;
}

/// The executor a plan asks for.
std::unique_ptr<Executor> make_executor(const ExecutorContext& context);

}  // namespace thresher::engine
