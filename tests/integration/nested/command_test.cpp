// `thresher nested` from its command line to its JSON and exit code, in virtual time.
#include <algorithm>
#include <catch2/catch.hpp>

#include "nested.h"

using namespace nested;
using Catch::Matchers::Contains;
using thresher::support::ScratchFolder;

namespace {

std::vector<std::string> keys_of(const json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

const std::vector<std::string> kPublicKeys = {"total_requests",
                                              "elapsed_sec",
                                              "throughput_rps",
                                              "latency_ms_avg",
                                              "latency_ms_stddev",
                                              "latency_ms_min",
                                              "latency_ms_max",
                                              "latency_ms_percentiles",
                                              "status_counts",
                                              "http_counts",
                                              "exceptions",
                                              "timestamp",
                                              "config",
                                              "failures",
                                              "scenario"};

}  // namespace

TEST_CASE("the JSON has the public script's keys, and a healthy gateway ends it with 0", "[integration][nested]") {
  for (const char* mode : {"sync", "async"}) {
    const Ran ran = rehearse_nested("", {"--mode", mode, "--requests", "60", "--depth", "2", "--width", "3"});
    INFO(ran.finished.out << ran.finished.err);
    CHECK(ran.finished.exit_code == 0);
    for (const std::string& key : kPublicKeys) {
      CAPTURE(key);
      CHECK(ran.report.contains(key));
    }
    CHECK(ran.report["total_requests"] == 60);
    CHECK(ran.report["status_counts"] == json{{"succeeded", 60}});
    CHECK(ran.report["http_counts"] == json{{"200", 60}});
    CHECK(ran.report["exceptions"] == json::object());
    CHECK(ran.report["failures"] == json::array());
    CHECK(ran.report["scenario"] == "default");
    CHECK(keys_of(ran.report["latency_ms_percentiles"]) == std::vector<std::string>{"p50", "p75", "p90", "p95", "p99"});
    const json& config = ran.report["config"];
    for (const char* key :
         {"mode", "base_url", "target", "requests", "concurrency", "depth", "width", "payload_bytes", "poll_interval",
          "max_poll_interval", "backoff_multiplier", "execution_timeout", "request_timeout"})
      CHECK(config.contains(key));
    CHECK(config["width"] == 3);
    CHECK_FALSE(ran.report.contains("metrics"));
    CHECK(ran.report["throughput_rps"].get<double>() ==
          Approx(60 / ran.report["elapsed_sec"].get<double>()).epsilon(1e-6));
  }
}

TEST_CASE("the same seed gives the same figures, another one others", "[integration][nested]") {
  const auto figures = [](const char* seed) {
    Ran ran = rehearse_nested("", {"--mode", "async", "--seed", seed});
    ran.report.erase("config");
    return ran.report;
  };
  CHECK((figures("3") == figures("3")));
  CHECK((figures("3") != figures("4")));
}

TEST_CASE("a synchronous 500 is counted, listed, and ends the command with 2", "[integration][nested]") {
  const Ran ran = rehearse_nested(R"("error_rate":1)", {"--mode", "sync"});
  CHECK(ran.finished.exit_code == 2);
  CHECK(ran.report["status_counts"] == json{{"http_500", 20}});
  CHECK(ran.report["http_counts"] == json{{"500", 20}});
  REQUIRE(ran.report["failures"].size() == 20);
  for (int i = 0; i < 20; ++i) CHECK(ran.report["failures"][static_cast<std::size_t>(i)]["sequence"] == i);
  CHECK(ran.report["failures"][0]["http_status"] == 500);
  CHECK(ran.report["failures"][0]["response"].contains("error"));
}

TEST_CASE("work that failed behind a 200 ends the command with 2", "[integration][nested]") {
  for (const char* mode : {"sync", "async"}) {
    const Ran ran = rehearse_nested(R"("failure_rate":1)", {"--mode", mode});
    CHECK(ran.finished.exit_code == 2);
    CHECK(ran.report["status_counts"] == json{{"failed", 20}});
    CHECK(ran.report["failures"].size() == 20);
  }
}

TEST_CASE("a full queue is counted as queue_full, whatever its status and words", "[integration][nested]") {
  for (const char* words : {R"("error_shape":"old")", R"("queue_full_status":"429")", R"("retry_after_s":2)"}) {
    CAPTURE(words);
    const Ran ran = rehearse_nested(std::string(R"("queue_capacity":2,"workers":1,)") + words,
                                    {"--mode", "async", "--concurrency", "20"});
    CHECK(ran.finished.exit_code == 2);
    CHECK(ran.report["status_counts"]["queue_full"].get<int>() > 5);
    CHECK(ran.report["queue_full"] == ran.report["status_counts"]["queue_full"]);
    CHECK(ran.report["retries"] == 0);
  }
}

TEST_CASE("a refusal is repeated when that was asked for, and no sooner than the gateway says",
          "[integration][nested]") {
  const auto refused = [](const char* seconds) {
    return rehearse_nested(
        std::string(R"("queue_capacity":2,"workers":1,"work_ms":10,"work_sd_ms":0,"retry_after_s":)") + seconds,
        {"--mode", "async", "--concurrency", "20", "--retries", "50"});
  };
  const Ran soon = refused("1"), late = refused("30");
  CHECK(soon.finished.exit_code == 0);
  CHECK(soon.report["status_counts"] == json{{"succeeded", 20}});
  CHECK(soon.report["queue_full"].get<int>() > 0);
  CHECK(soon.report["retries"] == soon.report["queue_full"]);
  CHECK(late.report["elapsed_sec"].get<double>() > 30);
  CHECK(soon.report["elapsed_sec"].get<double>() < late.report["elapsed_sec"].get<double>());
}

TEST_CASE("a request whose answer is lost is never repeated, for its work may have been done",
          "[integration][nested]") {
  const Ran ran = rehearse_nested(R"("hang_rate":1)", {"--mode", "async", "--retries", "5", "--request-timeout", "3"});
  CHECK(ran.finished.exit_code == 2);
  CHECK(ran.report["status_counts"] == json{{"exception", 20}});
  CHECK(ran.report["exceptions"] == json{{"ReadTimeout", 20}});
  CHECK(ran.report["retries"] == 0);
  CHECK(ran.report["failures"][0]["http_status"].is_null());
}

TEST_CASE("unknown and not found are given up after their time, running for ever after the execution's",
          "[integration][nested]") {
  const struct {
    const char *fault, *status, *batched_status;
    double seconds;
  } cases[] = {{R"("unknown_status_rate":1)", "unknown", "unknown", 5},
               {R"("lost_rate":1)", "not_found", "unknown", 5},  // among others there is no 404
               {R"("stuck_rate":1)", "exception", "exception", 60}};
  for (const auto& each : cases)
    for (const bool batched : {false, true}) {
      CAPTURE(each.fault, batched);
      std::vector<std::string> arguments{"--mode",     "async", "--unknown-timeout", "5", "--execution-timeout", "60",
                                         "--requests", "8"};
      if (batched) arguments.emplace_back("--batch-status");
      const Ran ran = rehearse_nested(each.fault, arguments);
      CHECK(ran.finished.exit_code == 2);
      CHECK(ran.report["status_counts"] == json{{batched ? each.batched_status : each.status, 8}});
      CHECK(ran.report["latency_ms_max"].get<double>() < (each.seconds + 10) * 1e3);
      CHECK(ran.report["latency_ms_min"].get<double>() >= each.seconds * 1e3);
    }
}

TEST_CASE("the end of an execution is known more closely than by polling, where the gateway's clock tells it",
          "[integration][nested]") {
  const auto bound = [](const char* timestamps) {
    return rehearse_nested(std::string(R"("work_ms":2000,"timestamps":")") + timestamps + "\"", {"--mode", "async"})
        .report;
  };
  const json fine = bound("micros"), coarse = bound("seconds");
  CHECK(fine["latency_evidence"] == json{{"gateway's clock", 20}});
  CHECK(fine["latency_ms_bound"]["max"].get<double>() < 50);     // the answer to a submission takes a few milliseconds
  CHECK(coarse["latency_ms_bound"]["max"].get<double>() > 100);  // whole seconds say less than polling does
  CHECK(fine["latency_ms_avg"].get<double>() < coarse["latency_ms_avg"].get<double>());
}

TEST_CASE("time waited for a free slot is told apart from latency", "[integration][nested]") {
  const json one = rehearse_nested("", {"--concurrency", "1"}).report;
  const json all = rehearse_nested("", {"--concurrency", "20"}).report;
  CHECK(all["slot_wait_ms"]["max"].get<double>() < 1);
  // One after another: the last waits as long as all the others took.
  CHECK(one["slot_wait_ms"]["max"].get<double>() ==
        Approx(one["elapsed_sec"].get<double>() * 1e3 - one["latency_ms_avg"].get<double>()).epsilon(0.5));
  CHECK(one["slot_wait_ms"]["max"].get<double>() > 15 * one["latency_ms_min"].get<double>());
}

TEST_CASE("the call tree is checked when asked for", "[integration][nested]") {
  const std::vector<std::string> nested{"--depth", "3", "--width", "2", "--mode", "async"};
  auto checked = nested;
  checked.emplace_back("--check-dag");
  CHECK(rehearse_nested("", checked).finished.exit_code == 0);
  CHECK(rehearse_nested(R"("missing_node_rate":0.5)", nested).finished.exit_code == 0);
  const Ran ran = rehearse_nested(R"("missing_node_rate":0.5)", checked);
  CHECK(ran.finished.exit_code == 2);
  CHECK(ran.report["status_counts"]["wrong_dag"].get<int>() > 0);
  CHECK(ran.report["failures"][0]["response"]["problem"].is_string());
}

TEST_CASE("scenarios of a file run one after another, each over the command line's options", "[integration][nested]") {
  const ScratchFolder folder;
  const std::string file = folder.write("scenarios.json", R"([
    {"name": "baseline", "mode": "sync", "requests": 15, "concurrency": 12},
    {"name": "deep", "mode": "async", "requests": 10, "depth": 2, "width": 3, "payload_bytes": 65536, "batch-status": true},
    {"requests": 5, "headers": {"X-Run-ID": "nightly"}}])");
  const Ran ran = rehearse_nested("", {"--scenario-file", file, "--payload-bytes", "10"});
  INFO(ran.finished.out << ran.finished.err);
  CHECK(ran.finished.exit_code == 0);
  const json& scenarios = ran.report["scenarios"];
  REQUIRE(scenarios.size() == 3);
  CHECK(scenarios[0]["scenario"] == "baseline");
  CHECK(scenarios[0]["total_requests"] == 15);
  CHECK(scenarios[0]["config"]["payload_bytes"] == 10);
  CHECK(scenarios[1]["config"]["payload_bytes"] == 65536);
  CHECK(scenarios[1]["config"]["mode"] == "async");
  CHECK(scenarios[2]["scenario"] == "scenario_3");
  CHECK(scenarios[2]["total_requests"] == 5);
}

