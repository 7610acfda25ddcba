#include <catch2/catch.hpp>

#include "catalogue.h"

using namespace thresher;
using namespace thresher::profile;
using namespace thresher::profile::test;
using Catch::Matchers::Contains;

namespace {

std::string text_of(std::string_view toml) {
  auto catalogue = fleet();
  catalogue[0].host = "http://127.0.0.1:8007";
  catalogue[1].sequential = true;
  auto plan = make_plan(parsed(toml), catalogue, 7, 2);
  if (!plan) throw std::runtime_error(to_text(plan.error()));
  return plan->text();
}

}  // namespace

TEST_CASE("a plan reads as a person would say it", "[unit][profile]") {
  CHECK(text_of(R"(users = 10
spawn_rate = 1
run_time = "5m"
exclude_tags = "throughput, publish"
[thresholds]
http_req_failed = "rate<0.01"
http_req_duration = { threshold = "p(95)<500", abort_on_fail = true, delay = "10s", window = "30s", min_samples = 5 }
)") == R"(profile     test
shape       constant-vus, 10 users, 1 more each second, for 5m, 30s to stop
selection   without throughput, publish
scenarios   health_checks   60.0 %  2 of 2 tasks  http://127.0.0.1:8007
            aria_chat       40.0 %  2 of 2 tasks, in order
thresholds  http_req_failed  rate<0.01
            http_req_duration  p(95)<500, each 30s, of at least 5 samples, ends the run after 10s
workers     2
seed        7
notes       scenario 'event_bus' has no task left by the selection; its users go to the rest
)");
}

TEST_CASE("each executor's shape has its words", "[unit][profile]") {
  CHECK_THAT(text_of(""), Contains("constant-vus, 1 users, until stopped or done, 30s to stop"));
  CHECK_THAT(text_of("iterations = 9\nusers = 3"), Contains("shared-iterations, 9 iterations shared by 3 users"));
  CHECK_THAT(text_of("executor = \"per-vu-iterations\"\niterations = 9"), Contains("9 iterations by each of 1 users"));
  CHECK_THAT(text_of("stages = [\"30s:5\", \"0s:2\"]"),
             Contains("ramping-vus, up to 5 users, for 30s") && Contains("30s:5  0s:2"));
  CHECK_THAT(text_of("rate = 100\nrun_time = 5\narrivals = \"poisson\""),
             Contains("constant-arrival-rate, 100 per second, Poisson arrivals, at most 50000 in flight, for 5s"));
  CHECK_THAT(text_of("rate = 1\nstages = [\"30s:5\"]"),
             Contains("ramping-arrival-rate, even arrivals") && Contains("0s:1  30s:5"));
  CHECK_THAT(text_of("executor = \"externally-controlled\""), Contains("externally-controlled, 1 users"));
}
