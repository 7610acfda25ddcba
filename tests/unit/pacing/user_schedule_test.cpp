#include "pacing/user_schedule.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/random.h"

using namespace thresher;
using namespace thresher::pacing;
using namespace std::chrono_literals;

namespace {

/// Every change of the schedule, found by next_change from the beginning.
std::vector<std::pair<Nanoseconds, std::uint64_t>> changes_of(const UserSchedule& schedule) {
  std::vector<std::pair<Nanoseconds, std::uint64_t>> changes;
  for (auto at = schedule.next_change(0s); at != Nanoseconds::max(); at = schedule.next_change(at)) {
    changes.emplace_back(at, schedule.users_at(at));
  }
  return changes;
}

}  // namespace

TEST_CASE("ten users at one per second join as in Locust", "[unit][pacing]") {
  const UserSchedule schedule{{{10s, 10}, {290s, 10}}};
  for (int second = 0; second < 10; ++second) {
    CHECK(schedule.users_at(second * 1s) == static_cast<std::uint64_t>(second) + 1);
    if (second > 0) CHECK(schedule.users_at(second * 1s - 1ns) == static_cast<std::uint64_t>(second));
  }
  CHECK(schedule.users_at(299s) == 10);
  CHECK(schedule.users_at(1000s) == 10);
  CHECK(schedule.length() == 300s);
  CHECK(schedule.most_users() == 10);
  CHECK(changes_of(schedule).size() == 9);
  CHECK(changes_of(schedule).back().first == 9s);
}

TEST_CASE("a ramp down lets a user go at the end of each step", "[unit][pacing]") {
  const UserSchedule schedule{{{0s, 4}, {4s, 0}}};
  CHECK(schedule.users_at(0s) == 4);
  CHECK(schedule.users_at(1s - 1ns) == 4);
  CHECK(schedule.users_at(1s) == 3);
  CHECK(schedule.users_at(4s - 1ns) == 1);
  CHECK(schedule.users_at(4s) == 0);
  CHECK(schedule.most_users() == 4);
}

TEST_CASE("jumps happen at once, and only the last of several counts", "[unit][pacing]") {
  const UserSchedule schedule{{{0s, 7}, {0s, 3}, {10s, 3}, {0s, 8}, {10s, 8}, {0s, 2}}};
  CHECK(schedule.users_at(0s) == 3);
  CHECK(schedule.users_at(10s - 1ns) == 3);
  CHECK(schedule.users_at(10s) == 8);
  CHECK(schedule.users_at(20s) == 2);
  CHECK(schedule.most_users() == 8);
  CHECK(schedule.next_change(0s) == 10s);
  CHECK(schedule.next_change(10s) == 20s);
  CHECK(schedule.next_change(20s) == Nanoseconds::max());
}

TEST_CASE("a schedule without stages has nobody, one of a single jump has its users for ever", "[unit][pacing]") {
  const UserSchedule nobody{{}};
  CHECK(nobody.users_at(0s) == 0);
  CHECK(nobody.next_change(0s) == Nanoseconds::max());
  const UserSchedule everybody{{{0s, 5}}};
  CHECK(everybody.users_at(0s) == 5);
  CHECK(everybody.users_at(1000h) == 5);
  CHECK(everybody.most_users() == 5);
  CHECK(everybody.length() == 0s);
}

TEST_CASE("targets that are not whole users are rounded", "[unit][pacing]") {
  const UserSchedule schedule{{{0s, 2.5}, {1s, 0.4}}};
  CHECK(schedule.users_at(0s) == 3);
  CHECK(schedule.users_at(1s) == 0);
}

TEST_CASE("a ramp of a million users in a nanosecond, or over a year, is exact", "[unit][pacing]") {
  const UserSchedule brief{{{1ns, 1'000'000}}};
  CHECK(brief.users_at(1ns) == 1'000'000);
  CHECK(brief.next_change(0ns) == 1ns);
  CHECK(brief.next_change(1ns) == Nanoseconds::max());

  const UserSchedule slow{{{8760h, 1'000'000}}};
  const auto step = 8760h / 1'000'000.0;
  CHECK(slow.users_at(4380h) == 500'001);
  CHECK(slow.users_at(8760h - 1ns) == 1'000'000);
  CHECK(to_seconds(slow.next_change(0ns)) == Approx(std::chrono::duration<double>(step).count()));
}

TEST_CASE("next_change finds every change and nothing else, over any shape", "[unit][pacing]") {
  RandomStream random{8, StreamPurpose::run, 0};
  for (int round = 0; round < 200; ++round) {
    std::vector<UserStage> stages;
    for (std::uint64_t i = 0, count = 1 + random.below(6); i < count; ++i) {
      const auto length = random.below(4) == 0 ? 0ns : Nanoseconds{static_cast<std::int64_t>(1 + random.below(60))};
      stages.push_back({length, static_cast<double>(random.below(40))});
    }
    const UserSchedule schedule{stages};
    // Nanosecond by nanosecond, as a person would look it up in a table.
    std::vector<std::pair<Nanoseconds, std::uint64_t>> expected;
    std::uint64_t users = schedule.users_at(0ns), most = users;
    for (Nanoseconds at = 1ns; at <= schedule.length(); ++at) {
      if (schedule.users_at(at) != users) expected.emplace_back(at, users = schedule.users_at(at));
      most = std::max(most, users);
    }
    REQUIRE(changes_of(schedule) == expected);
    REQUIRE(schedule.users_at(schedule.length()) == static_cast<std::uint64_t>(stages.back().target_users));
    REQUIRE(most <= schedule.most_users());
  }
}

TEST_CASE("the number of users stays within one of the straight line", "[unit][pacing]") {
  const UserSchedule schedule{{{0s, 20}, {13s, 97}, {17s, 5}}};
  for (Nanoseconds at = 0s; at < 30s; at += 7ms) {
    const double t = to_seconds(at);
    const double line = t < 13 ? 20 + 77 * t / 13 : 97 - 92 * (t - 13) / 17;
    REQUIRE(std::abs(static_cast<double>(schedule.users_at(at)) - line) <= 1);
  }
}