TEST_CASE("what is wrong is said with its place and its way out before anything is sent", "[integration][nested]") {
  const ScratchFolder folder;
  int files = 0;
  const auto scenarios = [&](const std::string& text) {
    return std::vector<std::string>{"--scenario-file", folder.write(std::to_string(++files) + "s.json", text)};
  };
  const auto body = [&](const std::string& text) {
    return std::vector<std::string>{"--body-template", folder.write(std::to_string(++files) + "t.json", text)};
  };
  const struct {
    std::vector<std::string> arguments;
    const char* said;
  } cases[] = {
      {{"--requests", "0"}, "--requests: '0' is no number from 1"},
      {{"--mode", "later"}, "expected sync or async"},
      {{"--target", "no-reasoner"}, "NODE.REASONER"},
      {{"--base-url", "localhost:8080"}, "--base-url"},
      {{"--header", "nonsense"}, "KEY:VALUE"},
      {{"--save-metrics", "/proc/nowhere/out.json"}, "cannot be written"},
      {{"--scenario-file", "/nowhere.json"}, "/nowhere.json"},
      {scenarios("{"), "s.json is no JSON"},
      {scenarios(R"([{"name":"a","requets":3}])"), "scenario 'a': no option 'requets'; did you mean 'requests'?"},
      {scenarios(R"([{"name":"a","requests":"3"}])"), "scenario 'a': requests"},
      {scenarios(R"([{"name":"a","mode":"later"}])"), "scenario 'a': --mode 'later'"},
      {scenarios("[3]"), "scenario 1 is no object"},
      {body(R"({"input":{"sequence":{seq})"), "is no JSON once filled in"},
      {body("{{\n\"input\": {nonsense}}}"), "t.json:2: '{nonsense}'"},
      {{"--stand-in", "gateway={\"workers\":0}"}, "workers"}};
  for (const auto& each : cases) {
    CAPTURE(each.said);
    const Ran ran = rehearse_nested("", each.arguments);
    CHECK(ran.finished.exit_code == 104);
    CHECK_THAT(ran.finished.err, Contains(each.said));
    CHECK(ran.finished.out.empty());
  }
  CHECK_THAT(run_nested({"--mode", "sync"}).finished.err, Contains("--target is missing"));
}

