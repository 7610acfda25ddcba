// `thresher nested` and its scenario over real sockets on the loopback.
#include <signal.h>

#include <catch2/catch.hpp>

#include "nested.h"

using namespace nested;
using Catch::Matchers::Contains;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;
using thresher::support::Subprocess;
using thresher::support::thresher_binary;

namespace {

const std::vector<std::string> kHere{"--target", "demo-agent.synthetic_nested", "--stand-in"};

std::vector<std::string> here(const std::string& stand_in, std::vector<std::string> more) {
  std::vector<std::string> arguments = kHere;
  arguments.push_back("gateway={" + stand_in + "}");
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("the scenario runs over real sockets", "[integration][nested][ports]") {
  const ScratchFolder folder;
  const Finished run =
      run_thresher({"run", std::string(THRESHER_SOURCE_DIR) + "/scripts/nested_workflow.lua", "--stand-in", "gateway",
                    "--users", "4", "--iterations", "24", "--no-color", "--json", folder.path() + "/out.json"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  const json report = json::parse(folder.read("out.json"));
  CHECK(report["failures"].empty());
  CHECK(report["exceptions"].empty());
  for (const json& check : report["checks"]) CHECK(check["fails"] == 0);
}

TEST_CASE("the command runs over real sockets, one by one and batched, with metrics", "[integration][nested][ports]") {
  for (const bool batched : {false, true}) {
    std::vector<std::string> more{"--mode",          "async",   "--requests",    "40",
                                  "--concurrency",   "20",      "--depth",       "2",
                                  "--width",         "2",       "--check-dag",   "--check-result",
                                  "--payload-bytes", "1048576", "--metrics-url", "http://localhost:8080/metrics"};
    if (batched) more.emplace_back("--batch-status");
    const Ran ran = run_nested(here("", more));
    INFO(ran.finished.out << ran.finished.err);
    CHECK(ran.report["status_counts"] == json{{"succeeded", 40}});
    CHECK(ran.report["metrics"]["pre"]["agentfield_gateway_queue_depth"] == 0);
    CHECK_THAT(ran.finished.err, Contains("40/40 done"));
  }
}

TEST_CASE("Ctrl-C ends the command with the report of what was done", "[integration][nested][ports]") {
  std::vector<std::string> arguments =
      here(R"("work_ms":5,"work_sd_ms":0)", {"--requests", "1000000", "--concurrency", "4"});
  arguments.insert(arguments.begin(), {thresher_binary(), "nested"});
  Subprocess run(arguments);
  REQUIRE(run.wait_for("/1,000,000 done"));
  run.send(SIGINT);
  const Finished ended = run.finish();
  INFO(ended.err);
  CHECK(ended.exit_code == 105);
  const json report = json::parse(ended.out);
  CHECK(report["interrupted"] == true);
  CHECK(report["total_requests"].get<int>() > 0);
  CHECK(report["status_counts"]["succeeded"] == report["total_requests"]);
}

TEST_CASE("a second Ctrl-C does not wait for workflows that hang", "[integration][nested][ports]") {
  std::vector<std::string> arguments = here(R"("stall_rate":1)", {"--requests", "8", "--mode", "async"});
  arguments.insert(arguments.begin(), {thresher_binary(), "nested"});
  Subprocess run(arguments);
  REQUIRE(run.wait_for("0/8 done"));
  run.send(SIGINT);
  REQUIRE(run.wait_for("again"));
  run.send(SIGINT);
  const Finished ended = run.finish(std::chrono::seconds(20));
  CHECK(ended.exit_code == 105);
  const json report = json::parse(ended.out);
  CHECK(report["total_requests"] == 0);
  CHECK(report["abandoned"] == 8);
}

TEST_CASE("without arguments the environment says what to do", "[integration][nested][ports]") {
  const ScratchFolder folder;
  Subprocess gateway({thresher_binary(), "stand-in", "gateway"});
  REQUIRE(gateway.wait_for("stands in"));
  const Ran ran = run_nested({}, {{"BASE_URL", "http://127.0.0.1:8080"},
                                  {"TARGET", "demo-agent.synthetic_nested"},
                                  {"REQUESTS", "30"},
                                  {"DEPTH", "1"},
                                  {"WIDTH", "2"},
                                  {"HEADERS", "X-Run-Tag:a,X-Other=b"},
                                  {"METRICS_URL", "http://127.0.0.1:8080/metrics"},
                                  {"METRICS", "go_goroutines,agentfield_gateway_queue_depth"},
                                  {"SAVE_METRICS", folder.path() + "/out.json"}});
  INFO(ran.finished.out << ran.finished.err);
  CHECK(ran.report["total_requests"] == 30);
  CHECK(ran.report["config"]["mode"] == "async");  // the document's default with the environment
  CHECK(ran.report["config"]["concurrency"] == 16);
  CHECK(ran.report["metrics"]["pre"].size() == 2);
  CHECK(json::parse(folder.read("out.json")) == ran.report);
}

TEST_CASE("without arguments and without an environment the command says what it needs", "[integration][nested]") {
  const Ran nothing = run_nested({});
  CHECK(nothing.finished.exit_code == 104);
  CHECK_THAT(nothing.finished.err, Contains("--target") && Contains("TARGET"));
  const Ran wrong = run_nested({}, {{"TARGET", "a.b"}, {"REQUESTS", "many"}});
  CHECK(wrong.finished.exit_code == 104);
  CHECK_THAT(wrong.finished.err, Contains("REQUESTS: 'many'"));
}
