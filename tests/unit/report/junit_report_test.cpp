#include "report/junit_report.h"

#include <catch2/catch.hpp>

#include "fake_run.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;
using Catch::Matchers::Contains;

namespace {

std::string text_of(FakeRun& fake) { return junit_report_text(fake.run, fake.snapshot(), fake.summary()); }

}  // namespace

TEST_CASE("thresholds, checks and validity are test cases with what was observed", "[unit][report][junit]") {
  EventfulRun fake;
  const std::string wanted = R"xml(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="thresher" tests="7" failures="4" errors="0" time="2.000">
  <testsuite name="run" tests="1" failures="1" errors="0" skipped="0" time="2.000" timestamp="2026-11-21T02:46:00Z">
    <properties>
      <property name="command" value="thresher run scripts/health_checks.lua --profile light --seed 7"/>
      <property name="seed" value="7"/>
      <property name="thresher" value="0.1.0"/>
      <property name="run" value="$ID"/>
    </properties>
    <testcase classname="thresher.run" name="exit code 0">
      <failure type="NO_DATA" message="exit code 122: 1 of 3 thresholds had nothing to judge: sse_events count&gt;0">FAILED: 1 of 3 thresholds failed: http_req_failed rate&lt;0.01: 2.68%</failure>
    </testcase>
  </testsuite>
  <testsuite name="validity" tests="1" failures="0" errors="0" skipped="0" time="0" timestamp="2026-11-21T02:46:00Z">
    <testcase classname="thresher.validity" name="the generator was not the limit"/>
  </testsuite>
  <testsuite name="thresholds" tests="3" failures="2" errors="0" skipped="0" time="0" timestamp="2026-11-21T02:46:00Z">
    <testcase classname="thresher.thresholds" name="http_req_failed rate&lt;0.01">
      <failure type="FAILED" message="observed 2.68%">light.toml:9</failure>
    </testcase>
    <testcase classname="thresher.thresholds" name="http_req_duration{tag:health} p(95)&lt;5000">
      <system-out>observed 1.23 s</system-out>
    </testcase>
    <testcase classname="thresher.thresholds" name="sse_events count&gt;0">
      <failure type="NO_DATA" message="nothing to judge">light.toml:9</failure>
    </testcase>
  </testsuite>
  <testsuite name="checks" tests="2" failures="1" errors="0" skipped="0" time="0" timestamp="2026-11-21T02:46:00Z">
    <testcase classname="thresher.checks" name="status is 200">
      <failure type="FAILED" message="false 1 of 100 times (1.00%)"></failure>
    </testcase>
    <testcase classname="thresher.checks" name="::login::form::says healthy">
      <system-out>true 100 times</system-out>
    </testcase>
  </testsuite>
</testsuites>
)xml";
  CHECK(text_of(fake) == std::string(wanted).replace(wanted.find("$ID"), 3, id_of(fake.run)));
}

TEST_CASE("a run that is fine has no failure", "[unit][report][junit]") {
  FakeRun fake;
  fake.request({.duration = 1ms});
  fake.check("status is 200", 3, 0);
  fake.threshold("http_req_failed", "rate<0.01", metrics::ThresholdState::pass, 0);
  fake.second();
  CHECK_THAT(text_of(fake), Contains("tests=\"4\" failures=\"0\"") && !Contains("<failure"));
}

TEST_CASE("the file is red whenever the exit code is not 0", "[unit][report][junit]") {
  FakeRun fake;
  fake.second();
  engine::RunSummary summary = fake.summary();
  summary.stop = engine::StopReason::interrupted;
  CHECK_THAT(junit_report_text(fake.run, fake.snapshot(), summary),
             Contains("<failure type=\"INTERRUPTED\" message=\"exit code 105: stopped after 00:01, before its end\">"));

  fake.snapshot().validity.state = engine::ValidityState::invalid;
  fake.snapshot().validity.reasons = {{engine::ValidityState::invalid, "loop lag p99 was 140 ms, above 100 ms"}};
  CHECK_THAT(text_of(fake), Contains("<failure type=\"INVALID\" message=\"loop lag p99 was 140 ms, above 100 ms\">"));
}

TEST_CASE("without load there is no measurement to be valid", "[unit][report][junit]") {
  FakeRun fake;
  CHECK_THAT(text_of(fake), !Contains("thresher.validity"));
}

TEST_CASE("a degraded measurement is told of and does not fail", "[unit][report][junit]") {
  FakeRun fake;
  fake.second();
  fake.snapshot().validity.state = engine::ValidityState::degraded;
  fake.snapshot().validity.reasons = {{engine::ValidityState::degraded, "loop lag p99 was 14 ms, above 10 ms"}};
  CHECK_THAT(text_of(fake),
             Contains("<system-out>loop lag p99 was 14 ms, above 10 ms</system-out>") && !Contains("<failure"));
}

TEST_CASE("an oracle check that failed gives its witnesses, one that saw nothing is NO_DATA", "[unit][report][junit]") {
  FakeRun fake;
  Judgement judgement;
  judgement.validators = {"oracle", "farm"};
  judgement.checks = {{.validator = "oracle",
                       .name = "saga",
                       .summary = "compensated twice",
                       .word = Judgement::Word::fail,
                       .observations = 4,
                       .violations = 1},
                      {.validator = "oracle", .name = "order", .summary = "120 edges", .word = Judgement::Word::pass},
                      {.validator = "farm", .name = "leases", .word = Judgement::Word::no_data}};
  judgement.violations = {{.validator = "oracle", .check = "saga", .subject = "workflow wf-1", .witness = "a < b"},
                          {.validator = "oracle", .check = "order", .subject = "another check's"}};
  fake.run.judgement = &judgement;
  fake.second();
  const std::string text = text_of(fake);
  CHECK_THAT(text, Contains("name=\"oracle saga\">\n      <failure type=\"WRONG\" message=\"1 wrong of 4 observed: "
                            "compensated twice\">workflow wf-1:\na &lt; b\n</failure>"));
  CHECK_THAT(text, Contains("<system-out>PASS: 120 edges</system-out>"));
  CHECK_THAT(text, Contains("name=\"farm has a verdict\">\n      <failure type=\"NO_DATA\""));
}

TEST_CASE("control characters and markup of a target leave the file readable", "[unit][report][junit]") {
  FakeRun fake;
  fake.check("<status>\x01 is \"200\"\x1B[31m & \xFF", 1, 0);
  fake.second();
  CHECK_THAT(text_of(fake), Contains("name=\"&lt;status&gt; is &quot;200&quot;[31m &amp; \xEF\xBF\xBD\""));
}

TEST_CASE("the file is written when the run is concluded", "[unit][report][junit]") {
  const ScratchFolder folder;
  EventfulRun fake;
  auto report = JunitReport::open(folder / "junit.xml", fake.run);
  REQUIRE(report);
  (*report)->on_finish(fake.snapshot());
  REQUIRE((*report)->conclude(fake.summary()));
  CHECK(contents_of(folder / "junit.xml") == text_of(fake));
  CHECK((*report)->files() == std::vector{folder / "junit.xml"});
}
