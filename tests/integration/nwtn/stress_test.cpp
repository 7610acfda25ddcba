// `thresher nwtn`: files, exit codes, and the scenario's judgement of answers, rehearsed; once over real sockets.
#include <signal.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;
using thresher::support::Subprocess;
using thresher::support::thresher_binary;

namespace {

struct Tested {
  Finished finished;
  json results, timeline, errors;
};

/// A stress test with its files.
Tested tested(const ScratchFolder& folder, std::vector<std::string> more) {
  std::vector<std::string> arguments{"nwtn", "stress", "--no-color", "--output-dir", folder.path()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Tested made{run_thresher(std::move(arguments)), {}, {}, {}};
  INFO(made.finished.out << made.finished.err);
  REQUIRE(folder.has("nwtn_stress_test_results.json"));
  made.results = json::parse(folder.read("nwtn_stress_test_results.json"));
  made.timeline = json::parse(folder.read("performance_timeline.json"));
  made.errors = json::parse(folder.read("error_breakdown.json"));
  return made;
}

Tested rehearsed(const std::string& options, std::vector<std::string> more = {}) {
  const ScratchFolder folder;
  std::vector<std::string> arguments{"--rehearse", "--quick", "--seed", "7", "--stand-in", "nwtn=" + options};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return tested(folder, std::move(arguments));
}

}  // namespace

TEST_CASE("a healthy orchestrator meets Phase 1, and users come, stay and go as planned", "[integration][nwtn]") {
  const Tested test = rehearsed("{}");
  CHECK(test.finished.exit_code == 0);
  CHECK_THAT(test.finished.out, Contains("NWTN Phase 1: MET"));
  CHECK(test.results["phase1_overall_compliance"] == true);
  CHECK(test.results["max_concurrent_users"] == 100);
  CHECK(test.results["sustained_concurrent_users"] == 100);
  CHECK(test.results["agent_performance"].size() == 5);
  CHECK(test.results["failed_requests"] == 0);
  CHECK(test.results["circuit_breaker_source"] == "health");
  CHECK(test.results["test_config"]["max_concurrent_users"] == 100);

  const json& points = test.timeline["points"];
  REQUIRE(points.size() >= 119);
  const auto users_at = [&](double seconds) {
    for (const json& point : points)
      if (point["elapsed_seconds"].get<double>() >= seconds) return point["active_users"].get<int>();
    return -1;
  };
  CHECK(users_at(15) == Approx(50).margin(5));
  CHECK(users_at(60) == 100);
  CHECK(users_at(105) == Approx(50).margin(7));  // they really stop: a session in progress may end first
  CHECK(points.back()["active_users"].get<int>() <= 5);
  std::uint64_t requests = 0;
  for (const json& point : points) requests += point["requests"].get<std::uint64_t>();
  CHECK(requests <= test.results["total_requests"].get<std::uint64_t>());
  CHECK(requests + 10 >= test.results["total_requests"].get<std::uint64_t>());
}

TEST_CASE("each fault is a reason of its own, and the reasons add up to the failures", "[integration][nwtn]") {
  const struct {
    const char *option, *reason;
  } cases[] = {{"error_rate", "HTTP 500"},
               {"timeout_rate", "timeout"},
               {"reset_rate", "reset"},
               {"garbage_rate", "answer is no JSON"},
               {"created_only_rate", "contract drift"},
               {"missing_agent_rate", "missing agent"},
               {"wrong_order_rate", "agents out of order"},
               {"broken_flow_rate", "broken trace"},
               {"empty_answer_rate", "empty answer"},
               {"bad_confidence_rate", "confidence out of range"}};
  for (const auto& each : cases) {
    CAPTURE(each.option);
    const Tested test =
        rehearsed(std::string(R"({"breaker_failures":0,")") + each.option + R"(":0.2})", {"--users", "20"});
    CHECK(test.finished.exit_code == 99);
    CHECK(test.results["phase1_success_rate_compliance"] == false);
    CHECK(test.results["script_errors"] == 0);
    CHECK(test.results["error_breakdown"] == json{{each.reason, test.results["failed_requests"]}});
    CHECK(test.results["failed_requests"] > 0);
    CHECK(test.errors["errors"][0]["error"] == each.reason);
    CHECK(test.errors["errors"][0]["share_of_failures"] == 1.0);
  }
}

TEST_CASE("a low success rate or latency that a person allows is met", "[integration][nwtn]") {
  const std::string options = R"({"error_rate":0.1,"breaker_failures":0,"latency_scale":4})";
  const Tested strict = rehearsed(options, {"--users", "30"});
  CHECK(strict.finished.exit_code == 99);
  CHECK(strict.results["phase1_latency_compliance"] == false);
  const Tested lenient = rehearsed(options, {"--users", "30", "--latency", "9000", "--success-rate", "0.8"});
  CHECK(lenient.finished.exit_code == 0);
  CHECK(lenient.results["performance_rating"] == "poor");  // the document's table stays what it is
}

TEST_CASE("a breaker that opens is counted, and is no stability", "[integration][nwtn]") {
  const Tested test = rehearsed(R"({"error_rate":0.5})", {"--users", "40", "--success-rate", "0"});
  CHECK(test.finished.exit_code == 99);
  CHECK(test.results["circuit_breaker_activations"] >= 1);
  CHECK(test.results["phase1_stability_compliance"] == false);
  CHECK(test.results["error_breakdown"].contains("circuit breaker open"));
  CHECK_THAT(test.finished.out, Contains("opened"));
}

TEST_CASE("a service of another contract ends the load after a few sessions, named", "[integration][nwtn]") {
  const Tested test = rehearsed(R"({"created_only_rate":1})");
  CHECK(test.finished.exit_code == 108);
  CHECK(test.results["total_requests"] < 20);
  CHECK(test.results["interrupted"] == true);
  CHECK_THAT(test.finished.out, Contains("contract drift") && Contains("Contract drift: what was tested"));
}

TEST_CASE("the same seed rehearses the same test", "[integration][nwtn]") {
  const auto figures = [](const char* seed) {
    const ScratchFolder folder;
    json results = tested(folder, {"--rehearse", "--quick", "--users", "10", "--seed", seed}).results;
    results.erase("test_config");
    return results;
  };
  CHECK((figures("7") == figures("7")));
  CHECK((figures("7") != figures("8")));
}

TEST_CASE("a target that is not there, or wrong options, end with 104 and send nothing", "[integration][nwtn]") {
  const ScratchFolder folder;
  const auto refused = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "nwtn");
    arguments.insert(arguments.end(), {"--output-dir", folder.path()});
    const Finished run = run_thresher(std::move(arguments));
    CHECK(run.exit_code == 104);
    CHECK(run.out.empty());
    return run.err;
  };
  CHECK_THAT(refused({"stress", "--quick", "--url", "http://127.0.0.1:9"}),
             Contains("http://127.0.0.1:9/health: connect_refused") && Contains("--stand-in nwtn"));
  CHECK_THAT(refused({"stress", "--users", "none"}), Contains("--users 'none'"));
  CHECK_THAT(refused({"validate", "--url", "http://127.0.0.1:9"}), Contains("connect_refused"));
  CHECK_THAT(refused({"validate", "--timeout", "0"}), Contains("--timeout '0'"));
  CHECK_FALSE(folder.has("nwtn_stress_test_results.json"));
  CHECK_FALSE(folder.has("nwtn_agent_validation_results.json"));
}

