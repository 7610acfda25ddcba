#include "comparison/ranks.h"

#include <algorithm>
#include <cmath>

namespace thresher::comparison {
namespace {

/// Sums over one sample of its placements: how much of the other one lies on the far side of each observation.
struct Placements {
  double sum = 0, squares = 0;

  void add(double count, double placement) {
    sum += count * placement;
    squares += count * placement * placement;
  }
  double mean(double count) const { return sum / count; }
  double variance(double count) const {
    return count > 1 ? std::max(0.0, (squares - sum * sum / count) / (count - 1)) : 0;
  }
};

struct Walk {
  Placements first, second;
  double ties = 0;  ///< sum of t^3 - t over groups of t equal values

  Walk(const Sample& one, const Sample& other, double factor) {
    double one_below = 0, other_below = 0;
    auto a = one.points.begin();
    auto b = other.points.begin();
    while (a != one.points.end() || b != other.points.end()) {
      const bool takes_one = a != one.points.end() && (b == other.points.end() || a->value * factor <= b->value);
      const bool takes_other = b != other.points.end() && (a == one.points.end() || b->value <= a->value * factor);
      const double here = takes_one ? (a++)->count : 0, there = takes_other ? (b++)->count : 0;
      first.add(here, (other.count - other_below - there / 2) / other.count);
      second.add(there, (one_below + here / 2) / one.count);
      const double tied = here + there;
      ties += tied * tied * tied - tied;
      one_below += here;
      other_below += there;
    }
  }
};

}  // namespace

RankTest rank_test(const Sample& first, const Sample& second, double factor, DesignEffects effects) {
  const Walk walk(first, second, factor);
  const double n = first.count / effects.first, m = second.count / effects.second, all = first.count + second.count;
  const double tie_factor = all > 1 ? std::max(0.0, 1 - walk.ties / (all * all * all - all)) : 0;
  const double equal_shapes = (n + m + 1) / (12 * n * m) * tie_factor;
  const double any_shapes = walk.first.variance(first.count) / n + walk.second.variance(second.count) / m;
  RankTest test;
  test.slower_probability = walk.second.mean(second.count);
  test.standard_error = std::sqrt(std::max(equal_shapes, any_shapes));
  if (test.standard_error > 0) test.z = (test.slower_probability - 0.5) / test.standard_error;
  return test;
}

}  // namespace thresher::comparison
