#include "engine/closed_executor.h"

#include <catch2/catch.hpp>

#include "support/fake_worker.h"

using namespace thresher;
using namespace thresher::engine;
using namespace thresher::test;

namespace {

std::size_t begun_by(const FakeWorker& worker, UserNumber user) {
  return static_cast<std::size_t>(
      std::count_if(worker.begun().begin(), worker.begun().end(), [user](const Begun& b) { return b.user == user; }));
}

FakeScript taking(Nanoseconds service, Nanoseconds think = 0ns) {
  FakeScript script;
  script.service = [service](auto, auto&) { return service; };
  script.think = [think](auto) { return think; };
  return script;
}

}  // namespace

TEST_CASE("a closed-model user begins again when it has ended and thought", "[unit][engine]") {
  FakeWorker worker{constant_users(1, 10s), taking(200ms, 300ms)};
  worker.run_to(9999ms);
  REQUIRE(worker.begun().size() == 20);
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(worker.due(i) == i * 500ms);  // no drift, whatever the number
    CHECK(worker.started(i) == i * 500ms);
    CHECK(worker.begun()[i].iteration.number == i);
    CHECK_FALSE(worker.begun()[i].iteration.open_model);
  }
}

TEST_CASE("users arrive at the spawn rate", "[unit][engine]") {
  profile::Plan plan = constant_users(10, 60s);
  plan.spawn_rate = 2;
  FakeWorker worker{plan, taking(1h)};
  worker.run_to(59s);
  REQUIRE(worker.begun().size() == 10);
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(worker.begun()[i].user == i);
    CHECK(worker.due(i) == i * 500ms);
  }
}

TEST_CASE("without a spawn rate all users begin at once", "[unit][engine]") {
  FakeWorker worker{constant_users(100, 60s), taking(1h)};
  worker.run_to(0s);
  CHECK(worker.begun().size() == 100);
  CHECK(worker.load().tally().in_flight == 100);
}

TEST_CASE("stages take users up and down, the last one to come going first", "[unit][engine]") {
  FakeWorker worker{ramping_users({{4s, 4}, {4s, 4}, {4s, 0}}), taking(70ms)};
  worker.run_to(3500ms);
  CHECK(worker.load().tally().alive == 4);
  worker.run_to(9010ms);
  CHECK(worker.load().tally().alive == 4);  // user 3 left at 9 s and still runs its iteration
  worker.run_to(9020ms);
  CHECK(worker.runner().retired() == std::vector<UserNumber>{3});
  worker.run_to(11999ms);
  CHECK(worker.load().tally().alive == 1);
  worker.run_to_the_end();
  CHECK(worker.runner().retired() == std::vector<UserNumber>{3, 2, 1, 0});
  CHECK(worker.finished_at() == 12040ms);
  CHECK(worker.load().tally().alive_most == 4);
}

TEST_CASE("a user that leaves while it thinks retires at once", "[unit][engine]") {
  FakeWorker worker{ramping_users({{0s, 2}, {5s, 2}, {0s, 1}, {5s, 1}}), taking(10ms, 1h)};
  worker.run_to(5s);
  CHECK(worker.runner().retired() == std::vector<UserNumber>{1});
}

TEST_CASE("a user that leaves in an iteration is interrupted after stop_timeout", "[unit][engine]") {
  FakeWorker worker{ramping_users({{0s, 2}, {5s, 2}, {0s, 1}, {20s, 1}}), taking(1h)};
  worker.run_to(7999ms);
  CHECK(worker.runner().interrupted() == 0);
  worker.run_to(8s);
  CHECK(worker.runner().interrupted() == 1);
  CHECK(worker.runner().retired() == std::vector<UserNumber>{1});
  CHECK(worker.load().tally().interrupted == 1);
  CHECK(worker.load().tally().ended == 0);  // an interrupted iteration is not an iteration of the report
}

TEST_CASE("a user that is wanted again while it runs stays", "[unit][engine]") {
  FakeWorker worker{ramping_users({{0s, 2}, {5s, 2}, {0s, 1}, {1s, 1}, {0s, 2}, {10s, 2}}), taking(4s)};
  worker.run_to(15s);  // iterations from 0, 4, 8 and 12 s; away from 5 to 6 s
  CHECK(worker.runner().retired().empty());
  CHECK(worker.runner().interrupted() == 0);
  CHECK(begun_by(worker, 1) == 4);
}

TEST_CASE("a user that left and stayed and leaves again has its whole stop_timeout", "[unit][engine]") {
  FakeWorker worker{ramping_users({{0s, 2}, {5s, 2}, {0s, 1}, {1s, 1}, {0s, 2}, {1s, 2}, {0s, 1}, {10s, 1}}),
                    taking(1h)};
  worker.run_to(9999ms);
  CHECK(worker.runner().interrupted() == 0);
  worker.run_to(10s);  // left at 7 s
  CHECK(worker.runner().interrupted() == 1);
}

TEST_CASE("a user that is wanted again during its on_stop comes back afresh", "[unit][engine]") {
  FakeScript script = taking(10ms, 1h);
  script.on_stop = 2s;
  FakeWorker worker{ramping_users({{0s, 2}, {5s, 2}, {0s, 1}, {1s, 1}, {0s, 2}, {10s, 2}}), script};
  worker.run_to(6999ms);
  CHECK(worker.load().tally().alive == 2);  // one of them in on_stop
  CHECK(begun_by(worker, 1) == 1);
  worker.run_to(7s);
  CHECK(begun_by(worker, 1) == 2);
  CHECK(worker.begun().back().iteration.number == 0);
  CHECK(worker.runner().misuse().empty());
}