TEST_CASE("a stress test over real sockets has this machine's figures", "[integration][nwtn][ports]") {
  const ScratchFolder folder;
  const Tested test = tested(folder, {"--users", "20", "--duration", "4", "--ramp", "1", "--no-history", "--latency",
                                      "60000", "--stand-in", R"(nwtn={"latency_scale":0.1})"});
  INFO(test.finished.out << test.finished.err);
  CHECK(test.results["failed_requests"] == 0);
  CHECK(test.results["total_requests"] > 10);
  CHECK(test.results["max_concurrent_users"] == 20);
  CHECK(test.results["system_metrics"]["max_cpu_percent"] > 0);
  CHECK(test.results["system_metrics"]["network_bytes_sent"] > 0);
  CHECK(test.timeline["points"][2].contains("cpu_percent"));
}

TEST_CASE("contract drift is found before the load, with the exchange", "[integration][nwtn][ports]") {
  const ScratchFolder folder;
  const Finished run = run_thresher({"nwtn", "stress", "--quick", "--no-history", "--output-dir", folder.path(),
                                     "--stand-in", R"(nwtn={"created_only_rate":1})"});
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err,
             Contains("contract drift") && Contains("no field \"final_answer\"") && Contains("\"status\":\"created\""));
}

TEST_CASE("Ctrl-C ends a stress test with its files", "[integration][nwtn][ports]") {
  const ScratchFolder folder;
  Subprocess run({thresher_binary(), "nwtn", "stress", "--users", "5", "--ramp", "1", "--duration", "10m",
                  "--no-history", "--no-color", "--stand-in", "nwtn", "--output-dir", folder.path()});
  REQUIRE(run.wait_for("users 5"));
  run.send(SIGINT);
  const Finished ended = run.finish();
  INFO(ended.out << ended.err);
  CHECK(ended.exit_code == 105);
  REQUIRE(folder.has("nwtn_stress_test_results.json"));
  CHECK(json::parse(folder.read("nwtn_stress_test_results.json"))["interrupted"] == true);
}

TEST_CASE("a validation over real sockets writes its file and says what it found", "[integration][nwtn][ports]") {
  const ScratchFolder folder;
  const auto validate = [&](const char* stand_in) {
    return run_thresher({"nwtn", "validate", "--seed", "3", "--stand-in", stand_in, "--output-dir", folder.path()});
  };
  const Finished good = validate("nwtn");
  INFO(good.out << good.err);
  CHECK(good.exit_code == 0);
  CHECK_THAT(good.out, Contains("agent pipeline PASSED: 4 of 4"));
  const json document = json::parse(folder.read("nwtn_agent_validation_results.json"));
  CHECK(document["validation_summary"]["successful_scenarios"] == 4);
  const Finished bad = validate(R"(nwtn={"missing_agent_rate":1})");
  CHECK(bad.exit_code == 99);
  CHECK_THAT(bad.out, Contains("it is not in the trace"));
  const Finished drifted = validate(R"(nwtn={"created_only_rate":1})");
  CHECK(drifted.exit_code == 104);
  CHECK_THAT(drifted.err, Contains("contract drift"));
}
