// scripts/nested_workflow.lua against the stand-in gateway: a healthy one passes every check of every task, and every
// way of being wrong is found by the check that is there for it.
#include <catch2/catch.hpp>

#include "nested.h"

using namespace nested;

namespace {

/// Users without a pause: so many iterations of one task.
std::vector<std::string> task(const std::string& tag, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"--tags", tag, "--users", "8", "--iterations", "80"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("a healthy gateway passes every check of every task", "[integration][nested]") {
  for (const char* tag : {"sync", "async", "batch"}) {
    CAPTURE(tag);
    const json report = rehearse_script("", task(tag));
    CHECK(report["exceptions"].empty());
    CHECK(report["failures"].empty());
    CHECK(report["checks"].size() == 6);
    for (const json& check : report["checks"]) {
      CAPTURE(check["name"]);
      CHECK(check["fails"] == 0);
      CHECK(check["passes"] == 80);
    }
  }
}

TEST_CASE("whatever the gateway calls its statuses, work that is done has succeeded", "[integration][nested]") {
  for (const char* dialect : {R"("status_names":"aliases")", R"("timestamps":"seconds")", R"("error_shape":"old")"}) {
    CAPTURE(dialect);
    for (const char* tag : {"sync", "async", "batch"})
      CHECK(fails_of(rehearse_script(dialect, task(tag)), "work succeeded") == 0);
  }
}

TEST_CASE("what is wrong behind an answer of 200 fails the check that is there for it", "[integration][nested]") {
  const struct {
    const char *options, *check;
  } wrongs[] = {
      {R"("failure_rate":0.3)", "work succeeded"},
      {R"("stall_rate":0.2,"timeout_s":20)", "work succeeded"},
      {R"("empty_result_rate":0.3)", "result is there"},
      {R"("mixed_result_rate":0.5)", "result is the request's own"},
      {R"("swallowed_failure_rate":1,"failure_rate":0.2)", "call tree is the one asked for"},
      {R"("wrong_parent_rate":0.5)", "call tree is the one asked for"},
      {R"("missing_node_rate":0.3)", "call tree is the one asked for"},
  };
  for (const auto& wrong : wrongs)
    for (const char* tag : {"sync", "async", "batch"}) {
      CAPTURE(wrong.options, wrong.check, tag);
      const json report = rehearse_script(wrong.options, task(tag));
      CHECK(report["exceptions"].empty());
      CHECK(fails_of(report, wrong.check) > 0);
    }
}

TEST_CASE("an execution that never ends is given up, not polled for ever", "[integration][nested]") {
  for (const char* fault : {R"("unknown_status_rate":1)", R"("lost_rate":1)", R"("stuck_rate":1)"})
    for (const char* tag : {"async", "batch"}) {
      CAPTURE(fault, tag);
      const json report = rehearse_script(
          fault, task(tag, {"--env", "UNKNOWN_TIMEOUT=5", "--env", "EXECUTION_TIMEOUT=60", "--iterations", "8"}));
      CHECK(report["exceptions"].empty());
      CHECK(fails_of(report, "comes to an end") == 8);
      CHECK(report["stop"]["elapsed_s"].get<double>() < 75);
    }
}

TEST_CASE("one call asks for all who wait, so batched polling takes fewer calls", "[integration][nested]") {
  const auto calls = [](const char* tag, const char* name) {
    const json report = rehearse_script(R"("work_ms":3000)", task(tag, {"--users", "40"}));
    for (const json& row : report["requests"])
      if (row["name"] == name) return row["requests"].get<int>();
    return -1;
  };
  const int singly = calls("async", "/executions/{id}"), batched = calls("batch", "/executions/batch-status");
  CHECK(batched > 0);
  CHECK(batched * 5 < singly);
}

TEST_CASE("a wrong setting is refused before anything is sent", "[integration][nested]") {
  const auto refused = [](const char* setting) {
    return thresher::support::run_thresher({"rehearse",
                                            std::string(THRESHER_SOURCE_DIR) + "/scripts/nested_workflow.lua", "--env",
                                            setting, "--users", "1", "--iterations", "1"});
  };
  for (const char* setting : {"DEPTH=deep", "JITTER=2", "DAG=maybe", "HEADERS=nonsense", "PAYLOAD_BYTES=-1"}) {
    CAPTURE(setting);
    const auto run = refused(setting);
    CHECK(run.exit_code != 0);
    CHECK_THAT(run.err, Catch::Matchers::Contains(std::string(setting).substr(0, std::string(setting).find('='))));
  }
}
