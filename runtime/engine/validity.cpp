#include "engine/validity.h"

#include <fmt/format.h>

#include <algorithm>

namespace thresher::engine {

namespace {

// An arrival that was dropped is a user nobody waited for: percentiles are those of the others. One is worth a word;
// beyond one in a hundred the p99 that a report leads with is no longer the p99 of what was asked for.
constexpr double kDroppedInvalid = 0.01;

// Lateness is the generator's own part of a response time. 10 ms is the most that a person reading milliseconds would
// not mind; 50 ms, or a tenth of what the target itself takes, changes the conclusion.
constexpr Nanoseconds kLatenessDegraded = std::chrono::milliseconds(10);
constexpr Nanoseconds kLatenessInvalid = std::chrono::milliseconds(50);
constexpr double kLatenessInvalidOfResponse = 0.10;

// A loop that was away stamps late whatever came meanwhile. Judged at p99 of its readings, so that one long garbage
// collection does not condemn an hour.
constexpr Nanoseconds kLoopLagDegraded = std::chrono::milliseconds(20);
constexpr Nanoseconds kLoopLagInvalid = std::chrono::milliseconds(200);

// Queueing at a single server: at 80 % busy the mean wait is four service times, at 95 % nineteen (M/M/1: u / (1 - u)).
constexpr double kCpuDegraded = 0.80;
constexpr double kCpuInvalid = 0.95;
constexpr Nanoseconds kCpuLeastObserved = std::chrono::seconds(3);  ///< compiling scripts is over by then

// Concurrency = throughput x time holds for any stable system (Little, 1961); what does not fit was spent in the
// generator.
constexpr double kLittleDegraded = 0.10;
constexpr std::uint64_t kLittleLeastIterations = 1000;
constexpr double kLittleLeastUsers = 0.5;  ///< below, a few microseconds of bookkeeping are a large fraction of nothing

// A worker that misses a second now and then was busy; more often, the merged seconds are not what happened in them.
constexpr double kLateSecondsInvalid = 0.10;

class Judge {
 public:
  explicit Judge(const ValidityInput& input) : in_(input) {}

  Validity judge() {
    dropped();
    lateness();
    loop_lag();
    cpu();
    exhaustion();
    littles_law();
    workers();
    stall();
    gaps();
    return std::move(validity_);
  }

 private:
  void reason(ValidityState state, std::string text) {
    validity_.state = std::max(validity_.state, state);
    validity_.reasons.push_back({state, std::move(text)});
  }
  static double ms(Nanoseconds duration) { return to_milliseconds(duration); }

  void dropped() {
    if (in_.dropped == 0) return;
    const double share = static_cast<double>(in_.dropped) / static_cast<double>(in_.dropped + in_.iterations);
    const bool invalid = share > kDroppedInvalid;
    std::string text =
        fmt::format("{} of {} iterations were dropped ({:.2f} %; {})", in_.dropped, in_.dropped + in_.iterations,
                    share * 100, invalid ? "limit 1 %" : "up to 1 % only degrades");
    if (in_.in_flight_cap_hits > 0)
      text += fmt::format("; {} of them met the max_in_flight cap", in_.in_flight_cap_hits);
    reason(invalid ? ValidityState::invalid : ValidityState::degraded, std::move(text));
  }

  void lateness() {
    const auto of_response = std::chrono::duration_cast<Nanoseconds>(in_.response_p50 * kLatenessInvalidOfResponse);
    const Nanoseconds invalid = std::max(kLatenessInvalid, of_response);
    if (in_.open_model && in_.lateness_p99 > invalid) {
      reason(ValidityState::invalid,
             fmt::format("iterations started late: p99 of {:.1f} ms after they were due (limit {:.1f} ms)",
                         ms(in_.lateness_p99), ms(invalid)));
    } else if (in_.lateness_p99 > kLatenessDegraded) {
      reason(ValidityState::degraded,
             fmt::format("iterations started late: p99 of {:.1f} ms after they were due (limit {:.0f} ms)",
                         ms(in_.lateness_p99), ms(kLatenessDegraded)));
    }
  }

  void loop_lag() {
    if (in_.loop_lag_p99 <= kLoopLagDegraded) return;
    const bool invalid = in_.loop_lag_p99 > kLoopLagInvalid;
    reason(invalid ? ValidityState::invalid : ValidityState::degraded,
           fmt::format("the workers' loops were late: p99 of {:.1f} ms, at most {:.1f} ms (limit {:.0f} ms)",
                       ms(in_.loop_lag_p99), ms(in_.loop_lag_max), ms(invalid ? kLoopLagInvalid : kLoopLagDegraded)));
  }

