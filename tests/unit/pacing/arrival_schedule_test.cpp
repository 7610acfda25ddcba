#include "pacing/arrival_schedule.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace thresher;
using namespace thresher::pacing;
using namespace std::chrono_literals;

namespace {

using Arrival = ArrivalSchedule::Arrival;

std::vector<Arrival> all_of(ArrivalSchedule schedule) {
  std::vector<Arrival> all;
  for (Arrival arrival = schedule.next(); arrival.due != Nanoseconds::max(); arrival = schedule.next()) {
    all.push_back(arrival);
  }
  return all;
}

std::vector<RateStage> constant(double per_s, Nanoseconds length) { return {{0s, per_s}, {length, per_s}}; }

double area_of(const std::vector<RateStage>& stages) {
  double area = 0, rate = 0;
  for (const auto& stage : stages) {
    area += (rate + stage.target_per_s) / 2 * to_seconds(stage.duration);
    rate = stage.target_per_s;
  }
  return area;
}

/// A shape with everything in it: ramps, holds, jumps, silence, stages shorter than a gap.
std::vector<RateStage> any_shape(RandomStream& random) {
  std::vector<RateStage> stages;
  for (std::uint64_t i = 0, count = 1 + random.below(8); i < count; ++i) {
    const double target = random.below(3) == 0 ? 0 : random.uniform(0, 200);
    const bool jump = random.below(4) == 0;
    const double longest = random.below(3) == 0 ? 5e6 : 5e9;
    stages.push_back({jump ? 0ns : Nanoseconds{static_cast<std::int64_t>(random.uniform(1, longest))}, target});
  }
  return stages;
}

void require_sorted(const std::vector<Arrival>& arrivals, Nanoseconds length) {
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    REQUIRE(arrivals[i].due >= (i == 0 ? 0ns : arrivals[i - 1].due));
    REQUIRE(arrivals[i].due <= length);
  }
}

}  // namespace

