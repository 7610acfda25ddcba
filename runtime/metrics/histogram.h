#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace thresher::metrics {

/// A high dynamic range histogram (Tene's layout): 3 significant digits from 1 to kHighest, in units of the caller's choice
/// (latencies: microseconds, so 1 us to 1 h). A value above is clamped to kHighest and counted in clamped(), a negative one to
/// 0 likewise; nothing is discarded. Counts live in pages that exist only once touched, so that a narrow distribution costs
/// a few kilobytes. Not thread-safe.
class Histogram {
 public:
  static constexpr std::int64_t kHighest = 3'600'000'000;

  void record(std::int64_t value, std::uint64_t count = 1);
  void merge(const Histogram& other);
  void reset();  ///< empties it and keeps its pages

  std::uint64_t count() const { return count_; }
  std::uint64_t clamped() const { return clamped_; }
  std::int64_t min() const;  ///< exact (not its bucket's edge); 0 when empty
  std::int64_t max() const;  ///< exact; 0 when empty
  double mean() const;       ///< from the exact sum; 0 when empty
  double sum() const { return sum_; }
  double standard_deviation() const;
  /// The highest value of the bucket that holds the percentile (0..100), never above max(); 0 when empty. HdrHistogram's
  /// definition: the smallest recorded value with at least p % of the samples at or below it.
  std::int64_t value_at_percentile(double percentile) const;

  struct Bucket {
    std::int64_t lowest, highest;  ///< values that fall in it, both inclusive
    std::uint64_t count;
  };
  std::vector<Bucket> buckets() const;  ///< the ones that hold something, ascending

  /// HdrHistogram's V2 compressed encoding in base64 ("HISTFAAAA..."), readable by every HdrHistogram library.
  std::string encode() const;

 private:
  std::uint64_t count_ = 0;
  std::uint64_t clamped_ = 0;
  double sum_ = 0;
};

}  // namespace thresher::metrics
