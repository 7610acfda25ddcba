#include "store/distribution_shift.h"

#include <cmath>
#include <vector>

namespace thresher::store {
namespace {

constexpr std::uint64_t kCountLeast = 20;
constexpr double kZLeast = 4;
constexpr double kCliffLeast = 0.147;

/// What a walk over both histograms' buckets in ascending order adds up.
struct Sums {
  double slower = 0;  ///< pairs in which the second is longer, equal ones counting half
  double ties = 0;    ///< sum of t^3 - t over groups of t equal values
};

Sums walk(const std::vector<metrics::Histogram::Bucket>& first, const std::vector<metrics::Histogram::Bucket>& second) {
  Sums sums;
  double first_below = 0;
  auto one = first.begin();
  auto other = second.begin();
  while (one != first.end() || other != second.end()) {
    const bool takes_one = one != first.end() && (other == second.end() || one->lowest <= other->lowest);
    const bool takes_other = other != second.end() && (one == first.end() || other->lowest <= one->lowest);
    const double here = takes_one ? static_cast<double>((one++)->count) : 0;
    const double there = takes_other ? static_cast<double>((other++)->count) : 0;
    sums.slower += there * (first_below + here / 2);
    sums.ties += std::pow(here + there, 3) - (here + there);
    first_below += here;
  }
  return sums;
}

}  // namespace

std::string_view name_of(DistributionShift::Word word) {
  switch (word) {
    case DistributionShift::Word::same:
      return "same";
    case DistributionShift::Word::faster:
      return "faster";
    case DistributionShift::Word::slower:
      return "slower";
    case DistributionShift::Word::too_few:
      return "too few";
  }
  return "?";
}

DistributionShift shift_between(const metrics::Histogram& first, const metrics::Histogram& second) {
  DistributionShift shift;
  if (first.count() < kCountLeast || second.count() < kCountLeast) return shift;
  const Sums sums = walk(first.buckets(), second.buckets());
  const auto n = static_cast<double>(first.count()), m = static_cast<double>(second.count());
  const double all = n + m;
  const double variance = n * m / 12 * ((all + 1) - sums.ties / (all * (all - 1)));
  shift.slower_probability = sums.slower / (n * m);
  if (variance > 0) shift.z = (sums.slower - n * m / 2) / std::sqrt(variance);
  const double cliff = 2 * shift.slower_probability - 1;
  const bool matters = std::abs(shift.z) >= kZLeast && std::abs(cliff) >= kCliffLeast;
  shift.word = !matters    ? DistributionShift::Word::same
               : cliff > 0 ? DistributionShift::Word::slower
                           : DistributionShift::Word::faster;
  return shift;
}

}  // namespace thresher::store
