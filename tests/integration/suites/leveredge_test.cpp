// The shipped scenarios of the Leveredge suite against the stand-in fleet: a healthy one passes everything, and every
// way of being wrong that hides behind a status of 200 is found by the check that is there for it.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

const std::string kScripts = std::string(THRESHER_SOURCE_DIR) + "/scripts/";
const std::string kProfiles = std::string(THRESHER_SOURCE_DIR) + "/profiles/";
const char* const kScriptNames[] = {"mixed.lua", "aria_chat.lua", "event_bus.lua", "creative_fleet.lua"};

struct Reported {
  Finished finished;
  json report;

  /// How often the check failed, in all groups; -1 when it was never made.
  int fails_of(const std::string& check) const {
    int fails = -1;
    for (const json& each : report["checks"])
      if (each["name"] == check) fails = std::max(fails, 0) + each["fails"].get<int>();
    return fails;
  }
};

/// Runs thresher with a JSON report.
Reported reported(std::vector<std::string> arguments) {
  const ScratchFolder folder;
  arguments.insert(arguments.end(), {"--no-color", "--json", folder.path() + "/out.json"});
  Reported made{run_thresher(std::move(arguments)), {}};
  INFO(made.finished.out << made.finished.err);
  REQUIRE(folder.has("out.json"));
  made.report = json::parse(folder.read("out.json"));
  return made;
}

/// The stand-in without faults of the network, with these options besides.
std::string fleet(const std::string& options = "") {
  return R"(leveredge={"success_rate":1,"timeout_rate":0,"crash_rate":0)" + (options.empty() ? "" : "," + options) +
         "}";
}

Reported rehearsed(const std::string& script, const std::string& options, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"rehearse", kScripts + script, "--users", "20",         "--run-time",
                                     "3m",       "--seed",          "7",       "--stand-in", fleet(options)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return reported(std::move(arguments));
}

/// A way of being wrong, and the check that finds it.
struct Wrong {
  const char* script;
  const char* options;  ///< of the stand-in
  const char* check;
  std::vector<std::string> more = {};
};

}  // namespace

TEST_CASE("a healthy fleet passes every check of every scenario", "[integration][suites]") {
  for (const char* script : kScriptNames) {
    CAPTURE(script);
    const Reported run = rehearsed(script, "");
    CHECK(run.finished.exit_code == 0);
    CHECK(run.report["exceptions"].empty());
    CHECK(run.report["failures"].empty());
    CHECK(run.report["checks"].size() >= 4);
    for (const json& check : run.report["checks"]) {
      CAPTURE(check["name"]);
      CHECK(check["fails"] == 0);
      CHECK(check["passes"].get<int>() > 0);
    }
  }
}

TEST_CASE("whoever talks to ARIA herself, streaming or not, gets whole answers", "[integration][suites]") {
  for (const char* way : {"CHAT=direct", "CHAT=stream"}) {
    CAPTURE(way);
    const Reported run = rehearsed("aria_chat.lua", "", {"--env", way});
    CHECK(run.finished.exit_code == 0);
    CHECK(run.fails_of("answer is not empty") == 0);
    CHECK(run.report["failures"].empty());
    CHECK(run.report["exceptions"].empty());
  }
}

TEST_CASE("what is wrong behind a status of 200 fails the check that is there for it", "[integration][suites]") {
  const Wrong wrongs[] = {
      {"aria_chat.lua", R"("failed_step_rate":0.2)", "execution completed"},
      {"aria_chat.lua", R"("failed_step_rate":0.2)", "execution says no error"},
      {"aria_chat.lua", R"("empty_answer_rate":0.2)", "answer is not empty"},
      {"aria_chat.lua", R"("empty_answer_rate":0.2)", "answer is not empty", {"--env", "CHAT=direct"}},
      {"aria_chat.lua",
       R"("stream_fault_rate":0.2,"stream_fault":"error")",
       "stream is complete",
       {"--env", "CHAT=stream"}},
      {"aria_chat.lua",
       R"("stream_fault_rate":0.2,"stream_fault":"reset")",
       "stream is complete",
       {"--env", "CHAT=stream"}},
      {"aria_chat.lua",
       R"("stream_fault_rate":0.2,"stream_fault":"silent")",
       "stream is complete",
       {"--env", "CHAT=stream"}},
      {"mixed.lua", R"("failed_step_rate":0.2)", "execution completed"},
      {"mixed.lua", R"("empty_answer_rate":0.2)", "answer is not empty"},
      {"event_bus.lua", R"("lost_event_rate":0.2)", "own event is acknowledged", {"--tags", "publish,acknowledge"}},
      {"event_bus.lua",
       R"("lost_event_rate":0.2)",
       "own event is there",
       {"--tags", "publish,query", "--users", "2", "--iterations", "20"}},
      {"event_bus.lua", R"("lost_event_rate":0.5)", "own approval is responded to", {"--tags", "publish,pending"}},
      {"creative_fleet.lua", R"("bad_breakdown_rate":0.9)", "breakdown has no cycle"},
      {"creative_fleet.lua", R"("bad_breakdown_rate":0.9)", "breakdown's ids are unique"},
      {"creative_fleet.lua", R"("bad_breakdown_rate":0.9)", "breakdown's needs are in it"},
      {"creative_fleet.lua", R"("empty_answer_rate":0.3)", "breakdown has tasks"},
      {"creative_fleet.lua", R"("empty_answer_rate":0.3)", "work is not empty"},
      {"creative_fleet.lua", R"("empty_answer_rate":0.3)", "verdict is given"},
      {"creative_fleet.lua", R"("bad_breakdown_rate":0.9)", "pipeline came to its end"},
      {"creative_fleet.lua", R"("failed_step_rate":0.1)", "no task failed"},
      {"creative_fleet.lua", R"("failed_step_rate":0.1)", "batch completed"},
  };
  for (const Wrong& wrong : wrongs) {
    CAPTURE(wrong.script, wrong.options, wrong.check);
    const Reported run = rehearsed(wrong.script, wrong.options, wrong.more);
    CHECK(run.report["exceptions"].empty());
    CHECK(run.fails_of(wrong.check) > 0);
  }
}

