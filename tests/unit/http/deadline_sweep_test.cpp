#include "http/deadline_sweep.h"

#include <catch2/catch.hpp>

#include "event/timer_queue.h"

using namespace thresher;
using namespace thresher::http;
using namespace std::chrono_literals;

namespace {

struct Owner final : DeadlineEvents {
  void on_deadline(Deadline&, TimePoint now) override {
    fired.push_back(now);
    if (then) then();
  }
  std::vector<TimePoint> fired;
  std::function<void()> then;
  Deadline deadline{*this};
};

struct Clockwork {
  void run_until(TimePoint until) {
    while (queue.next_due() <= until) {
      const TimePoint due = queue.next_due();
      now = std::max(now, due);
      queue.fire_due(now);
    }
    now = until;
  }
  event::TimerQueue queue;
  DeadlineSweep sweep{queue};
  TimePoint now{};
};

}  // namespace

TEST_CASE("deadlines of one length fire exactly and in order", "[http][deadline]") {
  Clockwork clock;
  std::vector<Owner> owners(10);
  for (std::size_t i = 0; i < owners.size(); ++i) {
    clock.sweep.arm(owners[i].deadline, TimePoint{} + static_cast<int>(i) * 1ms, 3s);
  }
  clock.run_until(TimePoint{} + 10s);
  for (std::size_t i = 0; i < owners.size(); ++i) {
    REQUIRE(owners[i].fired.size() == 1);
    CHECK(owners[i].fired[0] == TimePoint{} + 3s + static_cast<int>(i) * 1ms);
  }
}

TEST_CASE("a disarmed or destroyed deadline never fires", "[http][deadline]") {
  Clockwork clock;
  Owner disarmed;
  clock.sweep.arm(disarmed.deadline, clock.now, 1s);
  disarmed.deadline.disarm();
  {
    Owner gone;
    clock.sweep.arm(gone.deadline, clock.now, 1s);
  }
  clock.run_until(TimePoint{} + 10s);
  CHECK(disarmed.fired.empty());
}

TEST_CASE("arming again moves a deadline", "[http][deadline]") {
  Clockwork clock;
  Owner owner;
  clock.sweep.arm(owner.deadline, clock.now, 1s);
  clock.sweep.arm(owner.deadline, clock.now, 5s);
  clock.run_until(TimePoint{} + 2s);
  CHECK(owner.fired.empty());
  clock.sweep.arm(owner.deadline, clock.now, 1s);
  clock.run_until(TimePoint{} + 10s);
  REQUIRE(owner.fired.size() == 1);
  CHECK(owner.fired[0] == TimePoint{} + 3s);
}

TEST_CASE("mixed lengths are never early and at most a hundredth late", "[http][deadline]") {
  Clockwork clock;
  std::vector<Owner> owners(1000);
  std::vector<Nanoseconds> limits;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    limits.push_back(1ms + static_cast<long>(i * 7919 % 1000) * 3137us);
    clock.sweep.arm(owners[i].deadline, clock.now, limits[i]);
  }
  clock.run_until(TimePoint{} + 10s);
  for (std::size_t i = 0; i < owners.size(); ++i) {
    REQUIRE(owners[i].fired.size() == 1);
    const Nanoseconds late = owners[i].fired[0] - (TimePoint{} + limits[i]);
    CHECK(late >= 0ns);
    CHECK(late <= limits[i] / 100);
  }
}

TEST_CASE("a deadline that fires may arm others, itself included", "[http][deadline]") {
  Clockwork clock;
  Owner owner;
  Owner other;
  owner.then = [&] {
    if (owner.fired.size() < 3) clock.sweep.arm(owner.deadline, clock.now, 1s);
    clock.sweep.arm(other.deadline, clock.now, 77ms * static_cast<int>(owner.fired.size()));
  };
  clock.sweep.arm(owner.deadline, clock.now, 1s);
  clock.run_until(TimePoint{} + 10s);
  CHECK(owner.fired.size() == 3);
  CHECK(other.fired.size() == 3);
}

TEST_CASE("no limit never passes, and none at all passes at once", "[http][deadline]") {
  Clockwork clock;
  Owner never;
  Owner now;
  clock.sweep.arm(never.deadline, clock.now, Nanoseconds::max());
  CHECK_FALSE(never.deadline.armed());
  clock.sweep.arm(now.deadline, clock.now, 0ns);
  clock.run_until(TimePoint{});
  CHECK(now.fired.size() == 1);
}
