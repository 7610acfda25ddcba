#include "metrics/histogram.h"

#include <algorithm>
#include <cmath>

namespace thresher::metrics {

std::int64_t Histogram::lowest_of(std::size_t index) {
  if (index < 2 * kHalf) return static_cast<std::int64_t>(index);
  const std::size_t doubling = index / kHalf - 1;
  return static_cast<std::int64_t>((index % kHalf + kHalf) << doubling);
}

std::int64_t Histogram::highest_of(std::size_t index) { return lowest_of(index + 1) - 1; }

std::int64_t Histogram::clamp(std::int64_t value, std::uint64_t count) {
  clamped_ += count;
  return value < 0 ? 0 : kHighest;
}

void Histogram::spill() {
  for (std::size_t i = 0; i < noted_; ++i) add_to_page(notes_[i], 1);
  noted_ = 0;
}

std::uint8_t Histogram::make_page(std::size_t page) {
  static_assert(index_of(kHighest) < kPages * kPage && index_of(2 * kHalf - 1) + 1 == index_of(2 * kHalf));
  counts_.resize(counts_.size() + kPage);  // zeroes; after a reset within the capacity there was
  slot_of_[page] = static_cast<std::uint8_t>(counts_.size() / kPage);
  return slot_of_[page];
}

void Histogram::carry(std::size_t index, std::uint64_t wraps) {
  const auto known = std::find_if(carried_.begin(), carried_.end(), [&](const Carry& c) { return c.index == index; });
  if (known == carried_.end()) {
    carried_.push_back({index, wraps});
  } else {
    known->wraps += wraps;
  }
}

template <class Use>
void Histogram::visit_notes(Use&& use) const {
  auto sorted = notes_;
  const auto end = sorted.begin() + noted_;
  std::sort(sorted.begin(), end);
  for (auto same = sorted.begin(); same != end;) {
    const auto next = std::find_if(same, end, [same](std::uint16_t note) { return note != *same; });
    if (!use(std::size_t{*same}, static_cast<std::uint64_t>(next - same))) return;
    same = next;
  }
}

template <class Use>
void Histogram::visit(Use&& use) const {
  if (counts_.empty()) return visit_notes(use);
  for (std::size_t page = 0; page < kPages; ++page) {
    if (slot_of_[page] == 0) continue;
    const std::uint32_t* const buckets = &counts_[(slot_of_[page] - std::size_t{1}) * kPage];
    for (std::size_t i = 0; i < kPage; ++i) {
      std::uint64_t count = buckets[i];
      for (const Carry& carry : carried_) {
        if (carry.index == page * kPage + i) count += carry.wraps << 32;
      }
      if (count != 0 && !use(page * kPage + i, count)) return;
    }
  }
}

void Histogram::merge(const Histogram& other) {
  other.visit([this](std::size_t index, std::uint64_t count) {
    add(index, count);
    return true;
  });
  count_ += other.count_;
  clamped_ += other.clamped_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::reset() {
  noted_ = 0;
  if (!counts_.empty()) slot_of_.fill(0);
  counts_.clear();
  carried_.clear();
  count_ = clamped_ = sum_ = 0;
  min_ = std::numeric_limits<std::int64_t>::max();
  max_ = 0;
}

bool Histogram::restore(const Exact& exact) {
  const auto same_bucket = [](std::int64_t a, std::int64_t b) {
    return a >= 0 && a <= kHighest && index_of(a) == index_of(b);
  };
  if (count_ == 0 || !same_bucket(exact.min, min_) || !same_bucket(exact.max, max_)) return false;
  min_ = exact.min;
  max_ = exact.max;
  sum_ = exact.sum;
  clamped_ = exact.clamped;
  return true;
}

double Histogram::mean() const { return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_); }

double Histogram::standard_deviation() const {
  if (count_ == 0) return 0;
  const double middle = mean();
  double squares = 0;
  visit([&](std::size_t index, std::uint64_t count) {
    const double width = static_cast<double>(highest_of(index) - lowest_of(index) + 1);
    const double value = static_cast<double>(lowest_of(index)) + std::floor(width / 2);
    squares += (value - middle) * (value - middle) * static_cast<double>(count);
    return true;
  });
  return std::sqrt(squares / static_cast<double>(count_));
}

std::int64_t Histogram::value_at_percentile(double percentile) const {
  if (count_ == 0) return 0;
  // One ulp less, because p / 100 * n may come out just above the whole number it stands for, and the ceiling would
  // then skip a sample (HdrHistogram does the same).
  const double wanted = std::clamp(percentile, 0.0, 100.0) / 100.0 * static_cast<double>(count_);
  const double rank = std::max(1.0, std::ceil(std::nextafter(wanted, 0.0)));
  std::uint64_t seen = 0;
  std::int64_t value = 0;
  visit([&](std::size_t index, std::uint64_t count) {
    seen += count;
    value = percentile <= 0 ? lowest_of(index) : highest_of(index);
    return static_cast<double>(seen) < rank;
  });
  return std::clamp(value, min(), max_);
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
  std::vector<Bucket> held;
  visit([&held](std::size_t index, std::uint64_t count) {
    held.push_back({lowest_of(index), highest_of(index), count});
    return true;
  });
  return held;
}

std::size_t Histogram::memory_bytes() const {
  return sizeof(*this) + counts_.capacity() * sizeof(counts_[0]) + carried_.capacity() * sizeof(Carry);
}

}  // namespace thresher::metrics