TEST_CASE("a chat that ends without [DONE], or is held open after it, is complete all the same",
          "[integration][suites]") {
  for (const char* fault : {"no_done", "hold"}) {
    CAPTURE(fault);
    const Reported run =
        rehearsed("aria_chat.lua", R"("stream_fault_rate":1,"stream_fault":")" + std::string(fault) + "\"",
                  {"--env", "CHAT=stream", "--tags", "new-conversation"});
    CHECK(run.fails_of("stream is complete") == 0);
    CHECK(run.report["failures"].empty());
  }
}

TEST_CASE("a burst that is refused is counted by why", "[integration][suites]") {
  const auto counted = [](const char* options, const char* counter) {
    const Reported run = rehearsed("aria_chat.lua", options, {"--tags", "burst"});
    const json& metrics = run.report["metrics"];  // a counter that nobody added to is not there
    return metrics.contains(counter) ? metrics[counter]["count"].get<int>() : 0;
  };
  CHECK(counted(R"("rate_limit_per_s":2)", "chat_rate_limited") > 0);
  CHECK(counted(R"("rate_limit_per_s":2)", "chat_overloaded") == 0);
  CHECK(counted(R"("capacity":3)", "chat_rate_limited") == 0);
  CHECK(counted(R"("capacity":3)", "chat_overloaded") > 0);
}

TEST_CASE("the profiles' response times pass a healthy fleet and fail a slow one", "[integration][suites]") {
  const auto rehearse = [](const char* script, const char* profile, const std::string& options) {
    return reported({"rehearse", kScripts + script, "--profile", kProfiles + profile + ".toml", "--run-time", "2m",
                     "--seed", "7", "--stand-in", fleet(options)});
  };
  for (const char* script : kScriptNames) {
    CAPTURE(script);
    CHECK(rehearse(script, "light", "").finished.exit_code == 0);
  }
  // More than light allows at the 95th percentile, less than medium does.
  const struct {
    const char *script, *profile, *options;
    int exit_code;
  } cases[] = {{"aria_chat.lua", "light", R"("step_latency_scale":110)", 99},
               {"aria_chat.lua", "medium", R"("step_latency_scale":110)", 0},
               {"event_bus.lua", "light", R"("event_latency_scale":2.5)", 99},
               {"event_bus.lua", "medium", R"("event_latency_scale":2.5)", 0},
               {"creative_fleet.lua", "light", R"("creative_latency_scale":800)", 99},
               {"creative_fleet.lua", "medium", R"("creative_latency_scale":800)", 0},
               {"mixed.lua", "light", R"("health_latency_scale":1.2)", 99},
               {"mixed.lua", "medium", R"("health_latency_scale":1.2)", 0}};
  for (const auto& each : cases) {
    CAPTURE(each.script, each.profile, each.options);
    CHECK(rehearse(each.script, each.profile, each.options).finished.exit_code == each.exit_code);
  }
}

TEST_CASE("the same seed rehearses the same conversation", "[integration][suites]") {
  const auto exchange = [](const char* seed) {
    return run_thresher({"rehearse", kScripts + "aria_chat.lua", "--users", "3", "--run-time", "30s", "--seed", seed,
                         "--stand-in", fleet(R"("failed_step_rate":0.2)"), "--http-debug", "full", "--no-color"})
        .out;
  };
  const std::string first = exchange("7");
  CHECK_THAT(first, Contains("intent_id"));
  const std::string second = exchange("7"), other = exchange("8");
  const auto traffic = [](const std::string& out) { return out.substr(0, out.find("Reproduce")); };
  CHECK((traffic(first) == traffic(second)));
  CHECK((traffic(first) != traffic(other)));
}

TEST_CASE("each scenario runs against its stand-in over real sockets", "[integration][suites][ports]") {
  // Quick answers, so that an iteration of each task fits a few seconds.
  const std::string quick = R"("latency_mean_ms":2,"latency_sd_ms":0,"first_token_ms":5,"tokens_per_s":2000)";
  for (const char* script : kScriptNames) {
    CAPTURE(script);
    const Reported run = reported({"run", kScripts + script, "--users", "8", "--run-time", "6s", "--stop-timeout", "3s",
                                   "--stand-in", fleet(quick)});
    CHECK(run.finished.exit_code == 0);
    CHECK(run.report["exceptions"].empty());
    CHECK(run.report["failures"].empty());
    for (const json& check : run.report["checks"]) {
      CAPTURE(check["name"]);
      CHECK(check["fails"] == 0);
    }
  }
  const Reported streamed = reported({"run", kScripts + "aria_chat.lua", "--users", "4", "--run-time", "4s",
                                      "--stand-in", fleet(quick), "--env", "CHAT=stream", "--tags", "burst"});
  CHECK(streamed.finished.exit_code == 0);
  CHECK(streamed.fails_of("stream is complete") == 0);
}
