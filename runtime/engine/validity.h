#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engine/progress.h"
#include "metrics/totals.h"

namespace thresher::engine {

enum class ValidityState : std::uint8_t { valid, degraded, invalid };
std::string_view name_of(ValidityState state);  ///< "VALID" ...

/// Whether the run measured the target or the generator. Every reason is a sentence with its number and its limit.
struct Validity {
  struct Reason {
    ValidityState state = ValidityState::degraded;
    std::string text;
  };
  ValidityState state = ValidityState::valid;
  std::vector<Reason> reasons;
  std::vector<std::string>
      remarks;  ///< what the figures leave out though the generator is sound: a target that stalled its users
};

/// What is judged, gathered by the coordinator.
struct ValidityInput {
  bool open_model = false;
  Nanoseconds elapsed{};
  Nanoseconds loop_lag_p99{}, loop_lag_max{};
  Nanoseconds lateness_p50{}, lateness_p99{};
  Nanoseconds response_p50{};  ///< median response time of iterations: what lateness is measured against
  std::uint64_t iterations = 0, dropped = 0, in_flight_cap_hits = 0;
  double process_cpu_share = 0;          ///< of all cores the process may use, 0..1
  std::vector<double> worker_cpu_share;  ///< of one core, 0..1
  std::uint64_t descriptor_failures = 0, port_failures = 0;
  double littles_law_users_measured = 0;    ///< mean of iterations in flight, from handing over to hearing of the end
  double littles_law_users_derived = 0;     ///< throughput x mean iteration time as recorded
  std::vector<std::uint64_t> late_seconds;  ///< by worker: snapshots it had not answered when the next was due
  std::size_t stuck_workers = 0;
  std::uint64_t abandoned_users = 0;  ///< whose on_stop never ended
  std::uint64_t overflowed_series = 0;
  std::uint64_t users = 0;      ///< closed model
  Nanoseconds stalled_total{};  ///< closed model: user time spent in requests far beyond the median (stall)
  std::uint64_t requests = 0, requests_stalled = 0;
  std::uint64_t requests_not_sent = 0;  ///< closed model: what those users would have sent meanwhile
  std::vector<Gap> gaps;                ///< of a run that was killed and went on
};

/// Pure: thresholds are constants with their reasons in the implementation.
Validity judge_validity(const ValidityInput& input);

}  // namespace thresher::engine
