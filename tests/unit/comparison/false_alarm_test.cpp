// How often a verdict is wrong, counted.
#include <catch2/catch.hpp>

#include "comparison/comparison.h"
#include "comparison/distributions.h"
#include "unit/comparison/runs.h"

using namespace thresher;
using namespace thresher::comparison;

namespace {

constexpr int kPairs = 1000;

struct Alarms {
  int worse = 0, better = 0, naive = 0;
};

/// Over pairs that differ in nothing but their draws. `naive`: how often Mann and Whitney's test by the textbook would
/// have called one different at 5 %.
Alarms alarms_of(MadeUp how, const Settings& settings) {
  Alarms alarms;
  for (int pair = 0; pair < kPairs; ++pair) {
    how.number = static_cast<std::uint64_t>(2 * pair + 1);
    const MeasuredRun first = made_up(how);
    ++how.number;
    const MeasuredRun second = made_up(how);
    const Comparison comparison = compare(first, second, settings);
    alarms.worse += comparison.count(Word::worse) > 0 ? 1 : 0;
    alarms.better += comparison.count(Word::better) > 0 ? 1 : 0;
    const RankTest test = rank_test(Sample(*first.endpoints[0].durations), Sample(*second.endpoints[0].durations));
    alarms.naive += 2 * normal_above(std::abs(test.z)) < 0.05 ? 1 : 0;
  }
  return alarms;
}

}  // namespace

TEST_CASE("of a thousand pairs from one distribution no more are called different than stated", "[unit][comparison]") {
  // No margin at all: any change counts. Each direction may err in 2.5 % of the pairs, over ten figures each.
  const Alarms alarms = alarms_of({.seconds = 15, .per_second = 40, .failure_ratio = 0.05},
                                  {.margin = 0, .failure_margin = 0, .confidence = 0.95});
  CAPTURE(alarms.worse, alarms.better, alarms.naive);
  CHECK(alarms.worse <= 25);
  CHECK(alarms.better <= 25);
  CHECK(alarms.naive > 20);  // the pairs do differ by chance
}

TEST_CASE("requests that share their second's weather raise no more alarms", "[unit][comparison]") {
  const Alarms alarms =
      alarms_of({.seconds = 20, .per_second = 30, .weather = 0.3}, {.margin = 0, .failure_margin = 0});
  CAPTURE(alarms.worse, alarms.better, alarms.naive);
  CHECK(alarms.worse <= 25 + 15);  // three standard deviations of a count of 25
  CHECK(alarms.better <= 25 + 15);
  CHECK(alarms.naive > 300);  // what the textbook's test would have said of the same pairs
}
