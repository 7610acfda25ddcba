// What holds for every executor, whatever its shape.

#include <catch2/catch.hpp>
#include <map>

#include "support/fake_worker.h"

using namespace thresher;
using namespace thresher::engine;
using namespace thresher::test;

namespace {

struct Shape {
  std::string name;
  profile::Plan plan;
};

std::vector<Shape> shapes() {
  profile::Plan spawning = constant_users(12, 8s);
  spawning.spawn_rate = 3;
  profile::Plan each = iterations_each(12, 20);
  each.run_time = 8s;
  profile::Plan shared = iterations_shared(12, 250);
  shared.run_time = 8s;
  profile::Plan poisson = arrival_rate(40, 8s);
  poisson.arrivals = profile::Arrivals::poisson;
  profile::Plan controlled = controlled_users(12);
  controlled.run_time = 8s;
  return {{"constant-vus", constant_users(12, 8s)},
          {"constant-vus with a spawn rate", spawning},
          {"ramping-vus", ramping_users({{2s, 12}, {2s, 4}, {2s, 12}, {2s, 0}})},
          {"per-vu-iterations", each},
          {"shared-iterations", shared},
          {"constant-arrival-rate", arrival_rate(40, 8s)},
          {"constant-arrival-rate, poisson", poisson},
          {"ramping-arrival-rate", ramping_rate({{0s, 10}, {4s, 80}, {4s, 0}})},
          {"externally-controlled", controlled}};
}

/// Service and think times that depend on the user only, so that they are the same whichever worker it lives on.
FakeScript varied(bool open_model) {
  FakeScript script;
  script.service = [open_model](UserNumber user, const Iteration& iteration) {
    const std::uint64_t n = open_model ? iteration.number : user;
    return Nanoseconds(5ms) * static_cast<int>(1 + n % 7);
  };
  script.think = [](UserNumber user) { return Nanoseconds(10ms) * static_cast<int>(user % 5); };
  return script;
}

}  // namespace

TEST_CASE("every executor keeps its contract on any number of workers", "[unit][engine]") {
  for (const Shape& shape : shapes()) {
    const bool open = is_open_model(shape.plan.executor);
    std::map<unsigned, std::size_t> begun_with;
    for (unsigned workers = 1; workers <= 7; ++workers) {
      DYNAMIC_SECTION(shape.name << " over " << workers << " workers") {
        profile::Plan plan = shape.plan;
        plan.workers = workers;
        std::size_t begun = 0;
        for (unsigned w = 0; w < workers; ++w) {
          FakeWorker worker{plan, varied(open), w, workers};
          worker.run_to_the_end();
          CHECK(worker.finished());
          CHECK(worker.finished_at() <= 8s + 35ms);  // the end, and the longest iteration
          CHECK(worker.runner().misuse().empty());   // nobody busy began, nobody unknown, nothing re-entered
          CHECK(worker.runner().users() == 0);       // all retired
          CHECK(worker.load().tally().alive == 0);
          CHECK(worker.load().tally().in_flight == 0);
          CHECK(worker.load().tally().ended == worker.begun().size());
          CHECK(worker.load().dropped().all == 0);
          for (const Begun& b : worker.begun()) {
            REQUIRE(b.user % workers == w);
            REQUIRE(b.iteration.due <= b.iteration.started);
            REQUIRE(worker.offset(b.iteration.due) < 8s);
            if (open) REQUIRE(b.iteration.number % workers == w);
          }
          begun += worker.begun().size();
        }
        FakeWorker alone{shape.plan, varied(open)};
        alone.run_to_the_end();
        if (shape.plan.executor == profile::ExecutorKind::shared_iterations) {
          CHECK(begun <= 250);  // a worker of slow users may meet the end of run_time first
        } else {
          CHECK(begun == alone.begun().size());  // the sum does not depend on the number of workers
        }
      }
    }
  }
}

TEST_CASE("every executor can be stopped, paused and killed at any moment", "[unit][engine]") {
  for (const Shape& shape : shapes()) {
    for (const Nanoseconds moment : {0ms, 1ms, 1234ms, 7999ms}) {
      DYNAMIC_SECTION(shape.name << " at " << to_seconds(moment) << " s") {
        const bool open = is_open_model(shape.plan.executor);
        FakeWorker stopped{shape.plan, varied(open)};
        stopped.run_to(moment);
        stopped.stop(1s);
        stopped.run_to_the_end();
        CHECK(stopped.finished());
        CHECK(stopped.runner().users() == 0);
        CHECK(stopped.runner().interrupted() == 0);
        CHECK(stopped.finished_at() <= moment + 35ms);

        FakeWorker paused{shape.plan, varied(open)};
        FakeWorker through{shape.plan, varied(open)};
        paused.run_to(moment);
        paused.pause();
        paused.run_to(moment + 100s);
        paused.resume();
        paused.run_to_the_end();
        through.run_to_the_end();
        CHECK(paused.finished());
        CHECK(paused.runner().misuse().empty());
        if (open) CHECK(paused.begun().size() == through.begun().size());
        CHECK(paused.load().dropped().all == 0);

        FakeWorker killed{shape.plan, varied(open)};
        killed.run_to(moment);
        killed.kill();
        CHECK(killed.finished());
        CHECK(killed.load().tally().in_flight == 0);
        CHECK(killed.runner().misuse().empty());
      }
    }
  }
}
