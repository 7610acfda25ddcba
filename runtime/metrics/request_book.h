#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "metrics/recorder.h"
#include "metrics/series_book.h"

namespace thresher::metrics {

/// What requests of one kind that ended in one way gathered since the last delta. One count serves http_reqs,
/// http_req_failed and the trends: they are told apart when taken, not when recorded.
struct RequestAccumulator {
  static constexpr std::size_t kTrends = 7;
  static constexpr std::uint32_t kSeries = 2 + kTrends;  ///< http_reqs, http_req_failed, the trends

  std::uint32_t first_series = 0;  ///< number of http_reqs; the others follow in the order of request_metrics()
  bool touched = false;            ///< whether it is in RequestBook's list
  std::uint64_t failed = 0;
  std::array<Trend, kTrends> trends;

  void add(const RequestSample& sample, bool is_failed);
  void move_into(Delta& delta);  ///< and empties it
};
/// The metrics of an accumulator's series, in order.
const std::array<const MetricInfo*, RequestAccumulator::kSeries>& request_metrics();

/// All requests of one worker. The accumulators touched since the last delta are listed at their first touch, so that a
/// worker with thousands of endpoints pays each second for those it used.
class RequestBook {
 public:
  RequestBook(SeriesBook& book, Family<Counter>& counters, Delta& pending, const RecorderOptions& options);
  ~RequestBook();

  RequestSeries& resolve(const RequestKey& key);
  void take(Delta& delta);

 private:
  class Kind;
  struct KeyHash {
    std::size_t operator()(const RequestKey& key) const;
  };

  RequestAccumulator& make_accumulator(Tags tags);
  RequestAccumulator& enter(Tags tags);
  void show(const RequestSample& sample, const RequestAccumulator& into);

  SeriesBook& book_;
  Family<Counter>& counters_;
  Delta& pending_;  ///< gathers samples, when kept
  const bool keep_samples_;
  const std::size_t kinds_max_;
  std::unordered_map<RequestKey, std::unique_ptr<Kind>, KeyHash> kinds_;
  std::unique_ptr<Kind> other_kind_;  ///< of the keys beyond the limit
  std::deque<RequestAccumulator> accumulators_;
  RequestAccumulator* other_ = nullptr;
  std::size_t shown_ = 0;                     ///< examples of failures, so far
  std::vector<RequestAccumulator*> touched_;  ///< room for all of them, so that recording never makes it grow
};

}  // namespace thresher::metrics
