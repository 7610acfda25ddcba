#pragma once

#include <vector>

#include "engine/validity.h"
#include "engine/worker_news.h"
#include "metrics/totals.h"

namespace thresher::engine {

/// What the workers' latest readings add up to, and what validity is judged from. Coordinator's thread.
class WorkerBooks {
 public:
  explicit WorkerBooks(unsigned workers) : latest_(workers) {}

  void load_began(TimePoint at) { last_note_ = at; }
  void note(const WorkerReading& reading);
  /// A second was closed: users' time goes on by what passed, times the users alive.
  void second_passed(TimePoint now);

  struct Sums {
    std::uint64_t users = 0, in_flight = 0, ended = 0, interrupted = 0, dropped = 0, cap_hits = 0, abandoned = 0;
    Nanoseconds handled{}, performed{};
  };
  Sums sums() const;

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
  };
  std::vector<Latest> latest_;
  TimePoint last_note_{};
  double user_seconds_ = 0;
};

}  // namespace thresher::engine
