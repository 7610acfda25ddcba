#include <catch2/catch.hpp>

#include "bench_of_history.h"
#include "farm/farm.h"

using Catch::Matchers::Contains;
using farm::Json;
using thresher::Verdict;

namespace {

struct FarmJudged : Judged {
  Json documents = Json::object();
};

struct FarmDesk : farm::Desk {
  explicit FarmDesk(FarmJudged& to) : judged(to) {}
  void violation(const thresher::Violation& told) override { judged.violations.push_back(told); }
  void finding(const thresher::Finding& told) override { judged.findings.push_back(told); }
  void document(std::string_view name, std::string_view json) override {
    judged.documents[std::string(name)] = Json::parse(json);
  }
  FarmJudged& judged;
};

FarmJudged judge_farm(const std::vector<std::string>& lines) {
  FarmJudged judged;
  farm::Farm validator(std::make_unique<FarmDesk>(judged));
  for (const std::string& line : lines) validator.observe(line);
  validator.finish();
  return judged;
}

/// `good` of `all` workflows of one task completed, in 8 seconds.
std::vector<std::string> scenario(int good, int all, const std::string& expected = "{}") {
  std::string workflows, parts;
  for (int i = 0; i < all; ++i) {
    const std::string comma = i > 0 ? "," : "", id = "\"w" + std::to_string(i) + "\"";
    std::string graph = workflow_of(task("t")),
                part = result_of(done("t", 0, 0.5, "a", "", i < good ? "completed" : "failed"),
                                 i < good ? "completed" : "failed");
    workflows += comma + graph.replace(graph.find("\"wf\""), 4, id);
    parts += comma + part.replace(part.find("\"wf\""), 4, id);
  }
  return history_of(
      R"({"seed":7,"scale":"small","summary":{"total_workflows":)" + std::to_string(all) +
          R"(,"chaos_rate":0.2},"__expected__":)" + expected + R"(,"workflows":[)" + workflows + "]}",
      R"({"status":"completed","started_at":1800000000.0,"completed_at":1800000008.0,"workflow_results":[)" + parts +
          "]}");
}

Json check_named(const Json& checks, const std::string& name) {
  for (const Json& check : checks)
    if (check["name"] == name) return check;
  return nullptr;
}

}  // namespace

TEST_CASE("a platform that completes everything passes, in the document's shape", "[validators][farm]") {
  const FarmJudged judged = judge_farm(scenario(20, 20));
  const Json& analysis = judged.documents["analysis"];
  std::vector<std::string> members;
  for (const auto& [key, value] : analysis.items()) members.push_back(key);
  CHECK(members == std::vector<std::string>{"verdict", "title", "summary", "sections", "recommendations", "metrics"});
  CHECK(analysis["verdict"] == "PASS");
  CHECK(analysis["title"] == "Stress Test PASSED");
  CHECK(analysis["recommendations"].empty());
  CHECK(analysis["metrics"]["completion_rate"] == 1.0);
  CHECK(analysis["metrics"]["throughput_tasks_per_sec"] == 2.5);
  CHECK(analysis["metrics"]["avg_latency_ms"].get<double>() == Approx(500));
  CHECK(analysis["metrics"]["chaos_recovery_rate"].is_null());
  CHECK(analysis["sections"]["resilience"]["verdict"] == "NO_DATA");
  CHECK(judged.documents["run"]["status"] == "completed");
  CHECK(judged.documents["run"]["test_id"] == "sm-20wf-20ch-s7");
  CHECK(check_named(judged.documents["checks"], "completion_rate")["passed"] == true);
}

TEST_CASE("points decide by the document's table, and findings say how sure they are", "[validators][farm]") {
  const auto verdict = [](int good) {
    return judge_farm(scenario(good, 20)).documents["analysis"]["verdict"].get<std::string>();
  };
  CHECK(verdict(19) == "DEGRADED");  // 95 % complete, and 5 % of the tasks in error, which is not below 5 %
  CHECK(verdict(16) == "FAIL");      // 80 % complete is degraded; 20 % errors are above 15 %
  CHECK(verdict(10) == "FAIL");
  const Json finding = judge_farm(scenario(4, 5)).documents["analysis"]["sections"]["reliability"]["findings"][0];
  CHECK_THAT(finding.get<std::string>(),
             Contains("Completion rate 80% (4 of 5; 95% interval 37.6% to 96.4%; thin data"));
}

TEST_CASE("checks that fail make the run one completed with failures", "[validators][farm]") {
  const FarmJudged judged = judge_farm(scenario(16, 20, R"({"expected_completion_rate":0.85})"));
  CHECK(judged.documents["run"]["status"] == "completed_with_failures");
  const Json check = check_named(judged.documents["checks"], "completion_rate");
  CHECK(check["expected"] == 0.85);
  CHECK(check["actual"] == 0.8);
  CHECK(check["passed"] == false);
  CHECK(judge_farm(scenario(20, 20, R"({"worker_count":4})")).documents["run"]["status"] == "completed_with_failures");
  CHECK(judge_farm(scenario(20, 20, R"({"worker_count":3})")).documents["run"]["status"] == "completed");
}

