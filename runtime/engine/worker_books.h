#pragma once

#include <vector>

#include "engine/progress.h"
#include "engine/run.h"
#include "engine/validity.h"
#include "engine/worker_news.h"
#include "metrics/totals.h"

namespace thresher::engine {

/// What the workers' latest readings add up to, and what validity is judged from. Coordinator's thread.
class WorkerBooks {
 public:
  /// `earlier`: of the run that this one goes on from; null for none. It outlives the books.
  explicit WorkerBooks(unsigned workers, const Progress* earlier = nullptr)
      : latest_(workers), earlier_(earlier), user_seconds_(earlier == nullptr ? 0 : earlier->work.user_seconds) {}

  void load_began(TimePoint at);
  void note(const WorkerReading& reading);
  /// A second was closed: users' time goes on by what passed, times the users alive.
  void second_passed(TimePoint now);

  struct Sums {
    std::uint64_t users = 0, in_flight = 0, abandoned = 0;
    WorkTally work;
  };
  Sums sums() const;
  /// `late`: by worker, as ReadingRound counts.
  std::vector<WorkerState> workers(const std::vector<std::uint64_t>& late) const;
  /// Fills in what Progress has of the workers.
  void note_in(Progress& progress) const;

  /// Everything except the stall, which is only worth its price once: see add_stall(). process_cpu: spent since load
  /// began.
  ValidityInput validity_input(const metrics::Totals& totals, Nanoseconds elapsed, Nanoseconds process_cpu) const;
  /// Closed model: requests that took more than ten times the median of their kind (name and method), and at least 100
  /// ms.
  void add_stall(const metrics::Totals& totals, ValidityInput& input) const;

 private:
  struct Latest {
    VirtualUsers::Tally tally;
    Executor::Dropped dropped;
    std::uint64_t abandoned = 0;
    Nanoseconds cpu{};
    std::vector<std::uint32_t> user_iterations;
    TimePoint taken{};
    double cpu_share = 0;  ///< since the reading before
  };
  Nanoseconds earlier_cpu(std::size_t worker) const;

  std::vector<Latest> latest_;
  const Progress* earlier_;
  TimePoint last_note_{};
  double user_seconds_ = 0;
};

}  // namespace thresher::engine
