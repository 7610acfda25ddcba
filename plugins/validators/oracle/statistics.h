#pragma once

#include <cstdint>
#include <vector>

namespace oracle {

struct Interval {
  double low = 0, high = 1;
};

/// Wilson's score interval at 95 % for `hits` of `trials` (E. B. Wilson, "Probable inference, the law of succession,
/// and statistical inference", JASA 22, 1927). Without trials it is [0, 1].
Interval wilson(std::uint64_t hits, std::uint64_t trials);

/// Independent draws, each with its own probability, and how many hit.
///
/// tail() is the probability of a count at least as far out as the one seen, on its side, under the probabilities
/// given: exactly, by the recurrence over draws (the binomial distribution when all probabilities are equal), for up to
/// kExact draws; beyond, by the normal approximation with continuity correction, whose error there is below 1 % of
/// anything that matters.
class Draws {
 public:
  static constexpr std::size_t kExact = 2000;

  void add(double probability, bool hit);
  std::uint64_t hits() const { return hits_; }
  std::uint64_t count() const { return count_; }
  double expected() const { return mean_; }
  double tail() const;

 private:
  double exact_tail() const;

  std::vector<double> probabilities_;  ///< of the first kExact draws
  std::uint64_t hits_ = 0, count_ = 0;
  double mean_ = 0, variance_ = 0;
};

}  // namespace oracle
