#include <catch2/catch.hpp>

#include "engine/load_clock.h"
#include "engine/reading_round.h"
#include "engine/share.h"
#include "engine/think_times.h"
#include "engine/watchdog.h"

using namespace thresher;
using namespace thresher::engine;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<WorkerReading> reading_of(unsigned worker) {
  auto reading = std::make_shared<WorkerReading>();
  reading->worker = worker;
  return reading;
}

}  // namespace

TEST_CASE("shares of any number over any workers add up to it", "[unit][engine]") {
  for (unsigned workers = 1; workers <= 7; ++workers) {
    for (std::uint64_t count : {0ULL, 1ULL, 5ULL, 100ULL, 12'345ULL}) {
      std::uint64_t users = 0;
      for (unsigned w = 0; w < workers; ++w) users += share_of(count, w, workers);
      CHECK(users == count);
      for (std::uint64_t of_users : {1ULL, 3ULL, 10ULL, 1000ULL}) {
        std::uint64_t iterations = 0;
        for (unsigned w = 0; w < workers; ++w) {
          const std::uint64_t part = share_by_users(count, of_users, w, workers);
          if (share_of(of_users, w, workers) == 0) CHECK(part == 0);
          iterations += part;
        }
        CHECK(iterations == count);
      }
    }
  }
}

TEST_CASE("shared iterations go where the users are", "[unit][engine]") {
  CHECK(share_by_users(90, 3, 0, 2) == 60);
  CHECK(share_by_users(90, 3, 1, 2) == 30);
  CHECK(share_by_users(~0ULL, 2, 0, 2) + share_by_users(~0ULL, 2, 1, 2) == ~0ULL);  // without overflowing
}

TEST_CASE("a round is complete when all asked have answered", "[unit][engine]") {
  ReadingRound round{3};
  CHECK(round.begin() == std::vector<unsigned>{0, 1, 2});
  round.add(reading_of(2));
  round.add(reading_of(0));
  CHECK_FALSE(round.complete());
  round.add(reading_of(1));
  CHECK(round.complete());
  const auto readings = round.take();
  REQUIRE(readings.size() == 3);
  for (unsigned i = 0; i < 3; ++i) CHECK(readings[i]->worker == i);  // whoever was first
}

TEST_CASE("a worker that does not answer is late, not asked twice, and merged when it comes", "[unit][engine]") {
  ReadingRound round{2};
  round.begin();
  round.add(reading_of(0));
  CHECK_FALSE(round.complete());
  CHECK(round.take().size() == 1);
  CHECK(round.begin() == std::vector<unsigned>{0});
  CHECK(round.late() == std::vector<std::uint64_t>{0, 1});
  round.add(reading_of(0));
  round.add(reading_of(1));
  CHECK(round.complete());
  CHECK(round.take().size() == 2);
  CHECK(round.begin() == std::vector<unsigned>{0, 1});
}

TEST_CASE("a worker that is gone owes nothing", "[unit][engine]") {
  ReadingRound round{2};
  round.begin();
  round.add(reading_of(0));
  round.gone(1);
  CHECK(round.complete());
  round.take();
  CHECK(round.begin() == std::vector<unsigned>{0});
}

TEST_CASE("the watchdog asks once to break a script, and then gives up once", "[unit][engine]") {
  using Finding = Watchdog::Finding;
  Watchdog dog{10s, 2};
  const TimePoint start{};
  CHECK(dog.look(0, 7, start) == Finding::fine);
  CHECK(dog.look(1, 8, start) == Finding::fine);
  CHECK(dog.look(0, 7, start + 10s) == Finding::fine);
  CHECK(dog.look(0, 7, start + 10s + 1ns) == Finding::break_script);
  CHECK(dog.look(0, 7, start + 20s) == Finding::fine);
  CHECK(dog.look(0, 7, start + 21s) == Finding::stuck);
  CHECK(dog.look(0, 7, start + 60s) == Finding::fine);
  CHECK(dog.look(1, 8, start + 60s) == Finding::fine);  // even: it waits, and may wait for ever
}

TEST_CASE("a script that comes back in time resets the watchdog", "[unit][engine]") {
  Watchdog dog{10s, 1};
  const TimePoint start{};
  CHECK(dog.look(0, 1, start) == Watchdog::Finding::fine);
  CHECK(dog.look(0, 3, start + 9s) == Watchdog::Finding::fine);
  CHECK(dog.look(0, 3, start + 18s) == Watchdog::Finding::fine);
  CHECK(dog.look(0, 3, start + 20s) == Watchdog::Finding::break_script);
  CHECK(dog.look(0, 4, start + 21s) == Watchdog::Finding::fine);
  CHECK(dog.look(0, 5, start + 22s) == Watchdog::Finding::fine);
  CHECK(dog.look(0, 5, start + 33s) == Watchdog::Finding::break_script);
}

TEST_CASE("users due at the same moment come in the order of their numbers", "[unit][engine]") {
  ThinkTimes times;
  for (UserIndex user : {5U, 1U, 3U}) times.push(TimePoint{} + 1s, user);
  times.push(TimePoint{} + 500ms, 9);
  CHECK(times.next_due() == TimePoint{} + 500ms);
  for (UserIndex user : {9U, 1U, 3U, 5U}) CHECK(times.pop().user == user);
  CHECK(times.next_due() == TimePoint::max());
}

TEST_CASE("a load clock stands still while paused", "[unit][engine]") {
  LoadClock clock;
  const TimePoint start{100s};
  clock.start(start);
  CHECK(clock.offset(start + 5s) == 5s);
  clock.pause(start + 5s);
  CHECK(clock.offset(start + 50s) == 5s);
  CHECK(clock.resume(start + 60s) == 55s);
  CHECK(clock.offset(start + 61s) == 6s);
  CHECK(clock.at(6s) == start + 61s);
  CHECK(clock.at(Nanoseconds::max()) == TimePoint::max());
}