TEST_CASE("a scenario's key that is no option is passed over, and said", "[integration][nested]") {
  const ScratchFolder folder;
  const std::string file = folder.write("s.json", R"({"name": "a", "owner": "team blue", "save_metrics": "x.json"})");
  const Ran ran = rehearse_nested("", {"--scenario-file", file});
  CHECK(ran.finished.exit_code == 0);
  CHECK_THAT(ran.finished.err,
             Contains("'owner' is no option") && Contains("'save_metrics' counts on the command line"));
  CHECK(ran.report["scenario"] == "a");
}

TEST_CASE("metrics are read before, every second, and after, all their label sets", "[integration][nested]") {
  const Ran ran =
      rehearse_nested(R"("work_ms":2000,"workers":2)",
                      {"--mode", "async", "--concurrency", "20", "--metrics-url", "http://localhost:8080/metrics",
                       "--metrics", "agentfield_gateway_queue_depth", "--metrics", "agentfield_worker_inflight",
                       "--metrics", "agentfield_step_duration_seconds", "--metrics", "go_goroutines"});
  INFO(ran.finished.out << ran.finished.err);
  CHECK(ran.finished.exit_code == 0);
  const json& metrics = ran.report["metrics"];
  CHECK(metrics["url"] == "http://localhost:8080/metrics");
  const char* const kQueue = "agentfield_gateway_queue_depth";
  CHECK(metrics["pre"][kQueue] == 0);
  CHECK(metrics["post"][kQueue] == 0);
  CHECK(metrics["delta"][kQueue] == 0);
  CHECK(metrics["peak"][kQueue].get<double>() >= 10);  // 20 submitted, 2 worked on at once: seen only in between
  CHECK(metrics["during"].size() >= 15);               // 20 x 2 s by 2 workers, a look a second
  bool labelled = false;
  for (const auto& [series, figures] : metrics["series"].items()) {
    if (series.rfind("agentfield_step_duration_seconds_count{", 0) != 0) continue;
    labelled = true;
    CHECK(figures["delta"].get<double>() == 20);
  }
  CHECK(labelled);
}

