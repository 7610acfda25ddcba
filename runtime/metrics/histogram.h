#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace thresher::metrics {

/// A high dynamic range histogram (Tene's layout): 3 significant digits from 1 to kHighest, in units of the caller's
/// choice (latencies: microseconds, so 1 us to 1 h). A value above is clamped to kHighest and counted in clamped(), a
/// negative one to 0 likewise; nothing is discarded. The first few samples are only noted; from then on counts live in
/// pages that exist once touched: a quiet series costs 400 bytes, a narrow distribution a kilobyte. Not thread-safe. A
/// moved-from histogram may only be destroyed or assigned to.
class Histogram {
 public:
  static constexpr std::int64_t kHighest = 3'600'000'000;
  static constexpr std::size_t kIndexes = 23 * 1024;  ///< buckets there can be

  void record(std::int64_t value, std::uint64_t count = 1);
  void merge(const Histogram& other);
  /// Empties it and keeps the memory, so that recording what was recorded before allocates nothing. A copy, in
  /// contrast, holds exactly the pages in use: copy then reset is how a worker hands over what it gathered.
  void reset();

  std::uint64_t count() const { return count_; }
  std::uint64_t clamped() const { return clamped_; }
  std::int64_t min() const { return count_ == 0 ? 0 : min_; }  ///< exact (not its bucket's edge); 0 when empty
  std::int64_t max() const { return max_; }                    ///< exact; 0 when empty
  double mean() const;                                         ///< from the exact sum; 0 when empty
  double sum() const { return static_cast<double>(sum_); }
  double standard_deviation() const;  ///< of the population, from the buckets' middles; 0 when empty
  /// The highest value of the bucket that holds the percentile (0..100), never above max(); 0 when empty.
  /// HdrHistogram's definition: the smallest recorded value with at least p % of the samples at or below it.
  std::int64_t value_at_percentile(double percentile) const;

  struct Bucket {
    std::int64_t lowest, highest;  ///< values that fall in it, both inclusive
    std::uint64_t count;
  };
  std::vector<Bucket> buckets() const;  ///< the ones that hold something, ascending

  /// HdrHistogram's V2 compressed encoding in base64 ("HISTFAAAA..."), readable by every HdrHistogram library.
  std::string encode() const;
  /// Reads what encode() wrote, from anybody: the error says what is wrong with the text, and what another layout's
  /// histogram has that ours has not. Counts come back exactly; min, max and sum are those of the buckets' lowest
  /// values.
  static Result<Histogram> decode(std::string_view encoded);

  /// What encode() leaves out.
  struct Exact {
    std::int64_t min = 0, max = 0;
    std::uint64_t sum = 0, clamped = 0;
    friend bool operator==(const Exact&, const Exact&) = default;
  };
  Exact exact() const { return {min(), max(), sum_, clamped_}; }
  /// Of a histogram that was decoded and is not empty: puts back what it had been. False, and nothing is changed, when
  /// its buckets cannot have had such values.
  bool restore(const Exact& exact);

  std::size_t memory_bytes() const;  ///< what it occupies, itself included

 private:
  /// Values below 2 * kHalf have a bucket each; every doubling above shares kHalf buckets, which is what keeps three
  /// digits.
  static constexpr std::size_t kHalf = 1024;
  static constexpr unsigned kHalfBits = 10;
  static constexpr std::size_t kPage = 128;  ///< buckets per page, 512 bytes
  static constexpr std::size_t kNotes = 64;  ///< a series seen less than once in 15 ms makes no page in a second

  static constexpr std::size_t index_of(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    const auto doubling = static_cast<unsigned>(std::bit_width(bits | (2 * kHalf - 1))) - (kHalfBits + 1);
    return (static_cast<std::size_t>(doubling) << kHalfBits) + static_cast<std::size_t>(bits >> doubling);
  }
  static std::int64_t lowest_of(std::size_t index);
  static std::int64_t highest_of(std::size_t index);

  struct Carry {
    std::size_t index;
    std::uint64_t wraps;  ///< how often the bucket's 32 bits overflowed
  };

  std::int64_t clamp(std::int64_t value, std::uint64_t count);
  void add(std::size_t index, std::uint64_t count);
  void add_to_page(std::size_t index, std::uint64_t count);
  void spill();  ///< turns the notes into pages
  std::uint8_t make_page(std::size_t page);
  void carry(std::size_t index, std::uint64_t wraps);
  /// Calls use(index, count) for every bucket that holds something, ascending, until it returns false.
  template <class Use>
  void visit(Use&& use) const;
  template <class Use>
  void visit_notes(Use&& use) const;

  /// 22 doublings, as 2 * kHalf * 2^21 is the first beyond kHighest; the first of them is twice as long as the others.
  static constexpr std::size_t kPages = (22 + 1) * kHalf / kPage;
  static_assert(kPages * kPage == kIndexes);
  static_assert(kPages <= std::numeric_limits<std::uint8_t>::max(), "slot_of_ counts from 1");

  // What every record() touches comes first, in one cache line.
  std::vector<std::uint32_t> counts_;  ///< pages in the order they were touched; empty while samples are only noted
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;  ///< microseconds overflow it after 584,000 years of waiting
  std::int64_t min_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t max_ = 0;
  std::uint8_t noted_ = 0;                      ///< how many of notes_; 0 once there are pages
  std::array<std::uint8_t, kPages> slot_of_{};  ///< 1 + the page's place in counts_; 0 while it does not exist
  std::array<std::uint16_t, kNotes> notes_{};   ///< indexes of the first samples
  std::uint64_t clamped_ = 0;
  std::vector<Carry> carried_;  ///< buckets beyond 2^32: 32 bits halve the memory everywhere, and soak runs stay right
};

inline void Histogram::record(std::int64_t value, std::uint64_t count) {
  if (static_cast<std::uint64_t>(value) > static_cast<std::uint64_t>(kHighest)) [[unlikely]]
    value = clamp(value, count);
  if (count == 0) return;
  add(index_of(value), count);
  count_ += count;
  sum_ += static_cast<std::uint64_t>(value) * count;
  min_ = value < min_ ? value : min_;
  max_ = value > max_ ? value : max_;
}

inline void Histogram::add(std::size_t index, std::uint64_t count) {
  if (counts_.empty()) {
    if (count <= kNotes - noted_) {
      for (; count > 0; --count) notes_[noted_++] = static_cast<std::uint16_t>(index);
      return;
    }
    spill();
  }
  add_to_page(index, count);
}

inline void Histogram::add_to_page(std::size_t index, std::uint64_t count) {
  std::size_t slot = slot_of_[index / kPage];
  if (slot == 0) [[unlikely]]
    slot = make_page(index / kPage);
  std::uint32_t& bucket = counts_[(slot - 1) * kPage + index % kPage];
  const std::uint64_t sum = bucket + count;
  bucket = static_cast<std::uint32_t>(sum);
  if (sum >> 32 != 0) [[unlikely]]
    carry(index, sum >> 32);
}

}  // namespace thresher::metrics
