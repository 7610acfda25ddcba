#include "profile/shape.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "catalogue.h"
#include "pacing/arrival_schedule.h"
#include "pacing/user_schedule.h"

using namespace thresher;
using namespace thresher::profile;
using namespace thresher::profile::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

Plan planned(std::string_view toml, unsigned workers = 1) {
  auto plan = make_plan(parsed(toml), fleet(), 1, workers);
  if (!plan) throw std::runtime_error(to_text(plan.error()));
  return *plan;
}

std::string complaint(std::string_view toml) {
  const auto plan = make_plan(parsed(toml), fleet(), 1, 1);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().code == ErrorCode::invalid_argument);
  return plan.error().message;
}

pacing::UserSchedule users_of(const std::vector<Stage>& stages) {
  std::vector<pacing::UserStage> users;
  for (const auto& stage : stages) users.push_back({stage.duration, stage.target});
  return pacing::UserSchedule{users};
}

}  // namespace

TEST_CASE("what is written decides the executor", "[unit][profile]") {
  CHECK(planned("").executor == ExecutorKind::constant_vus);
  CHECK(planned("users = 3").executor == ExecutorKind::constant_vus);
  CHECK(planned("iterations = 3").executor == ExecutorKind::shared_iterations);
  CHECK(planned("stages = [\"9s:3\"]").executor == ExecutorKind::ramping_vus);
  CHECK(planned("rate = 3\nrun_time = 5").executor == ExecutorKind::constant_arrival_rate);
  CHECK(planned("rate = 3\nstages = [\"9s:3\"]").executor == ExecutorKind::ramping_arrival_rate);
  CHECK(planned("arrivals = \"poisson\"\nstages = [\"9s:3\"]").executor == ExecutorKind::ramping_arrival_rate);
  CHECK(planned("executor = \"ramping-arrival-rate\"\nstages = [\"9s:3\"]").executor ==
        ExecutorKind::ramping_arrival_rate);
}

TEST_CASE("a profile that says nothing is one user until somebody stops it", "[unit][profile]") {
  const auto plan = planned("");
  CHECK(plan.users == 1);
  CHECK(plan.run_time == 0s);
  CHECK(plan.stop_timeout == 30s);
  CHECK(plan.setup_timeout == 60s);
  REQUIRE(plan.stages.size() == 1);
  CHECK(plan.stages[0] == Stage{0s, 1});
}

TEST_CASE("spawning is part of the run time, as in Locust", "[unit][profile]") {
  const auto plan = planned("users = 10\nspawn_rate = 1\nrun_time = \"5m\"");
  REQUIRE(plan.stages.size() == 2);
  CHECK(plan.stages[0] == Stage{10s, 10});
  CHECK(plan.stages[1] == Stage{290s, 10});
  CHECK(plan.run_time == 5min);
  CHECK(plan.spawn_rate == 1);
  const auto at_once = planned("users = 10\nrun_time = 60");
  REQUIRE(at_once.stages.size() == 2);
  CHECK(at_once.stages[0] == Stage{0s, 10});
  CHECK(at_once.stages[1] == Stage{60s, 10});
  CHECK(planned("users = 10\nspawn_rate = 2").stages == std::vector<Stage>{{5s, 10}});
}

TEST_CASE("a run that ends while users are spawned spawns them at the same moments", "[unit][profile]") {
  const auto plan = planned("users = 10\nspawn_rate = 1\nrun_time = \"2.5s\"");
  const auto schedule = users_of(plan.stages);
  CHECK(schedule.length() == 2500ms);
  CHECK(schedule.users_at(0s) == 1);
  CHECK(schedule.users_at(1s - 1ns) == 1);
  CHECK(schedule.users_at(1s) == 2);
  CHECK(schedule.users_at(2s) == 3);
  REQUIRE(plan.notes.size() == 1);
  CHECK(plan.notes[0] == "spawning 10 users at 1 per second takes 10s, longer than the run_time of 2.5s");
}

