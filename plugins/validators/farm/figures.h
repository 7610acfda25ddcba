#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "oracle/case.h"

namespace farm {

/// Latencies in milliseconds as a histogram of buckets 2 % wide, from a microsecond to a day: mean exact, percentiles
/// to within a bucket, memory constant.
class Latencies {
 public:
  void add(double ms);
  std::uint64_t count() const { return count_; }
  double mean_ms() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
  double percentile_ms(double part) const;  ///< part in (0, 1]

 private:
  static constexpr std::size_t kBuckets = 1300;
  std::array<std::uint32_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

/// What the answers of a run came to, counted from their parts. An answer without parts leaves nothing but the
/// platform's own counters, which are then taken, and `vacuous` says so.
struct Figures {
  std::int64_t items = 0, vacuous = 0;
  std::int64_t workflows = 0, workflows_completed = 0;
  std::int64_t tasks = 0, tasks_completed = 0, tasks_failed = 0;
  std::int64_t faults = 0, faults_recovered = 0;
  std::int64_t retried = 0, retried_well = 0;    ///< tasks that were tried again; of them, those that succeeded
  std::int64_t unassigned = 0, unmentioned = 0;  ///< tasks that ran without an agent; tasks the answers are silent on
  Latencies latencies;                           ///< of attempts at tasks that wait for no human
  history::Instant begin, end;                   ///< of the whole, on the platform's clock

  /// What was promised for it: sums over the submissions that ended.
  double completions_promised = 0;
  std::int64_t injected = 0, promised_recoveries = 0, promised_firings = 0;
  std::int64_t promised_tasks = 0, promised_failures = 0;
  bool knows_recoveries = false;  ///< every submission said how many faults fire and are recovered from

  void add(const oracle::Case& answered);

  /// What a platform that does everything right comes to, as far as the ground truth says so; else 1.
  double reachable_completion() const { return 1 - rate(promised_failures, workflows); }
  double reachable_recovery() const {
    return knows_recoveries && promised_firings > 0 ? rate(promised_recoveries, promised_firings) : 1;
  }
  /// Tasks that fail by faults which no platform recovers from.
  double unavoidable_errors() const {
    return knows_recoveries ? rate(promised_firings - promised_recoveries, tasks) : 0;
  }

  double completion_rate() const { return rate(workflows_completed, workflows); }
  double recovery_rate() const { return rate(faults_recovered, faults); }
  double error_rate() const { return rate(tasks_failed, tasks); }
  double retry_rate() const { return rate(retried_well, retried); }
  double throughput_per_s() const;  ///< tasks completed; 0 when no times are known

 private:
  static double rate(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }
  void add_promises(const history::Expectations& expected, const oracle::Case& answered);
  void add_counters(const history::Answer& answer);
  void add_task(const oracle::Case& answered, const oracle::WorkflowCase& workflow, std::uint32_t task);
};

}  // namespace farm