TEST_CASE("each user does its number of iterations and retires", "[unit][engine]") {
  FakeScript script = taking(10ms);
  script.service = [](UserNumber user, auto&) { return (user + 1) * 10ms; };
  FakeWorker worker{iterations_each(3, 4), script};
  worker.run_to_the_end();
  for (UserNumber user = 0; user < 3; ++user) CHECK(begun_by(worker, user) == 4);
  CHECK(worker.runner().retired() == std::vector<UserNumber>{0, 1, 2});
  CHECK(worker.finished_at() == 120ms);
}

TEST_CASE("run_time ends iterations that are not done", "[unit][engine]") {
  profile::Plan plan = iterations_each(2, 1000);
  plan.run_time = 1s;
  FakeWorker worker{plan, taking(100ms)};
  worker.run_to_the_end();
  CHECK(worker.begun().size() == 20);
  CHECK(worker.finished_at() == 1s);
}

TEST_CASE("users share a number of iterations", "[unit][engine]") {
  FakeScript script = taking(10ms);
  script.service = [](UserNumber user, auto&) { return user == 0 ? 10ms : 30ms; };
  FakeWorker worker{iterations_shared(2, 100), script};
  worker.run_to_the_end();
  CHECK(worker.begun().size() == 100);
  CHECK(begun_by(worker, 0) == 75);  // the quick one does more
  CHECK(worker.runner().retired().size() == 2);
}

TEST_CASE("once shared iterations are all begun nobody waits out its think time", "[unit][engine]") {
  FakeWorker worker{iterations_shared(2, 3), taking(10ms, 1min)};
  worker.run_to_the_end();
  CHECK(worker.finished_at() == 60s + 20ms);
}

TEST_CASE("a stalled loop is charged to a closed-model user's next iteration", "[unit][engine]") {
  FakeWorker worker{constant_users(1, 10s), taking(10ms, 90ms)};
  worker.run_to(50ms);
  worker.advance_to(600ms);
  REQUIRE(worker.begun().size() == 2);
  CHECK(worker.due(1) == 100ms);
  CHECK(worker.started(1) == 600ms);
  worker.run_to(610ms);
  const metrics::Totals totals = worker.totals();
  CHECK(totals.aggregate("iteration_lateness").trend.max() == 500'000);
  CHECK(totals.aggregate("iteration_response_time").trend.max() == 510'000);
  CHECK(totals.aggregate("iteration_duration").trend.max() == 10'000);
}

TEST_CASE("on_start is charged to nobody", "[unit][engine]") {
  FakeScript script = taking(10ms, 1h);
  script.on_start = 5s;
  FakeWorker worker{constant_users(1, 10s), script};
  worker.run_to(9s);
  const metrics::Totals totals = worker.totals();
  CHECK(totals.aggregate("iterations").counter.sum == 1);
  CHECK(totals.aggregate("iteration_response_time").trend.max() == 10'000);
}

TEST_CASE("controlled users follow scale_users and nothing else", "[unit][engine]") {
  FakeWorker worker{controlled_users(2), taking(100ms)};
  worker.run_to(1s);
  CHECK(worker.load().tally().alive == 2);
  REQUIRE(worker.scale_users(5).has_value());
  worker.run_to(1050ms);
  CHECK(worker.load().tally().alive == 5);
  REQUIRE(worker.scale_users(1).has_value());
  worker.run_to(2s);
  CHECK(worker.load().tally().alive == 1);
  CHECK_FALSE(worker.finished());
  REQUIRE(worker.scale_users(0).has_value());
  worker.run_to(3s);
  CHECK(worker.load().tally().alive == 0);
  CHECK_FALSE(worker.finished());  // it is for somebody to stop
  worker.stop(0s);
  worker.run_to(3001ms);
  CHECK(worker.finished());
}

TEST_CASE("other closed shapes refuse to be scaled", "[unit][engine]") {
  FakeWorker worker{constant_users(1, 10s)};
  CHECK(worker.scale_users(2).error().message ==
        "users can be scaled only under 'externally-controlled', not under 'constant-vus'");
  CHECK(worker.scale_rate(2).error().message ==
        "the rate can be scaled only under 'constant-arrival-rate', not under 'constant-vus'");
}

TEST_CASE("iterations that end within begin neither recurse nor hold the loop", "[unit][engine]") {
  FakeWorker worker{iterations_shared(10, 20'000), taking(0ns)};
  worker.advance_to(1ms);
  CHECK(worker.begun().size() == 20'000);
  CHECK(worker.begun_most() == static_cast<std::size_t>(Allowance::kBeginsPerAdvance));
  CHECK(worker.runner().misuse().empty());
}

TEST_CASE("an iteration without time or thought comes again after the shortest cycle", "[unit][engine]") {
  FakeWorker worker{constant_users(1, 1s), taking(0ns), 0, 1, 1ms};
  worker.run_to_the_end();
  CHECK(worker.begun().size() == 1000);
  CHECK(worker.finished_at() == 1s);
}

TEST_CASE("a hundred thousand thinking users cost a heap entry each", "[unit][engine]") {
  CHECK(sizeof(ThinkTimes::Entry) == 16);
  FakeScript script;
  script.service = [](auto, auto&) { return 0ms; };
  script.think = [](UserNumber user) { return 1s + user * 1us; };
  FakeWorker worker{constant_users(100'000, 4s), script};
  worker.run_to(999ms);
  CHECK(worker.load().tally().alive == 100'000);
  CHECK(worker.begun().size() == 100'000);
  worker.run_to(1s);
  CHECK(worker.begun().size() == 100'001);  // the first of them is back
}