TEST_CASE("run_time cuts stages of users short without moving anybody", "[unit][profile]") {
  RandomStream random{4, StreamPurpose::run, 0};
  for (int round = 0; round < 200; ++round) {
    std::vector<Stage> stages;
    for (std::uint64_t i = 0, count = 1 + random.below(4); i < count; ++i) {
      stages.push_back({random.below(4) == 0 ? 0s : std::chrono::seconds(1 + random.below(20)),
                        static_cast<double>(random.below(12))});
    }
    Profile profile;
    profile.executor = ExecutorKind::ramping_vus;
    profile.stages = stages;
    const auto whole = make_plan(profile, fleet(), 1, 1);
    if (!whole) continue;  // no length, or nobody
    profile.run_time = std::chrono::milliseconds(1 + random.below(40'000));
    const auto cut = make_plan(profile, fleet(), 1, 1);
    REQUIRE(cut);
    REQUIRE(cut->run_time == *profile.run_time);
    const auto a = users_of(stages), b = users_of(cut->stages);
    REQUIRE(b.length() == *profile.run_time);
    for (int i = 0; i < 200; ++i) {
      const Nanoseconds at{
          static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(profile.run_time->count())))};
      // A boundary that is no whole number of nanoseconds may move by one.
      if (a.users_at(at) != a.users_at(at + 1ns) || (at > 0ns && a.users_at(at) != a.users_at(at - 1ns))) continue;
      CAPTURE(round, at.count());
      REQUIRE(b.users_at(at) == a.users_at(at));
    }
  }
}

TEST_CASE("run_time cuts stages of arrivals short, or holds their last target", "[unit][profile]") {
  const auto cut = planned("rate = 0\nstages = [\"10s:100\", \"10s:0\"]\nrun_time = 15");
  REQUIRE(cut.stages.size() == 3);
  CHECK(cut.stages[2].duration == 5s);
  CHECK(cut.stages[2].target == Approx(50));
  CHECK(cut.notes.at(0) == "the stages take 20s; the run_time of 15s cuts them short");
  const auto held = planned("stages = [\"10s:5\"]\nrun_time = \"1m\"");
  REQUIRE(held.stages.size() == 2);
  CHECK(held.stages[1] == Stage{50s, 5});
  CHECK(held.notes.at(0) == "the stages take 10s; the run_time of 1m holds the last target");
}

TEST_CASE("a constant rate is one jump and one hold", "[unit][profile]") {
  const auto plan = planned("rate = \"6000/m\"\nrun_time = \"1m\"", 4);
  CHECK(plan.stages == std::vector<Stage>{{0s, 100}, {60s, 100}});
  CHECK(plan.max_in_flight == Plan::kDefaultMaxInFlight);
  CHECK(plan.users == 0);
  CHECK(plan.workers == 4);
  CHECK(planned("rate = 5\nrun_time = 5\nmax_in_flight = 7").max_in_flight == 7);
}

TEST_CASE("a ramp of arrivals begins at the rate written beside it", "[unit][profile]") {
  const auto plan = planned("rate = 10\nstages = [\"30s:100\"]");
  CHECK(plan.stages == std::vector<Stage>{{0s, 10}, {30s, 100}});
  CHECK(planned("executor = \"ramping-arrival-rate\"\nstages = [\"30s:100\"]").stages ==
        std::vector<Stage>{{30s, 100}});
}

TEST_CASE("ramping users know the most there will be", "[unit][profile]") {
  const auto plan = planned("stages = [\"0s:5\", \"10s:40\", \"10s:0\"]", 64);
  CHECK(plan.users == 40);
  CHECK(plan.run_time == 20s);
  CHECK(plan.workers == 40);
}

TEST_CASE("iterations are shared or each user's own", "[unit][profile]") {
  const auto shared = planned("users = 10\niterations = 100\nrun_time = 60");
  CHECK(shared.iterations == 100);
  CHECK(shared.users == 10);
  CHECK(shared.run_time == 60s);
  const auto own = planned("executor = \"per-vu-iterations\"\nusers = 10\niterations = 3");
  CHECK(own.users == 10);
  CHECK(own.run_time == 0s);
  const auto few = planned("users = 10\niterations = 4", 8);
  CHECK(few.users == 4);
  CHECK(few.workers == 4);
  CHECK(few.notes.at(0) == "4 iterations occupy at most as many users; 10 asked for");
}

