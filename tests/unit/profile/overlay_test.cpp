#include <catch2/catch.hpp>

#include "catalogue.h"
#include "profile/profile.h"

using namespace thresher;
using namespace thresher::profile;
using namespace thresher::profile::test;
using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

namespace {

const std::string kLight =
    "users = 10\nspawn_rate = 1\nrun_time = \"5m\"\nstop_timeout = \"30s\"\ntags = [\"health\"]\n";

Plan planned(std::string_view earlier, std::string_view later) {
  auto profile = overlay(parsed(earlier), parsed(later));
  profile.tags.reset();
  auto plan = make_plan(profile, fleet(), 1, 1);
  if (!plan) throw std::runtime_error(to_text(plan.error()));
  return *plan;
}

}  // namespace

TEST_CASE("a later layer wins where it says something and leaves the rest", "[unit][profile]") {
  Profile flags;
  flags.run_time = 30s;
  flags.tags = Strings{"core"};
  const auto both = overlay(parsed(kLight), flags);
  CHECK(both.name == "test");
  CHECK(both.users == 10U);
  CHECK(both.run_time == Nanoseconds{30s});
  CHECK(both.stop_timeout == Nanoseconds{30s});
  CHECK(both.tags == Strings{"core"});
  CHECK(both.tags_where.empty());
  CHECK(overlay(parsed(kLight), {}).tags_where == "test.toml:5");
}

TEST_CASE("thresholds add up, and the same one is replaced", "[unit][profile]") {
  const auto both =
      overlay(parsed("[thresholds]\nchecks = [\"rate>0.9\"]\niterations = \"count>1\""),
              parsed("[thresholds]\nchecks = [{threshold=\"rate>0.9\", abort_on_fail=true}, \"rate>0.5\"]"));
  REQUIRE(both.thresholds.size() == 3);
  CHECK(both.thresholds[0].abort_on_fail);
  CHECK(both.thresholds[1].selector == "iterations");
  CHECK(both.thresholds[2].expression == "rate>0.5");
}

TEST_CASE("a flag that asks for another shape gets it", "[unit][profile]") {
  CHECK(planned(kLight, "rate = 100").executor == ExecutorKind::constant_arrival_rate);
  CHECK(planned(kLight, "rate = 100").run_time == 5min);
  CHECK(planned(kLight, "stages = [\"30s:100\"]").executor == ExecutorKind::ramping_vus);
  CHECK(planned(kLight, "stages = [\"30s:100\"]").run_time == 30s);
  CHECK(planned(kLight, "iterations = 100").executor == ExecutorKind::shared_iterations);
  CHECK(planned(kLight, "iterations = 100").users == 10);
  CHECK(planned("stages = [\"30s:100\"]", "users = 5\nrun_time = 10").executor == ExecutorKind::constant_vus);
  CHECK(planned("rate = 9\narrivals = \"poisson\"\nrun_time = 10\nmax_in_flight = 5", "users = 5").executor ==
        ExecutorKind::constant_vus);
  CHECK(planned("executor = \"ramping-vus\"\nstages = [\"30s:100\"]", "rate = 5\nrun_time = 10").executor ==
        ExecutorKind::constant_arrival_rate);
  CHECK(planned("executor = \"per-vu-iterations\"\niterations = 3", "users = 5").executor ==
        ExecutorKind::per_vu_iterations);
  CHECK(planned("executor = \"externally-controlled\"", "users = 5").executor == ExecutorKind::externally_controlled);
}

TEST_CASE("stages over a constant rate ramp on from that rate", "[unit][profile]") {
  const auto plan = planned("rate = 10\nrun_time = 60\narrivals = \"poisson\"", "stages = [\"30s:100\"]");
  CHECK(plan.executor == ExecutorKind::ramping_arrival_rate);
  CHECK(plan.arrivals == Arrivals::poisson);
  REQUIRE(plan.stages.size() == 2);
  CHECK(plan.stages[0].target == 10);
  CHECK(plan.run_time == 30s);
}
