#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "metrics/exception_table.h"
#include "metrics/recorder.h"
#include "metrics/series.h"

namespace thresher::metrics {

/// A merged series: everything since the start, and what the last second added. Only the members of its metric's kind
/// are used. A series may be known (some call site resolved it) and hold nothing yet.
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
  Tags wanted;  ///< all must be present
  bool matches(const Tags& tags) const;
};

/// Sum of the series of one metric that match: what a threshold or a table row reads. A gauge's value is that of the
/// series seen last.
struct Aggregate {
  MetricInfo metric;
  std::size_t series = 0;  ///< how many match, those that hold nothing included
  Counter counter;
  Gauge gauge;
  Rate rate;
  Histogram trend;
  bool empty() const { return samples() == 0; }  ///< nothing was observed
  std::uint64_t samples() const;                 ///< observations, whatever the kind
  void merge(const Aggregate& later);            ///< of the same metric
};

/// The coordinator's merged view of a run. Coordinator's thread only.
class Totals {
 public:
  /// Merges a worker's delta. Call begin_second() before the deltas of a new second: it clears what `_last` holds.
  void begin_second(TimePoint now, WallTime wall);
  /// A worker's deltas come in the order taken, each once: they number its series.
  void add(Delta&& delta);
  std::uint64_t second() const { return second_; }  ///< how often begin_second() was called

  /// What another run's totals held, before anything is added: its series, exceptions and overflow.
  void restore(std::vector<Series> series, const std::vector<ExceptionCount>& exceptions, std::uint64_t overflowed);

  /// All series in the order of (metric, tags): stable, so that reports of equal runs are equal.
  const std::map<SeriesKey, Series>& series() const { return series_; }
  Aggregate aggregate(std::string_view metric, const TagFilter& filter = {}, bool last_second = false) const;
  const std::vector<ExceptionCount>& exceptions() const { return exceptions_; }  ///< by count, then message
  std::uint64_t overflowed_series() const { return overflowed_; }
  bool knows(std::string_view metric) const;
  /// Of a series of http_req_failed; null when nothing of it failed, or there were too many kinds of failures.
  const FailureExample* example_of(const Series& series) const;

  /// Samples of the second, their series resolved; cleared by begin_second().
  struct ResolvedSample {
    const Series* series;
    TimePoint at;
    double value;
    const SampleDetail* detail;
  };
  std::vector<ResolvedSample> samples() const;

 private:
  template <class Entry>
  Series& touch(unsigned worker, const Entry& entry);

  std::map<SeriesKey, Series> series_;
  std::vector<std::vector<Series*>> by_worker_;  ///< [worker][recorder's number]
  std::vector<Series*> touched_;                 ///< whose `_last` holds something; may name one several times
  std::map<const Series*, FailureExample> examples_;
  ExceptionTable exception_table_;
  std::vector<ExceptionCount> exceptions_;  ///< the table's content, sorted
  std::vector<Delta> sampled_;              ///< of this second, kept for samples()
  std::uint64_t overflowed_ = 0;
  std::uint64_t second_ = 0;
  WallTime wall_{};
};

}  // namespace thresher::metrics
