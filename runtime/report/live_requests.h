#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "metrics/totals.h"

namespace thresher::report {

/// The table of requests in a digest, one row for each (method, name). Hundreds of kinds of request, read every second,
/// must cost the run little: which series make which row is looked up once, what all rows share grows by what the last
/// second added, and a row's percentiles, which are since the start, are looked up anew once kNewsLeast of its requests
/// are new, or after kStaleMost readings.
class LiveRequests {
 public:
  static constexpr Nanoseconds kWindow = std::chrono::seconds(10);  ///< of the rates
  static constexpr double kNewsLeast = 1.0 / 64;
  static constexpr unsigned kStaleMost = 8;

  /// All rows together, since the start.
  struct Sum {
    std::uint64_t requests = 0, failures = 0;
    double received_bytes = 0;
    metrics::Histogram duration;  ///< http_req_duration, microseconds
  };

  /// Reads the totals as they stand at `elapsed`; what they hold as the last second began at `began`. Always the totals
  /// of the same run, as often as somebody looks: after a pause in that the rates cover what was seen since.
  void read(const metrics::Totals& totals, Nanoseconds elapsed, Nanoseconds began);

  std::string rows() const;  ///< a JSON array, by name, then method; without those that had no request
  const Sum& sum() const { return sum_; }

 private:
  struct Counts {
    std::uint64_t requests = 0, failures = 0;
  };
  struct Row {
    std::vector<std::string> tags;
    std::string head;  ///< its text up to the figures
    Counts now, last;  ///< since the start; in the last second
    double received_bytes = 0;
    std::vector<const metrics::Series*> durations;  ///< that hold something
    double mean_ms = 0, p50_ms = 0, p95_ms = 0, p99_ms = 0, max_ms = 0;
    std::uint64_t figures_of = 0;  ///< how many requests the percentiles are of
    unsigned stale = 0;            ///< readings since then
    double requests_per_s = 0, failures_per_s = 0;
  };
  /// What all rows had counted at an instant; rows that came later had nothing.
  struct Mark {
    Nanoseconds at{};
    std::vector<Counts> counts;
  };

  Row& row_of(const metrics::Series& series);
  void count(const metrics::Totals& totals);
  void mark(Nanoseconds elapsed, Nanoseconds began);
  void sum_up(Nanoseconds elapsed, Nanoseconds began);
  static void figure(Row& row);

  std::vector<Row> rows_;  ///< in the order they were first seen
  std::map<std::pair<std::string, std::string>, std::size_t, std::less<>> by_name_;  ///< (name, method) to rows_
  std::unordered_map<const metrics::Series*, std::size_t> by_series_;                ///< to rows_
  std::deque<Mark> marks_;                                                           ///< of the window, oldest first
  Sum sum_;
  Nanoseconds summed_until_{-1};  ///< what sum_.duration is of; -1: nothing yet
};

}  // namespace thresher::report
