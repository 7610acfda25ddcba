#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fake_run.h"
#include "report/end_report.h"
#include "report/history_lines.h"
#include "report/history_report.h"
#include "report/json_report.h"
#include "report/judgement_text.h"
#include "report/verdict.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;
using Catch::Matchers::Contains;
using Word = Judgement::Word;

namespace {

/// A validator that passed one check, failed another with three witnesses, and had nothing to say in a third.
Judgement judgement_of_oracle() {
  Judgement judgement;
  judgement.validators = {"oracle"};
  judgement.checks = {
      {.validator = "oracle", .name = "order", .summary = "120 edges", .word = Word::pass, .observations = 120},
      {.validator = "oracle",
       .name = "saga",
       .summary = "3 of 4 sagas",
       .word = Word::fail,
       .observations = 4,
       .violations = 3},
      {.validator = "oracle", .name = "leases", .summary = "no lease was seen", .word = Word::no_data}};
  for (int i = 1; i <= 3; ++i)
    judgement.violations.push_back({.validator = "oracle",
                                    .check = "saga",
                                    .subject = "workflow wf-" + std::to_string(i),
                                    .witness = "step a was compensated at 2.0 s\nand again at 3.0 s",
                                    .details = R"({"step":"a"})",
                                    .at = i == 3 ? -1ns : 3s});
  judgement.violation_count = 3;
  judgement.documents = {{"oracle", "analysis", R"({"verdict":"FAIL"})"}};
  return judgement;
}

engine::HistoryPart part_of(const std::vector<engine::HistoryEntry>& entries, Nanoseconds now,
                            const engine::RunSummary* ended = nullptr) {
  return {.entries = entries, .now = TimePoint{now}, .ended = ended};
}

}  // namespace

TEST_CASE("the oracle's part of the report has a line per check and a witness or two per failed one",
          "[unit][report]") {
  const Judgement judgement = judgement_of_oracle();
  std::string text;
  for (const std::string& line : judgement_lines(judgement, {.width = 100})) text += line + "\n";
  CHECK(text == R"(Validator Check  Verdict Observed Wrong Summary
------------------------------------------------------------
oracle    order  PASS         120     0 120 edges
oracle    saga   FAIL           4     3 3 of 4 sagas
oracle    leases NO_DATA        0     0 no lease was seen

  oracle saga: workflow wf-1, seen at 3.000 s
      step a was compensated at 2.0 s
      and again at 3.0 s

  oracle saga: workflow wf-2, seen at 3.000 s
      step a was compensated at 2.0 s
      and again at 3.0 s

  1 more; --json FILE holds the first 100, `thresher validate` on --history FILE all
)");
}

TEST_CASE("a plugin's text cannot drive the terminal", "[unit][report]") {
  Judgement judgement = judgement_of_oracle();
  judgement.checks[0].summary = "\x1b[2J";
  judgement.violations[0].witness = "\x1b]0;x\x07";
  judgement.problems = {"farm: \x1b[1m"};
  for (const std::string& line : judgement_lines(judgement, {.width = 100}))
    CHECK(line.find_first_of("\x1b\x07") == std::string::npos);
}

TEST_CASE("violations decide the run, whatever the thresholds say", "[unit][report][verdict]") {
  FakeRun fake;
  fake.second();
  const Judgement judgement = judgement_of_oracle();
  RunFacts facts = facts_of(fake.snapshot(), &judgement);
  CHECK(facts.validators == 1);
  CHECK(facts.validators_without_data.empty());
  facts.oracle_violations = 3;
  CHECK(judge(facts, {}).line() == "WRONG: the target gave 3 wrong answers");
  CHECK(judge(facts, {}).exit_code == 120);
}

