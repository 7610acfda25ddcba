#include "report/verdict.h"

#include <catch2/catch.hpp>

#include "fake_run.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;
using engine::RunSummary;
using engine::StopReason;

namespace {

RunFacts healthy() {
  RunFacts facts;
  facts.requests = 12'345;
  facts.iterations = 10;
  return facts;
}

RunFacts with_everything_wrong() {
  RunFacts facts = healthy();
  facts.validity.state = engine::ValidityState::invalid;
  facts.validity.reasons = {{engine::ValidityState::degraded, "a little late"},
                            {engine::ValidityState::invalid, "loop lag p99 80 ms, limit 50 ms"}};
  facts.oracle_violations = 2;
  facts.thresholds = 3;
  facts.thresholds_failed = {"http_req_failed rate<0.01: 2.00%"};
  facts.thresholds_without_data = {"sse_events count>0"};
  return facts;
}

}  // namespace

TEST_CASE("a run whose thresholds held passes", "[unit][report][verdict]") {
  RunFacts facts = healthy();
  facts.thresholds = 2;
  const Verdict verdict = judge(facts, {});
  CHECK(verdict.exit_code == 0);
  CHECK(verdict.line() == "PASSED: all 2 thresholds held, 12,345 requests, 0.0% failed");
  CHECK(verdict.also.empty());
}

TEST_CASE("a run without thresholds says so", "[unit][report][verdict]") {
  CHECK(judge(healthy(), {}).line() == "FINISHED: no threshold was set, 12,345 requests, 0.0% failed");
  CHECK(judge({}, {}).line() == "FINISHED: no threshold was set, and no request came to its end");
}

TEST_CASE("a degraded measurement passes but is named", "[unit][report][verdict]") {
  RunFacts facts = healthy();
  facts.validity.state = engine::ValidityState::degraded;
  const Verdict verdict = judge(facts, {});
  CHECK(verdict.exit_code == 0);
  CHECK(verdict.text.find("measurement DEGRADED") != std::string::npos);
}

TEST_CASE("each finding alone has its exit code", "[unit][report][verdict]") {
  RunFacts facts = healthy();
  RunSummary summary;
  SECTION("threshold failed") {
    facts.thresholds = 3;
    facts.thresholds_failed = {"http_req_failed rate<0.01: 2.00%"};
    const Verdict verdict = judge(facts, summary);
    CHECK(verdict.exit_code == 99);
    CHECK(verdict.line() == "FAILED: 1 of 3 thresholds failed: http_req_failed rate<0.01: 2.00%");
  }
  SECTION("nothing to judge") {
    facts.thresholds = 1;
    facts.thresholds_without_data = {"sse_events count>0"};
    const Verdict verdict = judge(facts, summary);
    CHECK(verdict.exit_code == 122);
    CHECK(verdict.line() == "NO_DATA: 1 of 1 threshold had nothing to judge: sse_events count>0");
  }
  SECTION("oracle") {
    facts.oracle_violations = 1;
    const Verdict verdict = judge(facts, summary);
    CHECK(verdict.exit_code == 120);
    CHECK(verdict.line() == "WRONG: the target gave 1 wrong answer");
  }
  SECTION("invalid names only the reasons that make it so") {
    facts.validity = with_everything_wrong().validity;
    const Verdict verdict = judge(facts, summary);
    CHECK(verdict.exit_code == 121);
    CHECK(verdict.line() == "INVALID: the generator was the limit: loop lag p99 80 ms, limit 50 ms");
  }
  SECTION("interrupted") {
    summary.stop = StopReason::interrupted;
    summary.elapsed = 83s;
    const Verdict verdict = judge(facts, summary);
    CHECK(verdict.exit_code == 105);
    CHECK(verdict.line() == "INTERRUPTED: stopped after 01:23, before its end");
  }
  SECTION("abort") {
    summary.stop = StopReason::aborted_by_script;
    summary.stop_text = "no token";
    const Verdict verdict = judge(facts, summary);
    CHECK(verdict.exit_code == 108);
    CHECK(verdict.line() == "ABORTED: the script called abort: no token");
  }
  SECTION("fail") {
    summary.marked_failed = {"stock is negative", "cart is lost"};
    const Verdict verdict = judge(facts, summary);
    CHECK(verdict.exit_code == 110);
    CHECK(verdict.line() == "FAILED: the script called fail: stock is negative; cart is lost");
  }
  SECTION("setup timed out") {
    summary.stop = StopReason::setup_timed_out;
    CHECK(judge(facts, summary).exit_code == 100);
  }
  SECTION("teardown timed out") {
    summary.teardown_timed_out = true;
    CHECK(judge(facts, summary).exit_code == 101);
  }
  SECTION("script error in setup") {
    summary.stop = StopReason::setup_failed;
    summary.error = Error{ErrorCode::script, "attempt to index a nil value", "login.lua:4"};
    const Verdict verdict = judge(facts, summary);
    CHECK(verdict.exit_code == 107);
    CHECK(verdict.line() == "ERROR: setup failed: login.lua:4: attempt to index a nil value");
  }
  SECTION("script error at load") {
    summary.stop = StopReason::worker_failed;
    summary.error = Error{ErrorCode::script, "unexpected symbol", "login.lua:4"};
    CHECK(judge(facts, summary).exit_code == 107);
  }
  SECTION("bad configuration") {
    summary.stop = StopReason::worker_failed;
    summary.error = Error{ErrorCode::not_found, "no file 'users.csv'", ""};
    CHECK(judge(facts, summary).exit_code == 104);
  }
  SECTION("a bug") {
    summary.stop = StopReason::worker_failed;
    CHECK(judge(facts, summary).exit_code == 109);
  }
  SECTION("stopped through the control API is an end like any other") {
    summary.stop = StopReason::externally_stopped;
    CHECK(judge(facts, summary).exit_code == 0);
  }
}

