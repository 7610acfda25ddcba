#include "engine/validity.h"

#include <catch2/catch.hpp>

using namespace thresher;
using namespace thresher::engine;
using namespace std::chrono_literals;

namespace {

ValidityInput sound() {
  ValidityInput input;
  input.open_model = true;
  input.elapsed = 60s;
  input.iterations = 10'000;
  input.lateness_p99 = 1ms;
  input.response_p50 = 20ms;
  input.worker_cpu_share = {0.3, 0.4};
  input.littles_law_users_measured = input.littles_law_users_derived = 10;
  input.late_seconds = {0, 0};
  return input;
}

void check_one(const ValidityInput& input, ValidityState state, const std::string& text) {
  const Validity validity = judge_validity(input);
  CHECK(validity.state == state);
  REQUIRE(validity.reasons.size() == 1);
  CHECK(validity.reasons[0].state == state);
  CHECK(validity.reasons[0].text == text);
}

}  // namespace

TEST_CASE("a generator that kept up is valid, without a word", "[unit][engine]") {
  const Validity validity = judge_validity(sound());
  CHECK(validity.state == ValidityState::valid);
  CHECK(validity.reasons.empty());
  CHECK(validity.remarks.empty());
  CHECK(name_of(validity.state) == "VALID");
}

TEST_CASE("dropped iterations degrade, and more than one in a hundred invalidate", "[unit][engine]") {
  ValidityInput input = sound();
  input.dropped = 100;
  check_one(input, ValidityState::degraded, "100 of 10100 iterations were dropped (0.99 %; up to 1 % only degrades)");
  input.dropped = input.in_flight_cap_hits = 200;
  check_one(input, ValidityState::invalid,
            "200 of 10200 iterations were dropped (1.96 %; limit 1 %); 200 of them met the max_in_flight cap");
}

TEST_CASE("late iterations degrade, and in the open model invalidate", "[unit][engine]") {
  ValidityInput input = sound();
  input.lateness_p99 = 10ms;
  CHECK(judge_validity(input).state == ValidityState::valid);
  input.lateness_p99 = 12'300us;
  check_one(input, ValidityState::degraded,
            "iterations started late: p99 of 12.3 ms after they were due (limit 10 ms)");
  input.lateness_p99 = 51ms;
  check_one(input, ValidityState::invalid,
            "iterations started late: p99 of 51.0 ms after they were due (limit 50.0 ms)");
  input.response_p50 = 2s;  // a tenth of it is more than 50 ms
  check_one(input, ValidityState::degraded,
            "iterations started late: p99 of 51.0 ms after they were due (limit 10 ms)");
  input.response_p50 = 20ms;
  input.open_model = false;
  check_one(input, ValidityState::degraded,
            "iterations started late: p99 of 51.0 ms after they were due (limit 10 ms)");
}

TEST_CASE("loops that were away degrade, then invalidate", "[unit][engine]") {
  ValidityInput input = sound();
  input.loop_lag_p99 = 30ms;
  input.loop_lag_max = 70ms;
  check_one(input, ValidityState::degraded,
            "the workers' loops were late: p99 of 30.0 ms, at most 70.0 ms (limit 20 ms)");
  input.loop_lag_p99 = 201ms;
  input.loop_lag_max = 1s;
  check_one(input, ValidityState::invalid,
            "the workers' loops were late: p99 of 201.0 ms, at most 1000.0 ms (limit 200 ms)");
}

TEST_CASE("a worker near the whole of its core degrades, then invalidates", "[unit][engine]") {
  ValidityInput input = sound();
  input.worker_cpu_share = {0.5, 0.85};
  check_one(input, ValidityState::degraded, "worker 1 used 85 % of a core (limit 80 %)");
  input.worker_cpu_share = {0.97, 0.5};
  check_one(input, ValidityState::invalid, "worker 0 used 97 % of a core (limit 95 %)");
  input.elapsed = 2s;
  CHECK(judge_validity(input).state == ValidityState::valid);  // compiling scripts, so far
}

TEST_CASE("a process near the whole of its cores degrades, then invalidates", "[unit][engine]") {
  ValidityInput input = sound();
  input.process_cpu_share = 0.9;
  check_one(input, ValidityState::degraded, "the process used 90 % of the cores it may use (limit 80 %)");
  input.process_cpu_share = 0.99;
  check_one(input, ValidityState::invalid, "the process used 99 % of the cores it may use (limit 95 %)");
}

TEST_CASE("one request without a descriptor or a port invalidates", "[unit][engine]") {
  ValidityInput input = sound();
  input.descriptor_failures = 1;
  check_one(input, ValidityState::invalid,
            "1 requests found no file descriptor left in this process (limit 0; see ulimit -n)");
  input.descriptor_failures = 0;
  input.port_failures = 3;
  check_one(input, ValidityState::invalid, "3 requests found no local port left on this machine (limit 0)");
}

TEST_CASE("time that is neither waiting nor working degrades", "[unit][engine]") {
  ValidityInput input = sound();
  input.littles_law_users_derived = 8;
  check_one(input, ValidityState::degraded,
            "10.0 iterations were in flight on average, but throughput x iteration time gives 8.0: 20 % of the time "
            "was spent in the "
            "generator (limit 10 %)");
  input.iterations = 999;
  CHECK(judge_validity(input).state == ValidityState::valid);
}

TEST_CASE("a worker that does not answer is named", "[unit][engine]") {
  ValidityInput input = sound();
  input.late_seconds = {0, 2};
  check_one(input, ValidityState::degraded, "worker 1 did not answer within a snapshot's interval, 2 times");
  input.late_seconds = {7, 0};
  check_one(input, ValidityState::invalid, "worker 0 did not answer within a snapshot's interval, 7 times");
}

TEST_CASE("lost workers and users are named", "[unit][engine]") {
  ValidityInput input = sound();
  input.stuck_workers = 1;
  check_one(input, ValidityState::invalid, "1 workers were lost in scripts that never came back");
  input.stuck_workers = 0;
  input.abandoned_users = 4;
  check_one(input, ValidityState::degraded, "4 users had not ended when the run did");
}

TEST_CASE("the worst reason decides", "[unit][engine]") {
  ValidityInput input = sound();
  input.dropped = 1;
  input.port_failures = 1;
  input.loop_lag_p99 = 30ms;
  const Validity validity = judge_validity(input);
  CHECK(validity.state == ValidityState::invalid);
  CHECK(validity.reasons.size() == 3);
}

TEST_CASE("a target that stalled closed-model users is remarked upon, and the run stays valid", "[unit][engine]") {
  ValidityInput input = sound();
  input.open_model = false;
  input.requests = 40'000;
  input.requests_stalled = 600;
  input.stalled_total = 570s;
  input.requests_not_sent = 570'000;
  const Validity validity = judge_validity(input);
  CHECK(validity.state == ValidityState::valid);
  REQUIRE(validity.remarks.size() == 1);
  CHECK(validity.remarks[0] ==
        "the target stalled its users: 600 of 40000 requests took more than ten times the median of their kind, 570.0 "
        "s of users' time "
        "in all. Users who wait send nothing: about 570000 requests were not sent meanwhile, and the percentiles leave "
        "out how long "
        "those would have taken. An open model (constant-arrival-rate) counts them");
}
