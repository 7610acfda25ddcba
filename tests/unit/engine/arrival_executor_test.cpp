#include "engine/arrival_executor.h"

#include <catch2/catch.hpp>
#include <set>

#include "support/fake_worker.h"

using namespace thresher;
using namespace thresher::engine;
using namespace thresher::test;

namespace {

FakeScript taking(Nanoseconds service) {
  FakeScript script;
  script.service = [service](auto, auto&) { return service; };
  return script;
}

}  // namespace

TEST_CASE("a stalled loop is charged to response time", "[unit][engine]") {
  FakeWorker worker{arrival_rate(100, 10s), taking(0ns)};  // one arrival every 10 ms
  worker.advance_to(0ms);
  worker.advance_to(60ms);  // the loop was away for 60 ms
  REQUIRE(worker.begun().size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(worker.due(i) == 5ms + i * 10ms);
    CHECK(worker.started(i) == 60ms);
    CHECK(worker.begun()[i].iteration.open_model);
    CHECK(worker.begun()[i].iteration.number == i);
  }
  const metrics::Totals totals = worker.totals();
  CHECK(totals.aggregate("iteration_duration").trend.max() == 0);
  CHECK(totals.aggregate("iteration_response_time").trend.max() == 55'000);
  CHECK(totals.aggregate("iteration_lateness").trend.min() == 5'000);
}

TEST_CASE("a constant arrival rate does not drift", "[unit][engine]") {
  FakeWorker worker{arrival_rate(1000.0 / 3, 60s), taking(1ms)};
  worker.run_to_the_end();
  REQUIRE(worker.begun().size() == 20'000);
  for (std::size_t i = 0; i < worker.begun().size(); i += 997) {
    CHECK(std::chrono::abs(worker.due(i) - (static_cast<int>(i) * Nanoseconds(3ms) + 1500us)) <= 1ns);
    CHECK(worker.started(i) == worker.due(i));
  }
  CHECK(worker.finished_at() == 60s);
}

TEST_CASE("a ramp begins as many iterations as lie under its line", "[unit][engine]") {
  FakeWorker worker{ramping_rate({{10s, 100}, {10s, 0}}), taking(1ms)};
  worker.run_to(10s);
  CHECK(worker.begun().size() == 500);
  worker.run_to_the_end();
  CHECK(worker.begun().size() == 1000);
}

TEST_CASE("an idle user is used before a new one is made, the last one first", "[unit][engine]") {
  FakeScript script = taking(5ms);
  script.service = [](auto, const Iteration& iteration) { return iteration.number < 3 ? 1s : 5ms; };
  FakeWorker worker{arrival_rate(100, 10s), script};
  worker.run_to(900ms);
  CHECK(worker.runner().users() == 4);  // three slow ones, and one for all the rest
  worker.run_to(5s);
  CHECK(worker.runner().users() == 4);
  CHECK(worker.begun().back().user == 2);  // the last of the slow ones to come back, and so to be used ever since
}

TEST_CASE("an arrival beyond max_in_flight is dropped and counted, never queued", "[unit][engine]") {
  profile::Plan plan = arrival_rate(100, 1s);
  plan.max_in_flight = 2;
  FakeWorker worker{plan, taking(100ms)};
  worker.run_to_the_end();
  // 5 and 15 ms begin, 25 ... 95 find both users busy; 105 and 115 begin, and so on: 2 of every 10
  CHECK(worker.begun().size() == 20);
  CHECK(worker.load().dropped().all == 80);
  CHECK(worker.load().dropped().by_cap == 80);
  CHECK(worker.totals().aggregate("dropped_iterations").counter.sum == 80);
  CHECK(worker.runner().users_most() == 2);
}

TEST_CASE("what was due when somebody stopped the run counts as dropped", "[unit][engine]") {
  FakeWorker worker{arrival_rate(100, 10s), taking(1ms)};
  worker.run_to(1s);
  worker.stall_to(1500ms);
  worker.stop(0s);
  CHECK(worker.begun().size() == 100);
  CHECK(worker.load().dropped().all == 50);
  CHECK(worker.load().dropped().by_cap == 0);
}

TEST_CASE("arrivals that the end of the shape overtook still begin", "[unit][engine]") {
  FakeWorker worker{arrival_rate(100, 1s), taking(1ms)};
  worker.run_to(500ms);
  worker.advance_to(1200ms);
  CHECK(worker.begun().size() == 100);
  worker.run_to_the_end();
  CHECK(worker.finished());
  CHECK(worker.load().dropped().all == 0);
}

TEST_CASE("a burst of arrivals goes back through the loop", "[unit][engine]") {
  FakeWorker worker{arrival_rate(10'000, 1s), taking(0ns)};
  worker.advance_to(900ms);
  CHECK(worker.begun().size() == 9000);
  CHECK(worker.begun_most() == static_cast<std::size_t>(Allowance::kBeginsPerAdvance));
}

TEST_CASE("scenarios get arrivals in proportion to their weights, and users of their own", "[unit][engine]") {
  profile::Plan plan = arrival_rate(100, 4s);
  const profile::Plan two = plan_of(profile::ExecutorKind::constant_arrival_rate, {3, 1});
  plan.catalogue = two.catalogue;
  plan.scenarios = two.scenarios;
  FakeWorker worker{plan, taking(1ms)};
  worker.run_to_the_end();
  std::size_t of_first = 0;
  for (const Begun& begun : worker.begun()) {
    CHECK(begun.scenario == worker.plan().scenario_of(begun.iteration.number));
    of_first += begun.scenario == 0 ? 1 : 0;
  }
  CHECK(of_first == 300);
  CHECK(worker.runner().users_most() == 2);
}

TEST_CASE("scale_rate holds from now on, and numbers never repeat", "[unit][engine]") {
  std::set<std::uint64_t> numbers;
  std::size_t begun = 0;
  for (unsigned w = 0; w < 3; ++w) {
    FakeWorker worker{arrival_rate(30, 30s), taking(1ms), w, 3};
    worker.run_to(10s);
    REQUIRE(worker.scale_rate(300).has_value());
    worker.run_to(20s);
    REQUIRE(worker.scale_rate(0).has_value());
    worker.run_to_the_end();
    CHECK(worker.finished_at() == 30s);
    for (const Begun& b : worker.begun()) {
      CHECK(b.iteration.number % 3 == w);
      numbers.insert(b.iteration.number);
    }
    begun += worker.begun().size();
  }
  CHECK(begun == 300 + 3000);
  CHECK(numbers.size() == begun);
}

TEST_CASE("a backlog goes before a scaled rate takes over", "[unit][engine]") {
  FakeWorker worker{arrival_rate(100, 10s), taking(1ms)};
  worker.run_to(1s);
  worker.stall_to(2s);
  REQUIRE(worker.scale_rate(1).has_value());
  worker.advance_to(2s);
  CHECK(worker.begun().size() == 200);
  worker.run_to(5s);
  CHECK(worker.begun().size() == 203);
}

TEST_CASE("a ramp refuses another rate", "[unit][engine]") {
  FakeWorker worker{ramping_rate({{10s, 100}})};
  CHECK(worker.scale_rate(1).error().message ==
        "the rate can be scaled only under 'constant-arrival-rate', not under 'ramping-arrival-rate'");
}

TEST_CASE("poisson arrivals of several workers are those of one", "[unit][engine]") {
  profile::Plan plan = arrival_rate(50, 20s);
  plan.arrivals = profile::Arrivals::poisson;
  plan.seed = 7;
  FakeWorker one{plan, taking(1ms)};
  one.run_to_the_end();
  std::set<std::pair<std::uint64_t, Nanoseconds>> of_one, of_many;
  for (std::size_t i = 0; i < one.begun().size(); ++i) of_one.emplace(one.begun()[i].iteration.number, one.due(i));
  for (unsigned w = 0; w < 4; ++w) {
    FakeWorker worker{plan, taking(1ms), w, 4};
    worker.run_to_the_end();
    for (std::size_t i = 0; i < worker.begun().size(); ++i)
      of_many.emplace(worker.begun()[i].iteration.number, worker.due(i));
  }
  CHECK(of_one.size() > 800);
  CHECK(of_one == of_many);
}