TEST_CASE("each way of not ending has its status", "[validators][farm]") {
  const auto status = [](std::size_t keep, const std::vector<std::string>& more) {
    auto lines = scenario(1, 1);
    lines.resize(keep);
    lines.insert(lines.end(), more.begin(), more.end());
    const FarmJudged judged = judge_farm(lines);
    CHECK(judged.documents["analysis"]["verdict"] == "FAIL");
    CHECK(judged.of("status").violations == 1);
    return judged.documents["run"]["status"].get<std::string>();
  };
  const std::string poll = R"({"t":3000000,"event":"poll","item":"item-1","http":)";
  const std::string gave_up = R"({"t":4000000,"event":"gave_up","item":"item-1","waited_ms":3,"status":"running"})";
  CHECK(status(2, {R"({"t":1,"event":"fleet_answer","status":0,"error":"timeout"})"}) == "fleet_ingestion_timeout");
  CHECK(status(2, {R"({"t":1,"event":"fleet_answer","status":403})"}) == "fleet_ingestion_failed");
  CHECK(status(2, {R"({"t":1,"event":"fleet_answer","status":0,"error":"connect_refused"})"}) ==
        "fleet_ingestion_failed");
  CHECK(status(3, {R"({"t":1,"event":"rejected","item":"item-1","status":0,"error":"timeout"})"}) ==
        "scenario_submission_timeout");
  CHECK(status(3, {R"({"t":1,"event":"rejected","item":"item-1","status":500})"}) == "scenario_submission_failed");
  CHECK(status(4, {poll + R"(200,"status":"running"})", gave_up}) == "timeout");
  CHECK(status(4, {poll + "404}", gave_up}) == "timeout");
  CHECK(status(4, {poll + "500}", gave_up}) == "execution_error");
  CHECK(status(4, {poll + R"(0,"error":"protocol"})", gave_up}) == "execution_error");
}

TEST_CASE("a run without an observation has no verdict", "[validators][farm]") {
  const FarmJudged judged = judge_farm({R"({"t":0,"event":"run","seed":1})"});
  CHECK(judged.documents["analysis"]["verdict"] == "NO_DATA");
  CHECK(judged.documents["run"]["status"].is_null());
  for (const auto& finding : judged.findings) CHECK(finding.verdict == Verdict::no_data);
}

TEST_CASE("what is read back is compared by id, and drift is listed by path", "[validators][farm]") {
  const FarmJudged judged = judge_farm(
      {R"({"t":0,"event":"read_back","item":"fleet","sent":{"agents":[{"agent_id":"a","cost":1.0,"policy":{"max":3}},{"agent_id":"b","cost":2}]},)"
       R"("got":{"agents":[{"agent_id":"b","cost":2,"extra":0},{"agent_id":"a","cost":1,"policy":{}}]}})"});
  const Json& fields = judged.documents["drift"]["fields"];
  REQUIRE(fields.size() == 1);
  CHECK(fields[0]["path"] == "agents[].policy.max");
  CHECK(fields[0]["what"] == "dropped");
  CHECK(fields[0]["example"] == "agents[a].policy.max");
  CHECK_THAT(judged.witnesses("drift"), Contains("Read back, it is not there"));
}

TEST_CASE("a result is compared with what was promised, and a platform's own rate is called vacuous",
          "[validators][farm]") {
  const auto checks = [](const char* expected, const char* actual) {
    return judge_farm(
               {R"({"t":0,"event":"validate","expected":)" + std::string(expected) + R"(,"actual":)" + actual + "}"})
        .documents;
  };
  const Json documents =
      checks(R"({"__expected__":{"expected_completion_rate":0.85,"chaos_events_expected":10,"planner_count":1}})",
             R"({"completion_rate":0.9,"chaos_events_recovered":7})");
  CHECK(documents.size() == 1);
  CHECK_THAT(check_named(documents["checks"], "completion_rate")["note"].get<std::string>(), Contains("vacuous"));
  CHECK(check_named(documents["checks"], "chaos_recovery")["passed"] == false);
  const Json planners = check_named(documents["checks"], "planner_count");
  CHECK(planners["passed"] == false);
  CHECK(planners["actual"].is_null());
  CHECK_THAT(planners["note"].get<std::string>(), Contains("NO_DATA"));
  const Json shown =
      checks(R"({"expected_completion_rate":0.85})",
             R"({"completion_rate":1.0,"workflow_results":[{"status":"completed"},{"status":"failed"}]})");
  CHECK(shown["checks"][0]["actual"] == 0.5);
  CHECK(shown["checks"][0]["passed"] == false);
}

TEST_CASE("percentiles are right to within a bucket", "[validators][farm]") {
  farm::Latencies latencies;
  for (int i = 1; i <= 1000; ++i) latencies.add(i);
  CHECK(latencies.mean_ms() == Approx(500.5));
  CHECK(latencies.percentile_ms(0.5) == Approx(500).epsilon(0.02));
  CHECK(latencies.percentile_ms(0.99) == Approx(990).epsilon(0.02));
}