TEST_CASE("a validator that saw nothing is no verdict: exit 122", "[unit][report][verdict]") {
  FakeRun fake;
  fake.second();
  Judgement judgement;
  judgement.validators = {"oracle", "farm"};
  judgement.checks = {{.validator = "oracle", .name = "order", .word = Word::no_data},
                      {.validator = "farm", .name = "completion", .word = Word::degraded, .observations = 1}};
  const Verdict verdict = judge(facts_of(fake.snapshot(), &judgement), {});
  CHECK(verdict.exit_code == 122);
  CHECK(verdict.line() == "NO_DATA: nothing to judge for validator oracle");
}

TEST_CASE("a run that only the oracle judged passed, when it found nothing wrong", "[unit][report][verdict]") {
  RunFacts facts;
  facts.requests = 2;
  facts.validators = 1;
  CHECK(judge(facts, {}).line() ==
        "PASSED: no threshold was set, the oracle found nothing wrong, 2 requests, 0.0% failed");
}

TEST_CASE("the JSON report has the judgement, and null when nobody judged", "[unit][report]") {
  FakeRun fake;
  fake.second();
  CHECK(nlohmann::json::parse(json_report_text(fake.run, fake.snapshot(), {}, {}))["oracle"].is_null());
  const Judgement judgement = judgement_of_oracle();
  fake.run.judgement = &judgement;
  const auto oracle = nlohmann::json::parse(json_report_text(fake.run, fake.snapshot(), {}, {}))["oracle"];
  CHECK(oracle["checks"][1]["verdict"] == "FAIL");
  CHECK(oracle["violations"][0]["details"]["step"] == "a");
  CHECK(oracle["violations"][0]["at_s"] == 3.0);
  CHECK(oracle["violations"][2]["at_s"].is_null());
  CHECK(oracle["documents"]["oracle"]["analysis"]["verdict"] == "FAIL");
}

TEST_CASE("lines of a history count time from the run's beginning, and never fall", "[unit][report]") {
  FakeRun fake;
  fake.run.created_at = TimePoint{1s};
  HistoryLines lines(fake.run);
  CHECK(nlohmann::json::parse(lines.begin())["seed"] == 7);
  CHECK(lines.line({TimePoint{1s + 5ns}, R"({"event":"a","x":1})"}) == R"({"t":5,"event":"a","x":1})");
  CHECK(lines.line({TimePoint{1s + 3ns}, R"({"event":"b"})"}) == R"({"t":5,"event":"b"})");
  engine::RunSummary summary;
  CHECK_THAT(lines.end(part_of({}, 3s, &summary)), Contains(R"({"t":2000000000,"event":"run_end")"));
  summary.stop = engine::StopReason::interrupted;
  CHECK_THAT(lines.end(part_of({}, 3s, &summary)), Contains(R"("interrupted":true})"));
}

TEST_CASE("the history file has every event, between the run and its end", "[unit][report]") {
  ScratchFolder folder;
  FakeRun fake;
  fake.run.created_at = TimePoint{};
  auto report = HistoryReport::open(folder / "h.jsonl", fake.run);
  REQUIRE(report);
  const std::vector<engine::HistoryEntry> first = {{TimePoint{1ms}, R"({"event":"a"})"}};
  (*report)->on_history(part_of(first, 1s));
  CHECK_THAT(contents_of(folder / "h.jsonl"), Contains("\"event\":\"a\"}\n"));  // on disk within the second
  engine::RunSummary summary;
  (*report)->on_history(part_of({}, 2s, &summary));
  REQUIRE((*report)->conclude(summary));
  std::istringstream text(contents_of(folder / "h.jsonl"));
  std::vector<std::string> events;
  for (std::string line; std::getline(text, line);) events.push_back(nlohmann::json::parse(line)["event"]);
  CHECK(events == std::vector<std::string>{"run", "a", "run_end"});
}

TEST_CASE("a history that cannot be written is an error before the run", "[unit][report]") {
  FakeRun fake;
  const auto report = HistoryReport::open("/proc/nowhere/h.jsonl", fake.run);
  REQUIRE_FALSE(report);
  CHECK_THAT(report.error().message, Contains("/proc/nowhere/h.jsonl"));
}
