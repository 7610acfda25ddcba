#pragma once

#include <cstdint>
#include <string>

namespace farm {

/// A seed as Python counts: seed + index never wraps, whatever 64-bit integer a person gave. Kept as sign and
/// magnitude, because random.Random() seeds from the magnitude.
class Seed {
 public:
  constexpr Seed() : Seed(0) {}
  constexpr explicit Seed(std::int64_t value)
      : magnitude_(value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value)),
        negative_(value < 0) {}

  constexpr Seed operator+(std::uint32_t n) const {
    Seed sum = *this;
    if (!negative_) {
      sum.magnitude_ = magnitude_ + n;
    } else if (magnitude_ > n) {
      sum.magnitude_ = magnitude_ - n;
    } else {
      sum.magnitude_ = n - magnitude_;
      sum.negative_ = false;
    }
    return sum;
  }

  constexpr std::uint64_t magnitude() const { return magnitude_; }
  /// Two's complement: what thresher::fault_fires() takes, and what a reader of the JSON number casts it to.
  constexpr std::uint64_t bits() const { return negative_ ? ~magnitude_ + 1 : magnitude_; }
  /// As str() prints it.
  void append_to(std::string& out) const;

  friend constexpr bool operator==(const Seed&, const Seed&) = default;

 private:
  std::uint64_t magnitude_;
  bool negative_;
};

}  // namespace farm