TEST_CASE("of several findings the gravest decides and the others are still told", "[unit][report][verdict]") {
  RunSummary summary;
  summary.teardown_timed_out = true;
  summary.marked_failed = {"stock is negative"};
  RunFacts facts = with_everything_wrong();

  summary.stop = StopReason::worker_failed;
  CHECK(judge(facts, summary).exit_code == 109);
  summary.error = Error{ErrorCode::invalid_argument, "bad", ""};
  CHECK(judge(facts, summary).exit_code == 104);
  summary.error = Error{ErrorCode::script, "bad", ""};
  CHECK(judge(facts, summary).exit_code == 107);
  summary.error.reset();
  summary.stop = StopReason::setup_timed_out;
  CHECK(judge(facts, summary).exit_code == 100);
  summary.stop = StopReason::interrupted;
  CHECK(judge(facts, summary).exit_code == 121);
  facts.validity = {};
  CHECK(judge(facts, summary).exit_code == 120);
  facts.oracle_violations = 0;
  CHECK(judge(facts, summary).exit_code == 105);
  summary.stop = StopReason::aborted_by_script;
  CHECK(judge(facts, summary).exit_code == 108);
  summary.stop = StopReason::completed;
  CHECK(judge(facts, summary).exit_code == 110);
  summary.marked_failed.clear();
  CHECK(judge(facts, summary).exit_code == 122);
  facts.thresholds_without_data.clear();
  const Verdict verdict = judge(facts, summary);
  CHECK(verdict.exit_code == 99);
  CHECK(verdict.also == std::vector<std::string>{"ERROR: teardown timed out"});
  facts.thresholds_failed.clear();
  CHECK(judge(facts, summary).exit_code == 101);
}

TEST_CASE("the facts of a verdict come from the last snapshot", "[unit][report][verdict]") {
  EventfulRun fake;
  fake.count("oracle_violations", 4);
  fake.second();
  Judge judge_of_run;
  judge_of_run.on_finish(fake.snapshot());
  const RunFacts facts = facts_of(fake.snapshot());
  CHECK(facts.requests == 112);
  CHECK(facts.requests_failed == 3);
  CHECK(facts.iterations == 55);
  CHECK(facts.oracle_violations == 4);
  CHECK(facts.thresholds == 3);
  CHECK(facts.thresholds_failed == std::vector<std::string>{"http_req_failed rate<0.01: 2.68%"});
  CHECK(facts.thresholds_without_data == std::vector<std::string>{"sse_events count>0"});
  CHECK(judge_of_run.verdict(fake.summary()).exit_code == 120);
}