TEST_CASE("metrics that cannot be read are said, and the work goes on", "[integration][nested]") {
  const Ran missing =
      rehearse_nested(R"("metrics_fault":"missing")", {"--metrics-url", "http://localhost:8080/metrics"});
  CHECK(missing.finished.exit_code == 0);
  CHECK(missing.report["metrics"]["pre"]["agentfield_gateway_queue_depth"].is_null());
  CHECK(missing.report["metrics"]["delta"]["agentfield_gateway_queue_depth"].is_null());
  CHECK(missing.report["metrics"]["delta"]["go_goroutines"].is_number());
  const Ran nobody = rehearse_nested("", {"--metrics-url", "http://localhost:9/metrics"});
  CHECK(nobody.finished.exit_code == 0);
  CHECK_THAT(nobody.report["metrics"]["pre"]["error"].get<std::string>(), Contains("connect_refused"));
}

TEST_CASE("nobody listening is an exception, with a note where to look", "[integration][nested]") {
  const Ran ran = rehearse_nested("", {"--base-url", "http://localhost:9"});
  CHECK(ran.finished.exit_code == 2);
  CHECK(ran.report["status_counts"] == json{{"exception", 20}});
  CHECK(ran.report["exceptions"] == json{{"ConnectError", 20}});
  CHECK_THAT(ran.report["note"].get<std::string>(), Contains("http://localhost:9"));
}