TEST_CASE("there are never more workers than there can be users", "[unit][profile]") {
  CHECK(planned("users = 2", 8).workers == 2);
  CHECK(planned("users = 20", 8).workers == 8);
  CHECK(planned("users = 20", 0).workers == 1);
  CHECK(planned("rate = 5\nrun_time = 5\nmax_in_flight = 3", 8).workers == 3);
  CHECK(planned("executor = \"externally-controlled\"\nusers = 0", 8).workers == 8);
}

TEST_CASE("a shape that contradicts itself is refused with the way out", "[unit][profile]") {
  CHECK(complaint("executor = \"constant-arrival-rate\"\nrun_time = 5") ==
        "constant-arrival-rate needs rate, such as 100/s");
  CHECK(complaint("rate = 5") == "constant-arrival-rate needs run_time, such as 5m");
  CHECK(complaint("executor = \"ramping-vus\"") == "ramping-vus needs stages, such as 30s:100");
  CHECK(complaint("executor = \"shared-iterations\"") == "shared-iterations needs iterations, such as 1000");
  CHECK(complaint("users = 5\nstages = [\"9s:3\"]") ==
        "ramping-vus does not take users: begin with a stage that jumps, such as 0s:10, and leave users out");
  CHECK(
      complaint("users = 5\nrate = 3\nrun_time = 5") ==
      "constant-arrival-rate does not take users: arrivals start users as they need them; cap them with max_in_flight");
  CHECK(complaint("spawn_rate = 5\nstages = [\"9s:3\"]") ==
        "ramping-vus does not take spawn_rate: leave spawn_rate out, or give users and a run_time");
  CHECK(complaint("executor = \"constant-vus\"\nrate = 3") ==
        "constant-vus does not take rate: leave rate out, or choose constant-arrival-rate");
  CHECK(
      complaint("executor = \"constant-vus\"\niterations = 3") ==
      "constant-vus does not take iterations: leave iterations out, or choose shared-iterations or per-vu-iterations");
  CHECK(complaint("executor = \"constant-vus\"\nstages = [\"9s:3\"]") ==
        "constant-vus does not take stages: leave stages out, or choose ramping-vus or ramping-arrival-rate");
  CHECK(complaint("users = 5\narrivals = \"poisson\"") ==
        "constant-vus does not take arrivals: leave arrivals out, or give a rate");
  CHECK(complaint("users = 5\nmax_in_flight = 5") ==
        "constant-vus does not take max_in_flight: leave max_in_flight out, or give a rate");
}

TEST_CASE("a shape in which nothing would happen is refused", "[unit][profile]") {
  CHECK(complaint("users = 0") == "users is 0: nobody would do anything");
  CHECK(complaint("iterations = 0") == "iterations is 0: nothing would be done");
  CHECK(complaint("rate = 0\nrun_time = 5") == "rate is 0; it must be more than 0 per second");
  CHECK(complaint("rate = 5\nrun_time = 0") == "run_time is 0s: nothing would arrive");
  CHECK(complaint("spawn_rate = 0") == "spawn_rate is 0; it must be more than 0 per second");
  CHECK(complaint("rate = 5\nrun_time = 5\nmax_in_flight = 0") == "max_in_flight is 0: every arrival would be dropped");
  CHECK_THAT(complaint("stages = [\"0s:5\"]"), Contains("the stages have no length"));
  CHECK_THAT(complaint("stages = [\"9s:0\"]"), Contains("the stages never leave 0"));
}

TEST_CASE("numbers beyond all sense are refused", "[unit][profile]") {
  CHECK_THAT(complaint("users = 9223372036854775807"), Contains("at most 100000000 make sense"));
  CHECK_THAT(complaint("rate = 1e12\nrun_time = 5"), Contains("at most 1000000000 per second make sense"));
  CHECK_THAT(complaint("stages = [\"9s:1e12\"]"), Contains("beyond what makes sense"));
  CHECK_THAT(complaint("stages = [\"80000h:1\", \"80000h:1\"]"), Contains("longer than ten years"));
  CHECK_THAT(complaint("run_time = \"100000h\""), Contains("run_time 100000h is not between 0s and ten years"));
  CHECK_THAT(complaint("users = 100000000\nspawn_rate = 1e-9"), Contains("more than ten years"));
  CHECK_THAT(complaint("stages = [\"9s:1.5\"]"), Contains("users come whole"));
}
