#include "proxy/schedule.h"

#include <catch2/catch.hpp>
#include <set>

namespace thresher::proxy {

using namespace std::chrono_literals;

TEST_CASE("a schedule nobody wrote is always on", "[proxy]") {
  const Windows windows({}, 1);
  CHECK(windows.at(0s).open);
  CHECK(windows.at(0s).next == Nanoseconds::max());
  CHECK(windows.at(1000h).open);
}

TEST_CASE("one window opens and closes to the nanosecond", "[proxy]") {
  const Windows windows({.from = 2s, .to = 5s}, 1);
  CHECK_FALSE(windows.at(2s - 1ns).open);
  CHECK(windows.at(1s).next == 2s);
  CHECK(windows.at(2s).open);
  CHECK(windows.at(2s).next == 5s);
  CHECK_FALSE(windows.at(5s).open);
  CHECK(windows.at(5s).next == Nanoseconds::max());
}

TEST_CASE("windows repeat without drift", "[proxy]") {
  const Windows windows({.from = 10s, .to = 12s, .every = 60s}, 1);
  for (int minute = 0; minute < 1000; ++minute) {
    const Nanoseconds opens = 10s + minute * 60s;
    CHECK_FALSE(windows.at(opens - 1ns).open);
    CHECK(windows.at(opens - 1ns).next == opens);
    CHECK(windows.at(opens).open);
    CHECK(windows.at(opens).next == opens + 2s);
    CHECK_FALSE(windows.at(opens + 2s).open);
    CHECK(windows.at(opens + 2s).next == opens + 60s);
  }
}

TEST_CASE("spread moves every window by its own draw, the same for the same seed", "[proxy]") {
  const Schedule schedule{.from = 1s, .to = 3s, .every = 20s, .spread = 10s};
  const Windows windows(schedule, 7), again(schedule, 7), other(schedule, 8);
  std::set<Nanoseconds> shifts;
  bool differs = false;
  for (int i = 0; i < 50; ++i) {
    const Nanoseconds begin = 1s + i * 20s;
    const auto moment = windows.at(begin);
    const Nanoseconds opens = moment.open ? begin : moment.next;
    shifts.insert(opens - begin);
    CHECK(opens - begin < 10s);
    CHECK(windows.at(opens).open);
    CHECK(windows.at(opens).next == opens + 2s);
    CHECK(again.at(begin).next == moment.next);
    differs = differs || other.at(begin).next != moment.next;
  }
  CHECK(shifts.size() > 45);
  CHECK(differs);
}

TEST_CASE("a schedule that makes no sense is refused with its reason", "[proxy]") {
  CHECK(check({}).has_value());
  CHECK(check({.from = 5s, .to = 5s}).error().message == "to (5s) must come after from (5s)");
  CHECK(check({.from = -1s}).error().message == "from, to, every and spread are seconds, 0 or more");
  CHECK(check({.every = 10s}).error().message == "windows that repeat (every) need an end: to");
  CHECK(check({.from = 0s, .to = 8s, .every = 10s, .spread = 3s}).error().message ==
        "a window of 11s (with its spread) does not fit into every 10s");
}

}  // namespace thresher::proxy