  void cpu_share(const std::string& whose, double share) {
    if (share <= kCpuDegraded) return;
    const bool invalid = share > kCpuInvalid;
    reason(invalid ? ValidityState::invalid : ValidityState::degraded,
           fmt::format("{} used {:.0f} % of {} (limit {:.0f} %)", whose, share * 100,
                       whose == "the process" ? "the cores it may use" : "a core",
                       (invalid ? kCpuInvalid : kCpuDegraded) * 100));
  }

  void cpu() {
    if (in_.elapsed < kCpuLeastObserved) return;
    for (std::size_t i = 0; i < in_.worker_cpu_share.size(); ++i)
      cpu_share(fmt::format("worker {}", i), in_.worker_cpu_share[i]);
    cpu_share("the process", in_.process_cpu_share);
  }

  void exhaustion() {
    if (in_.descriptor_failures > 0) {
      reason(ValidityState::invalid,
             fmt::format("{} requests found no file descriptor left in this process (limit 0; see ulimit -n)",
                         in_.descriptor_failures));
    }
    if (in_.port_failures > 0) {
      reason(ValidityState::invalid,
             fmt::format("{} requests found no local port left on this machine (limit 0)", in_.port_failures));
    }
  }

  void littles_law() {
    const double measured = in_.littles_law_users_measured, derived = in_.littles_law_users_derived;
    if (in_.iterations < kLittleLeastIterations || measured < kLittleLeastUsers) return;
    const double mismatch = std::abs(measured - derived) / measured;
    if (mismatch <= kLittleDegraded) return;
    reason(ValidityState::degraded, fmt::format("{:.1f} iterations were in flight on average, but throughput x "
                                                "iteration time gives {:.1f}: {:.0f} % of the time "
                                                "was spent in the generator (limit {:.0f} %)",
                                                measured, derived, mismatch * 100, kLittleDegraded * 100));
  }

  void workers() {
    for (std::size_t i = 0; i < in_.late_seconds.size(); ++i) {
      if (in_.late_seconds[i] == 0) continue;
      const bool invalid = static_cast<double>(in_.late_seconds[i]) > kLateSecondsInvalid * to_seconds(in_.elapsed);
      reason(invalid ? ValidityState::invalid : ValidityState::degraded,
             fmt::format("worker {} did not answer within a snapshot's interval, {} times", i, in_.late_seconds[i]));
    }
    if (in_.stuck_workers > 0) {
      reason(ValidityState::invalid,
             fmt::format("{} workers were lost in scripts that never came back", in_.stuck_workers));
    }
    if (in_.abandoned_users > 0) {
      reason(ValidityState::degraded, fmt::format("{} users had not ended when the run did", in_.abandoned_users));
    }
  }

  void stall() {
    if (in_.open_model || in_.requests_stalled == 0) return;
    validity_.remarks.push_back(
        fmt::format("the target stalled its users: {} of {} requests took more than ten times the median of their "
                    "kind, {:.1f} s of users' time in "
                    "all. Users who wait send nothing: about {} requests were not sent meanwhile, and the percentiles "
                    "leave out how long those would "
                    "have taken. An open model (constant-arrival-rate) counts them",
                    in_.requests_stalled, in_.requests, to_seconds(in_.stalled_total), in_.requests_not_sent));
  }

  void gaps() {
    for (const Gap& gap : in_.gaps) {
      validity_.remarks.push_back(fmt::format(
          "the run was killed and went on after a gap of {:.1f} s, behind {:.1f} s of load. What it did between "
          "its last save and its end is in no figure, and its users began anew",
          to_seconds(gap.length), to_seconds(gap.after)));
    }
  }

  const ValidityInput& in_;
  Validity validity_;
};

}  // namespace

std::string_view name_of(ValidityState state) {
  switch (state) {
    case ValidityState::valid:
      return "VALID";
    case ValidityState::degraded:
      return "DEGRADED";
    case ValidityState::invalid:
      return "INVALID";
  }
  return "INVALID";
}

Validity judge_validity(const ValidityInput& input) { return Judge{input}.judge(); }

}  // namespace thresher::engine
