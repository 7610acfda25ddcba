#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "metrics/recorder.h"
#include "metrics/series.h"

namespace thresher::metrics {

inline constexpr std::string_view kOtherName =
    "__other__";  ///< tag `name` of the series that take in what has none of its own

/// Numbers the series of one worker, announces new ones and holds their limit.
class SeriesBook {
 public:
  explicit SeriesBook(const RecorderOptions& options) : series_max_(options.series_max), run_tags_(options.run_tags) {}

  bool has_room(std::size_t wanted) const { return next_ + wanted <= series_max_; }
  /// Enters a series whether or not there is room: those of __other__ come on top of the limit.
  std::uint32_t enter(const MetricInfo& metric, Tags tags);
  void overflowed() { ++overflowed_; }

  void complete(Tags& tags) const;  ///< adds the run's tags where the key is free, and sorts
  Tags other_tags() const;

  void take(Delta& delta);

 private:
  std::size_t series_max_;
  Tags run_tags_;
  std::uint32_t next_ = 0;
  std::uint64_t overflowed_ = 0;
  std::vector<Delta::NewSeries> entered_;
};

struct SeriesKeyHash {
  std::size_t operator()(const SeriesKey& key) const;
};
std::size_t hash_tags(std::size_t seed, const Tags& tags);
inline std::size_t hash_text(std::size_t seed, std::string_view text) {
  return (seed ^ std::hash<std::string_view>{}(text)) *
         0x9e3779b97f4a7c15U;  // 2^64 / golden ratio: spreads the low bits
}

/// Empties the accumulators once a delta has their copy.
inline void reset(Counter& counter) { counter = {}; }
inline void reset(Gauge& gauge) { gauge = {}; }
inline void reset(Rate& rate) { rate = {}; }
inline void reset(Trend& trend) { trend.histogram.reset(); }
inline bool is_touched(const Counter& counter) { return counter.count != 0; }
inline bool is_touched(const Gauge& gauge) { return gauge.count != 0; }
inline bool is_touched(const Rate& rate) { return rate.total != 0; }
inline bool is_touched(const Trend& trend) { return trend.histogram.count() != 0; }
template <class T>
const T& content(const T& accumulator) {
  return accumulator;
}
inline const Histogram& content(const Trend& trend) { return trend.histogram; }

/// All the series of one kind, found by (metric, tags) and never moved. Their accumulators stand side by side, so that
/// looking for the touched ones once a second costs less than noting each touch would.
template <class T>
class Family {
 public:
  struct Member {
    T accumulator;
    std::uint32_t series = 0;
  };

  /// The second says whether the member was made just now.
  std::pair<Member*, bool> resolve(const MetricInfo& metric, Tags tags, SeriesBook& book) {
    book.complete(tags);
    SeriesKey key{metric.name, std::move(tags)};
    if (const auto known = by_key_.find(key); known != by_key_.end()) return {known->second, false};
    if (!book.has_room(1)) {
      book.overflowed();
      key.tags = book.other_tags();
      if (const auto other = by_key_.find(key); other != by_key_.end()) return {other->second, false};
    }
    Member& member = members_.emplace_back();
    member.series = book.enter(metric, key.tags);
    by_key_.emplace(std::move(key), &member);
    return {&member, true};
  }

  template <class Content>
  void take(std::vector<Delta::Of<Content>>& taken) {
    for (Member& member : members_) {
      if (!is_touched(member.accumulator)) continue;
      taken.push_back({member.series, content(member.accumulator)});
      reset(member.accumulator);
    }
  }

 private:
  std::deque<Member> members_;
  std::unordered_map<SeriesKey, Member*, SeriesKeyHash> by_key_;
};

}  // namespace thresher::metrics