TEST_CASE("a constant rate gives its arrivals evenly", "[unit][pacing]") {
  const auto all = all_of({constant(100, 60s), false, 1});
  REQUIRE(all.size() == 6000);
  CHECK(all[0].number == 0);
  CHECK(all[0].due == 5ms);
  CHECK(all[1].due == 15ms);
  CHECK(all[5999].number == 5999);
  CHECK(all[5999].due == 59'995ms);
}

TEST_CASE("after the last arrival there is none, however often one asks", "[unit][pacing]") {
  for (const bool poisson : {false, true}) {
    ArrivalSchedule schedule{constant(3, 1s), poisson, 1};
    while (schedule.next().due != Nanoseconds::max()) continue;
    CHECK(schedule.next().due == Nanoseconds::max());
    CHECK(schedule.next().due == Nanoseconds::max());
  }
}

TEST_CASE("a shape of nothing, of jumps, or of silence has no arrivals", "[unit][pacing]") {
  for (const bool poisson : {false, true}) {
    CHECK(all_of({{}, poisson, 1}).empty());
    CHECK(all_of({{{0s, 100}, {0s, 5}}, poisson, 1}).empty());
    CHECK(all_of({{{10s, 0}, {5s, 0}}, poisson, 1}).empty());
  }
}

TEST_CASE("even arrivals are as many as the area, over any shape", "[unit][pacing]") {
  RandomStream random{5, StreamPurpose::run, 0};
  for (int round = 0; round < 200; ++round) {
    const auto stages = any_shape(random);
    const ArrivalSchedule schedule{stages, false, 1};
    const auto all = all_of(schedule);
    REQUIRE(std::abs(static_cast<double>(all.size()) - area_of(stages)) <= 0.5 + 1e-6);
    require_sorted(all, schedule.length());
  }
}

TEST_CASE("silence in the middle delays the rest and loses nothing", "[unit][pacing]") {
  const auto all = all_of({{{0s, 10}, {1'050ms, 10}, {0s, 0}, {10s, 0}, {0s, 10}, {1'050ms, 10}}, false, 1});
  REQUIRE(all.size() == 21);
  CHECK(all[9].due == 950ms);
  CHECK(std::abs((all[10].due - 1'050ms).count()) <= 1);  // due just as the silence begins
  CHECK(std::abs((all[11].due - 11'150ms).count()) <= 1);
}

TEST_CASE("the workers together make exactly what one worker makes", "[unit][pacing]") {
  RandomStream random{6, StreamPurpose::run, 0};
  for (int round = 0; round < 60; ++round) {
    const bool poisson = round % 2 == 1;
    const auto stages = any_shape(random);
    const auto alone = all_of({stages, poisson, 9});
    const unsigned workers = 2 + static_cast<unsigned>(random.below(6));
    std::vector<Arrival> together;
    for (unsigned worker = 0; worker < workers; ++worker) {
      for (const auto& arrival : all_of({stages, poisson, 9, worker, workers})) {
        REQUIRE(arrival.number % workers == worker);
        together.push_back(arrival);
      }
    }
    std::sort(together.begin(), together.end(), [](auto& a, auto& b) { return a.number < b.number; });
    REQUIRE(together.size() == alone.size());
    for (std::size_t i = 0; i < alone.size(); ++i) {
      REQUIRE(together[i].number == i);
      REQUIRE(alone[i].number == i);
      REQUIRE(together[i].due == alone[i].due);
    }
  }
}

TEST_CASE("Poisson arrivals have exponential gaps with the rate's mean", "[unit][pacing]") {
  const auto all = all_of({constant(1000, 100s), true, 3});
  require_sorted(all, 100s);
  double sum = 0, squares = 0;
  std::size_t longer_than_mean = 0;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const double gap = to_milliseconds(all[i].due - all[i - 1].due);
    sum += gap;
    squares += gap * gap;
    if (gap > 1) ++longer_than_mean;
  }
  const auto gaps = static_cast<double>(all.size() - 1);
  CHECK(sum / gaps == Approx(1.0).epsilon(0.02));
  CHECK(squares / gaps - (sum / gaps) * (sum / gaps) == Approx(1.0).epsilon(0.04));
  CHECK(static_cast<double>(longer_than_mean) / gaps == Approx(std::exp(-1.0)).epsilon(0.02));
}

TEST_CASE("Poisson counts vary as much as their mean, on ramps too", "[unit][pacing]") {
  const std::vector<RateStage> stages{{2s, 40}, {1s, 0}, {3s, 0}, {0s, 30}, {1s, 30}};  // area 40 + 20 + 0 + 30
  double sum = 0, squares = 0, on_the_way_up = 0;
  constexpr int kRuns = 4000;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    const auto all = all_of({stages, true, seed});
    require_sorted(all, 7s);
    for (const auto& arrival : all) {
      REQUIRE_FALSE((arrival.due > 3s && arrival.due < 6s));
      if (arrival.due < 1s) on_the_way_up += 1;
    }
    sum += static_cast<double>(all.size());
    squares += static_cast<double>(all.size() * all.size());
  }
  const double mean = sum / kRuns;
  CHECK(mean == Approx(90).epsilon(0.01));
  CHECK(squares / kRuns - mean * mean == Approx(90).epsilon(0.1));
  CHECK(on_the_way_up / kRuns == Approx(10).epsilon(0.03));
}

TEST_CASE("another seed gives other Poisson arrivals, the same seed the same", "[unit][pacing]") {
  const auto first = all_of({constant(50, 2s), true, 1});
  const auto again = all_of({constant(50, 2s), true, 1});
  const auto other = all_of({constant(50, 2s), true, 2});
  REQUIRE(first.size() == again.size());
  CHECK(first.front().due == again.front().due);
  CHECK(first.back().due == again.back().due);
  CHECK(first.front().due != other.front().due);
}

TEST_CASE("a very large rate is served in order", "[unit][pacing]") {
  for (const bool poisson : {false, true}) {
    ArrivalSchedule schedule{{{1s, 2e9}}, poisson, 1};
    Nanoseconds last{};
    for (int i = 0; i < 200'000; ++i) {
      const auto arrival = schedule.next();
      REQUIRE(arrival.due >= last);
      last = arrival.due;
    }
    CHECK(static_cast<double>(last.count()) == Approx(1e9 * std::sqrt(200'000 / 1e9)).epsilon(0.01));
  }
}

TEST_CASE("the schedule knows its length and its rate at any moment", "[unit][pacing]") {
  const ArrivalSchedule schedule{{{0s, 10}, {10s, 10}, {10s, 30}, {0s, 0}, {5s, 0}}, false, 1};
  CHECK(schedule.length() == 25s);
  CHECK(schedule.rate_at(0s) == Approx(10));
  CHECK(schedule.rate_at(9s) == Approx(10));
  CHECK(schedule.rate_at(15s) == Approx(20));
  CHECK(schedule.rate_at(20s) == 0);
  CHECK(schedule.rate_at(100s) == 0);
}
