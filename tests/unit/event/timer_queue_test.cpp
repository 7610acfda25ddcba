#include "event/timer_queue.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/random.h"

using namespace thresher;
using namespace std::chrono_literals;
using event::Timer;
using event::TimerQueue;

namespace {
constexpr TimePoint at(Nanoseconds since_start) { return TimePoint{} + 1s + since_start; }
}  // namespace

TEST_CASE("timers fire by due time, and at the same instant in the order they were started", "[event]") {
  TimerQueue queue;
  std::string fired;
  Timer a(queue, [&](TimePoint) { fired += 'a'; });
  Timer b(queue, [&](TimePoint) { fired += 'b'; });
  Timer c(queue, [&](TimePoint) { fired += 'c'; });
  c.start_at(at(5ms));
  b.start_at(at(5ms));
  a.start_at(at(7ms));
  CHECK(queue.next_due() == at(5ms));
  CHECK(queue.fire_due(at(5ms) - 1ns) == 0);
  CHECK(queue.fire_due(at(5ms)) == 2);
  CHECK(fired == "cb");
  CHECK(queue.fire_due(at(1h)) == 1);
  CHECK(fired == "cba");
  CHECK(queue.next_due() == TimePoint::max());
}

TEST_CASE("a callback is given the tick's reading, not its own due time", "[event]") {
  TimerQueue queue;
  TimePoint seen{};
  Timer timer(queue, [&](TimePoint now) { seen = now; });
  timer.start_at(at(1ms));
  queue.fire_due(at(9ms));
  CHECK(seen == at(9ms));
  CHECK(timer.due() == at(1ms));
}

TEST_CASE("starting an armed timer moves it behind those already due then", "[event]") {
  TimerQueue queue;
  std::string fired;
  Timer a(queue, [&](TimePoint) { fired += 'a'; });
  Timer b(queue, [&](TimePoint) { fired += 'b'; });
  a.start_at(at(1ms));
  b.start_at(at(3ms));
  a.start_at(at(3ms));
  CHECK(queue.armed() == 2);
  queue.fire_due(at(3ms));
  CHECK(fired == "ba");
  b.start_at(at(9ms));
  a.start_at(at(9ms));
  a.start_at(at(8ms));  // and forward
  queue.fire_due(at(9ms));
  CHECK(fired == "baab");
}

TEST_CASE("a cancelled, destroyed or never-due timer does not fire", "[event]") {
  TimerQueue queue;
  int fired = 0;
  const auto count = [&](TimePoint) { ++fired; };
  Timer cancelled(queue, count);
  Timer never(queue, count);
  cancelled.start_at(at(1ms));
  cancelled.cancel();
  never.start_at(at(1ms));
  never.start_at(TimePoint::max());
  {
    Timer destroyed(queue, count);
    destroyed.start_at(at(1ms));
  }
  CHECK_FALSE(cancelled.armed());
  CHECK_FALSE(never.armed());
  CHECK(queue.fire_due(at(1h)) == 0);
  CHECK(fired == 0);
}

TEST_CASE("a timer may start itself again from its callback", "[event]") {
  TimerQueue queue;
  int fired = 0;
  std::optional<Timer> timer;
  timer.emplace(queue, [&](TimePoint now) {
    if (++fired < 3) timer->start_at(now + 1ms);
  });
  timer->start_at(at(1ms));
  for (int i = 1; i <= 5; ++i) queue.fire_due(at(i * 1ms));
  CHECK(fired == 3);
}

TEST_CASE("what a callback starts for a moment already past fires in the same call", "[event]") {
  TimerQueue queue;
  std::string fired;
  Timer late(queue, [&](TimePoint) { fired += 'l'; });
  Timer first(queue, [&](TimePoint now) {
    fired += 'f';
    late.start_at(now);
  });
  first.start_at(at(1ms));
  CHECK(queue.fire_due(at(2ms)) == 2);
  CHECK(fired == "fl");
}

TEST_CASE("a timer that restarts itself at once stops at the limit", "[event]") {
  TimerQueue queue;
  std::optional<Timer> timer;
  timer.emplace(queue, [&](TimePoint now) { timer->start_at(now); });
  timer->start_at(at(1ms));
  CHECK(queue.fire_due(at(1ms), 10) == 10);
  CHECK(timer->armed());
}

TEST_CASE("a timer may destroy itself and others from its callback", "[event]") {
  TimerQueue queue;
  std::string fired;
  std::unique_ptr<Timer> self;
  std::unique_ptr<Timer> other;
  const std::string kept(100, 'x');  // owned by the callback: read after its Timer is gone
  self = std::make_unique<Timer>(queue, [&, kept](TimePoint) {
    self.reset();
    other.reset();
    fired += kept.substr(0, 1);
  });
  other = std::make_unique<Timer>(queue, [&](TimePoint) { fired += 'o'; });
  self->start_at(at(1ms));
  other->start_at(at(1ms));
  CHECK(queue.fire_due(at(1ms)) == 1);
  CHECK(fired == "x");
  CHECK(queue.next_due() == TimePoint::max());
}

TEST_CASE("a thousand timers, moved and cancelled at random, fire in the order of a sorted list", "[event]") {
  struct Entry {
    std::unique_ptr<Timer> timer;
    TimePoint due = TimePoint::max();
    int start = 0;
  };
  RandomStream random(7, StreamPurpose::run, 0);
  TimerQueue queue;
  std::vector<Entry> entries(1000);
  std::vector<std::size_t> fired;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].timer = std::make_unique<Timer>(queue, [&fired, i](TimePoint) { fired.push_back(i); });
  }
  for (int start = 1; start <= 20'000; ++start) {
    Entry& entry = entries[random.below(entries.size())];
    if (random.below(4) == 0) {
      entry.timer->cancel();
      entry.due = TimePoint::max();
    } else {
      entry.due = at(Nanoseconds(random.below(300)));  // few values: many ties
      entry.start = start;
      entry.timer->start_at(entry.due);
    }
  }
  std::vector<std::size_t> expected;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].due != TimePoint::max()) expected.push_back(i);
  }
  std::sort(expected.begin(), expected.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(entries[a].due, entries[a].start) < std::pair(entries[b].due, entries[b].start);
  });
  for (std::int64_t ns = 0; ns < 300; ns += 10) queue.fire_due(at(Nanoseconds(ns)));
  queue.fire_due(at(300ns));
  CHECK(fired == expected);
}
