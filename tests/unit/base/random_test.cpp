#include "base/random.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

using namespace thresher;

namespace {

struct Moments {
  double mean = 0, variance = 0;
};

template <class Draw>
Moments moments_of(Draw draw, int count = 200'000) {
  double sum = 0, squares = 0;
  for (int i = 0; i < count; ++i) {
    const double x = draw();
    sum += x;
    squares += x * x;
  }
  const double mean = sum / count;
  return {mean, squares / count - mean * mean};
}

}  // namespace

TEST_CASE("the same key gives the same draws for ever", "[unit][base]") {
  // From a second implementation, in Python. They are a promise: a seed printed by an old run must replay in a new
  // version.
  RandomStream stream{42, StreamPurpose::user, 7};
  CHECK(stream.next() == 0x44304ccee5a9f062U);
  CHECK(stream.next() == 0xaafbff35a5f646b8U);
  CHECK(stream.next() == 0xace12d171188a486U);
}

TEST_CASE("keys that differ in seed, purpose or number give different streams", "[unit][base]") {
  std::set<std::uint64_t> firsts;
  std::size_t keys = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const auto purpose : {StreamPurpose::user, StreamPurpose::arrival, StreamPurpose::pacing,
                               StreamPurpose::stand_in, StreamPurpose::run}) {
      for (std::uint64_t number = 0; number < 100; ++number, ++keys) {
        firsts.insert(RandomStream{seed, purpose, number}.next());
      }
    }
  }
  CHECK(firsts.size() == keys);
}

TEST_CASE("the first draws of neighbouring users are not related", "[unit][base]") {
  std::uint64_t number = 0;
  const auto first = moments_of([&] { return RandomStream{1, StreamPurpose::user, number++}.uniform(); });
  CHECK(first.mean == Approx(0.5).margin(0.003));
  CHECK(first.variance == Approx(1.0 / 12).margin(0.001));
}

TEST_CASE("uniform draws fill their interval and never reach its end", "[unit][base]") {
  RandomStream stream{1, StreamPurpose::run, 0};
  double low = 1, high = 0;
  const auto all = moments_of([&] {
    const double x = stream.uniform();
    low = std::min(low, x);
    high = std::max(high, x);
    return x;
  });
  CHECK(low >= 0);
  CHECK(high < 1);
  CHECK(all.mean == Approx(0.5).margin(0.003));
  CHECK(all.variance == Approx(1.0 / 12).margin(0.001));
  for (int i = 0; i < 1000; ++i) {
    const double narrow = stream.uniform(1.0, std::nextafter(1.0, 2.0));
    REQUIRE(narrow == 1.0);
  }
  CHECK(stream.uniform(3, 3) == 3);
  CHECK(stream.uniform(3, 2) == 3);
}

TEST_CASE("below gives every value equally often", "[unit][base]") {
  RandomStream stream{1, StreamPurpose::run, 1};
  std::array<int, 7> seen{};
  constexpr int kDraws = 70'000;
  for (int i = 0; i < kDraws; ++i) ++seen.at(stream.below(7));
  for (const int count : seen) CHECK(count == Approx(kDraws / 7).epsilon(0.05));
  CHECK(stream.below(1) == 0);
  // A bound just over half of the range is where a biased method would show: the lower half would be drawn twice as
  // often.
  const std::uint64_t bound = (1ULL << 63) + (1ULL << 62);
  int lower = 0;
  for (int i = 0; i < 30'000; ++i) lower += stream.below(bound) < (bound / 3) ? 1 : 0;
  CHECK(lower == Approx(10'000).epsilon(0.05));
}

TEST_CASE("exponential draws have mean and spread alike and are never zero", "[unit][base]") {
  RandomStream stream{1, StreamPurpose::arrival, 0};
  double least = 1;
  const auto all = moments_of([&] {
    const double x = stream.exponential(2.0);
    least = std::min(least, x);
    return x;
  });
  CHECK(least > 0);
  CHECK(all.mean == Approx(2.0).epsilon(0.02));
  CHECK(all.variance == Approx(4.0).epsilon(0.04));
}

TEST_CASE("normal draws have the mean and deviation asked for", "[unit][base]") {
  RandomStream stream{1, StreamPurpose::stand_in, 0};
  const auto all = moments_of([&] { return stream.normal(10, 3); });
  CHECK(all.mean == Approx(10).margin(0.05));
  CHECK(all.variance == Approx(9).epsilon(0.03));
}
