#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "metrics/recorder.h"
#include "metrics/series.h"

namespace thresher::metrics {

/// A merged series: everything since the start, and what the last second added.
struct Series {
  MetricInfo metric;
  Tags tags;
  Counter counter, counter_last;
  Gauge gauge;
  Rate rate, rate_last;
  Histogram trend, trend_last;
  WallTime first_seen{}, last_seen{};  ///< of a snapshot that had something for it

  std::string_view tag(std::string_view key) const;  ///< first value of the key, or ""
};

struct TagFilter {
  std::vector<std::pair<std::string, std::string>> wanted;  ///< all must be present
  bool matches(const Tags& tags) const;
};

/// Sum of the series of one metric that match: what a threshold or a table row reads.
struct Aggregate {
  MetricInfo metric;
  std::size_t series = 0;
  Counter counter;
  Gauge gauge;
  Rate rate;
  Histogram trend;
  bool empty() const;  ///< nothing was observed
};

/// The coordinator's merged view of a run. Coordinator's thread only.
class Totals {
 public:
  /// Merges a worker's delta. Call begin_second() before the deltas of a new second: it clears what `_last` holds.
  void begin_second(TimePoint now, WallTime wall);
  void add(Delta&& delta);

  /// All series in the order of (metric, tags): stable, so that reports of equal runs are equal.
  const std::map<SeriesKey, Series>& series() const { return series_; }
  Aggregate aggregate(std::string_view metric, const TagFilter& filter = {}, bool last_second = false) const;
  const std::vector<ExceptionCount>& exceptions() const { return exceptions_; }  ///< by count, then message
  std::uint64_t overflowed_series() const { return overflowed_; }
  bool knows(std::string_view metric) const;

  /// Samples of the second, their series resolved; cleared by begin_second().
  struct ResolvedSample { const Series* series; TimePoint at; double value; const SampleDetail* detail; };
  std::vector<ResolvedSample> samples() const;

 private:
  std::map<SeriesKey, Series> series_;
  std::vector<std::vector<Series*>> by_worker_;  ///< [worker][recorder's number]
  std::vector<ExceptionCount> exceptions_;
  std::vector<Delta> sampled_;                   ///< of this second, kept for samples()
  std::uint64_t overflowed_ = 0;
  WallTime wall_{};
};

}  // namespace thresher::metrics
