#include "pacing/linear_rate.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/random.h"

using namespace thresher;
using namespace thresher::pacing;
using namespace std::chrono_literals;

TEST_CASE("a constant rate is evenly spaced, half a gap off the edges", "[unit][pacing]") {
  const LinearRate rate{100, 100, 1s};
  REQUIRE(rate.arrivals() == 100);
  CHECK(rate.due(1) == 5ms);
  CHECK(rate.due(2) == 15ms);
  CHECK(rate.due(100) == 995ms);
  CHECK(rate.left_over() == Approx(0).margin(1e-12));
}

TEST_CASE("a ramp up from zero follows the square root", "[unit][pacing]") {
  const LinearRate rate{0, 10, 10s};  // area t*t/2
  REQUIRE(rate.arrivals() == 50);
  for (std::int64_t n = 1; n <= 50; ++n) {
    CHECK(to_seconds(rate.due(n)) == Approx(std::sqrt(2 * (static_cast<double>(n) - 0.5))).epsilon(1e-9));
  }
}

TEST_CASE("a ramp down is a ramp up read backwards", "[unit][pacing]") {
  const LinearRate up{0, 10, 10s};
  const LinearRate down{10, 0, 10s};
  REQUIRE(down.arrivals() == up.arrivals());
  for (std::int64_t n = 1; n <= 50; ++n) {
    CHECK(to_seconds(down.due(n)) == Approx(10 - to_seconds(up.due(51 - n))).margin(1e-7));
  }
}

TEST_CASE("an hour at a very high rate keeps its gaps to the end", "[unit][pacing]") {
  const LinearRate rate{1e6, 1e6, 1h};
  REQUIRE(rate.arrivals() == 3'600'000'000);
  CHECK(rate.due(3'600'000'000) - rate.due(3'599'999'999) == 1us);
  CHECK(rate.due(3'600'000'000) < 1h);
}

TEST_CASE("a rate beyond counting ends at a number instead of overflowing", "[unit][pacing]") {
  const LinearRate rate{1e15, 1e15, 1000h};
  CHECK(rate.arrivals() == (std::int64_t{1} << 53));
  CHECK(rate.due(rate.arrivals()) <= 1000h);
}

TEST_CASE("nothing is due at rate zero, and what was owed is passed on", "[unit][pacing]") {
  for (const double owed : {-0.5, 0.0, 0.3, std::nextafter(0.5, 0.0)}) {
    const LinearRate rate{0, 0, 10s, owed};
    CHECK(rate.arrivals() == 0);
    CHECK(rate.left_over() == owed);
  }
}

TEST_CASE("stages joined together are due when one long stage would be", "[unit][pacing]") {
  const LinearRate whole{7, 7, 10s};
  std::int64_t seen = 0;
  double owed = 0;
  for (int tenth = 0; tenth < 100; ++tenth) {
    const LinearRate part{7, 7, 100ms, owed};
    for (std::int64_t n = 1; n <= part.arrivals(); ++n) {
      CHECK(std::abs((tenth * 100ms + part.due(n) - whole.due(++seen)).count()) <= 1);
    }
    owed = part.left_over();
  }
  CHECK(seen == whole.arrivals());
}

TEST_CASE("arrivals of any stage are in order, within it, and as many as its area", "[unit][pacing]") {
  RandomStream random{11, StreamPurpose::run, 0};
  for (int round = 0; round < 300; ++round) {
    const double start = random.below(3) == 0 ? 0 : random.uniform(0, 300);
    const double end = random.below(3) == 0 ? 0 : random.uniform(0, 300);
    const Nanoseconds length{static_cast<std::int64_t>(random.uniform(1, 20e9))};
    const double owed = random.uniform(-0.5, 0.5);
    CAPTURE(start, end, length.count(), owed);
    const LinearRate rate{start, end, length, owed};
    REQUIRE(std::abs(rate.area() - (start + end) / 2 * to_seconds(length)) < 1e-6);
    REQUIRE(std::abs(static_cast<double>(rate.arrivals()) + rate.left_over() - owed - rate.area()) < 1e-6);
    Nanoseconds last{};
    for (std::int64_t n = 1; n <= rate.arrivals(); ++n) {
      REQUIRE(rate.due(n) >= last);
      last = rate.due(n);
    }
    REQUIRE(last <= length);
  }
}

TEST_CASE("the rate moves in a straight line", "[unit][pacing]") {
  const LinearRate rate{10, 30, 10s};
  CHECK(rate.rate_at(0s) == Approx(10));
  CHECK(rate.rate_at(5s) == Approx(20));
  CHECK(rate.rate_at(10s) == Approx(30));
}