TEST_CASE("failures are printed when asked for, the JSON is saved whole", "[integration][nested]") {
  const ScratchFolder folder;
  const Ran quiet =
      rehearse_nested(R"("failure_rate":1)", {"--requests", "25", "--save-metrics", folder.path() + "/new/out.json"});
  CHECK(quiet.report["failures"].size() == 25);
  CHECK(json::parse(folder.read("new/out.json")) == quiet.report);
  const Ran loud = rehearse_nested(R"("failure_rate":1)", {"--requests", "25", "--print-failures"});
  CHECK_THAT(loud.finished.out, Contains("25 of 25 failed") && Contains("and 5 more"));
}

TEST_CASE("a body template is filled in as the public script does it", "[integration][nested]") {
  const ScratchFolder folder;
  for (const char* text :
       {R"({{"input": {{"sequence": {seq}, "depth": {depth}, "width": {width}, "payload": "{payload}"}}}})",
        R"({"input": {"sequence": {seq}, "depth": {depth}, "width": {width}, "payload": "{payload}"}})"}) {
    CAPTURE(text);
    const Ran ran = rehearse_nested("", {"--body-template", folder.write("t.json", text), "--depth", "2", "--width",
                                         "2", "--check-dag", "--check-result"});
    INFO(ran.finished.out << ran.finished.err);
    CHECK(ran.finished.exit_code == 0);
    CHECK(ran.report["status_counts"] == json{{"succeeded", 20}});
  }
}

TEST_CASE("a payload of megabytes arrives whole, and one beyond the gateway's limit is a 413",
          "[integration][nested]") {
  const Ran whole = rehearse_nested("", {"--payload-bytes", "8388608", "--requests", "12", "--concurrency", "12"});
  CHECK(whole.finished.exit_code == 0);
  const Ran over = rehearse_nested("", {"--payload-bytes", "33554432", "--requests", "2"});
  CHECK(over.finished.exit_code == 2);
  CHECK(over.report["status_counts"] == json{{"http_413", 2}});
}

TEST_CASE("five hundred and twelve at once are followed to their ends", "[integration][nested]") {
  for (const bool batched : {false, true}) {
    std::vector<std::string> arguments{"--mode",        "async", "--requests",      "1500",
                                       "--concurrency", "512",   "--payload-bytes", "4096"};
    if (batched) arguments.emplace_back("--batch-status");
    const Ran ran = rehearse_nested(R"("queue_capacity":10000,"workers":64)", arguments);
    CHECK(ran.finished.exit_code == 0);
    CHECK(ran.report["status_counts"] == json{{"succeeded", 1500}});
  }
}

TEST_CASE("the help shows every option and examples", "[integration][nested]") {
  const auto help = run_nested({"--help"}).finished;
  CHECK(help.exit_code == 0);
  for (const char* said : {"--base-url", "--scenario-file", "--unknown-timeout", "Examples:"})
    CHECK_THAT(help.out, Contains(said));
}
