// The push integration against platforms that behave and platforms that do not: every status of the Farm document, and
// what a person reads about it. Rehearsed, so that a platform that hangs for half a minute costs nothing.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

const std::string kScript = std::string(THRESHER_SOURCE_DIR) + "/scripts/farm_stress.lua";

struct Push {
  Finished finished;
  json report;

  json document(const char* name) const { return report["oracle"]["documents"]["farm"][name]; }
  std::string status() const { return document("run").value("status", "none"); }
  std::vector<std::string> violated() const {
    std::vector<std::string> checks;
    for (const json& violation : report["oracle"]["violations"]) checks.push_back(violation["check"]);
    return checks;
  }
};

/// One stress test of a platform with these options.
Push push(const std::string& options, std::vector<std::string> more = {}) {
  const ScratchFolder folder;
  const std::string path = folder.path() + "/report.json";
  std::vector<std::string> arguments = {
      "rehearse", kScript,      "--tags",         "push",  "-u",           "1",      "-i", "1", "--seed",
      "7",        "--stand-in", "aoa=" + options, "--env", "CHAOS_RATE=0", "--json", path};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Push pushed{run_thresher(arguments), {}};
  INFO(pushed.finished.out + pushed.finished.err);
  REQUIRE(folder.has("report.json"));
  pushed.report = json::parse(folder.read("report.json"));
  return pushed;
}

}  // namespace

TEST_CASE("a healthy platform completes, and the operator's analysis passes it", "[integration][farm]") {
  const Push pushed = push("{}");
  CHECK(pushed.status() == "completed");
  CHECK(pushed.finished.exit_code == 0);
  CHECK(pushed.document("analysis")["verdict"] == "PASS");
  CHECK(pushed.document("analysis")["sections"]["reliability"]["verdict"] == "PASS");
  CHECK(pushed.report["oracle"]["violation_count"] == 0);
}

TEST_CASE("each way a platform can fail has its status", "[integration][farm]") {
  const auto [misbehave, status] = GENERATE(table<std::string, std::string>({
      {"refuse_fleet", "fleet_ingestion_failed"},
      {"error_fleet", "fleet_ingestion_failed"},
      {"hang_fleet", "fleet_ingestion_timeout"},
      {"refuse_scenario", "scenario_submission_failed"},
      {"error_scenario", "scenario_submission_failed"},
      {"hang_scenario", "scenario_submission_timeout"},
      {"pending_404", "completed"},
      {"never_ends", "timeout"},
      {"garbage", "execution_error"},
      {"poll_500", "execution_error"},
  }));
  CAPTURE(misbehave);
  const Push pushed = push(fmt::format(R"({{"misbehave":"{}"}})", misbehave));
  CHECK(pushed.status() == status);
  CHECK((pushed.finished.exit_code == 0) == (status == "completed"));
}

TEST_CASE("a platform that is not there is a fleet that was not ingested", "[integration][farm]") {
  const Push pushed = push("{}", {"--host", "http://127.0.0.1:9"});
  CHECK(pushed.status() == "fleet_ingestion_failed");
  CHECK(pushed.finished.exit_code == 120);
}

TEST_CASE("fields that a platform loses silently are reported as drift, by reading back", "[integration][farm]") {
  const Push healthy = push("{}");
  CHECK(healthy.document("drift")["fields"].empty());
  const Push pushed = push(R"({"drop_fields":true})");
  CHECK_FALSE(pushed.document("drift")["fields"].empty());
  CHECK(pushed.finished.exit_code == 120);
}

TEST_CASE("a scenario under chaos recovers, and the recovery is shown", "[integration][farm]") {
  const Push pushed = push("{}", {"--env", "CHAOS_RATE=0.6", "--env", "WORKFLOW_COUNT=20"});
  CHECK(pushed.report["oracle"]["violation_count"] == 0);
  CHECK(pushed.document("run")["execution_result"]["chaos_events_total"].get<int>() > 10);
  CHECK(pushed.document("analysis")["metrics"]["chaos_recovery_rate"].get<double>() > 0.5);
}

TEST_CASE("settings arrive: scale, count, seed and tenant", "[integration][farm]") {
  const Push pushed =
      push("{}", {"--env", "SCALE=medium", "--env", "WORKFLOW_COUNT=3", "--env", "SEED=99", "--env", "TENANT_ID=t1"});
  CHECK(pushed.document("run")["fleet_summary"]["total_agents"] == 50);
  CHECK(pushed.document("run")["scenario_summary"]["total_workflows"] == 3);
  CHECK(pushed.document("run")["test_id"] == "md-3wf-0ch-s99");
}

TEST_CASE("the same seed gives the same report and the same history", "[integration][farm]") {
  std::vector<std::string> histories;
  for (int i = 0; i < 2; ++i) {
    const ScratchFolder folder;
    const Finished run = run_thresher(
        {"rehearse", kScript, "-u", "10", "--run-time", "2m", "--seed", "7", "--history", "h.jsonl", "--quiet"}, {},
        folder.path());
    INFO(run.out + run.err);
    REQUIRE(run.exit_code == 0);
    histories.push_back(folder.read("h.jsonl"));
  }
  CHECK(histories[0] == histories[1]);
  CHECK(histories[0].size() > 100'000);
}
