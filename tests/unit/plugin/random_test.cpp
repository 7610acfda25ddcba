#include "thresher/random.hpp"

#include <catch2/catch.hpp>
#include <set>

using thresher::Random;

TEST_CASE("the same keys give the same draws, for ever", "[plugin][sdk]") {
  // Frozen: a change here changes every seeded stand-in that people have.
  Random random(7, 8007, 3);
  CHECK(random.next() == 0x91b42030118c0f81U);
  CHECK(Random(7, 8007, 3).uniform() == Approx(0.5691547506).epsilon(1e-9));
}

TEST_CASE("neighbouring keys share nothing", "[plugin][sdk]") {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (std::uint64_t key = 0; key < 10; ++key)
      for (std::uint64_t second = 0; second < 10; ++second) seen.insert(Random(seed, key, second).next());
  CHECK(seen.size() == 1000);
}

TEST_CASE("uniform draws fill their interval evenly", "[plugin][sdk]") {
  Random random(1);
  int counts[10] = {};
  for (int i = 0; i < 100'000; ++i) ++counts[static_cast<int>(random.uniform() * 10)];
  for (const int count : counts) CHECK(count == Approx(10'000).margin(400));  // four standard deviations
  for (int i = 0; i < 1000; ++i) CHECK(random.below(3) < 3);
}

TEST_CASE("a log-normal draw has the mean and deviation asked for", "[plugin][sdk]") {
  for (const auto& [mean, deviation] : {std::pair{50.0, 10.0}, std::pair{500.0, 300.0}, std::pair{2000.0, 1500.0}}) {
    Random random(2);
    constexpr int kDraws = 200'000;
    double sum = 0, squares = 0, least = mean;
    for (int i = 0; i < kDraws; ++i) {
      const double draw = random.log_normal(mean, deviation);
      sum += draw;
      squares += draw * draw;
      least = std::min(least, draw);
    }
    const double seen = sum / kDraws;
    CHECK(least > 0);
    CHECK(seen == Approx(mean).epsilon(0.01));
    CHECK(std::sqrt(squares / kDraws - seen * seen) == Approx(deviation).epsilon(0.03));
  }
  CHECK(Random(2).log_normal(50, 0) == 50);
  CHECK(Random(2).log_normal(0, 10) == 0);
}
