// Runs that a validator judges, and outputs that a plugin takes: the whole way from a script's line to the exit code.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/subprocess.h"

using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

const std::string kFakes = FAKE_PLUGINS;

/// Ten events, `odd` of them wrong in the fake validator's eyes.
std::string script(int odd, const std::string& options = "") {
  return fmt::format(R"lua(
local thresher = require "thresher"
thresher.validator("fake"{})
local s = thresher.scenario {{ name = "flow" }}
s:task {{ "step", function(user)
  thresher.sleep(0.3)
  thresher.record(user.iteration <= {} and "odd" or "even", {{ n = user.iteration }})
end }}
return s
)lua",
                     options, odd);
}

Finished rehearse(const ScratchFolder& folder, const std::string& text, std::vector<std::string> more = {}) {
  const std::string path = folder.write("flow.lua", text);
  std::vector<std::string> arguments = {"rehearse", path,     "-u", "1",        "-i",
                                        "10",       "--seed", "7",  "--plugin", kFakes + "/fake_validator.so"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_thresher(arguments);
}

}  // namespace

TEST_CASE("a history without a fault passes, and the report says who judged", "[integration][cli]") {
  const ScratchFolder folder;
  const Finished run = rehearse(folder, script(0));
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("fake      count PASS") && Contains("the oracle found nothing wrong"));
}

TEST_CASE("a violation makes the exit code 120, with its witness on the screen and in the report",
          "[integration][cli]") {
  const ScratchFolder folder;
  const Finished run = rehearse(folder, script(3), {"--json", folder.path() + "/report.json"});
  CHECK(run.exit_code == 120);
  CHECK_THAT(run.out, Contains("WRONG: the target gave 3 wrong answers") && Contains("it is odd"));
  const json report = json::parse(folder.read("report.json"));
  CHECK(report["oracle_violations"] == 3);
  CHECK(report["oracle"]["violation_count"] == 3);
  CHECK(report["oracle"]["violations"][0]["details"]["number"] == 1);
  CHECK(report["oracle"]["documents"]["fake"]["analysis"]["events"] == 10);
  CHECK(report["metrics"]["oracle_violations"]["count"] == 3);
}

TEST_CASE("a threshold on oracle_violations stops a run that goes wrong", "[integration][cli]") {
  const ScratchFolder folder;
  const std::string profile =
      folder.write("strict.toml",
                   "users = 1\niterations = 1000\nexecutor = \"per-vu-iterations\"\n[thresholds]\n"
                   "oracle_violations = [{ threshold = \"count<1\", abort_on_fail = true }]\n");
  const std::string path = folder.write("flow.lua", script(1000));
  const Finished run = run_thresher({"rehearse", path, "--profile", profile, "--plugin", kFakes + "/fake_validator.so",
                                     "--json", folder.path() + "/report.json"});
  CHECK(run.exit_code == 120);
  const json report = json::parse(folder.read("report.json"));
  CHECK(report["stop"]["reason"] == "aborted by a threshold");
  CHECK(report["iterations"]["count"] < 20);
}

TEST_CASE("a validator that cannot judge is no verdict: exit 122, and the report says why", "[integration][cli]") {
  const ScratchFolder folder;
  const Finished run = rehearse(folder, script(0, ", { mode = 'fail_observe' }"));
  CHECK(run.exit_code == 122);
  CHECK_THAT(run.out, Contains("could not judge: fake:"));
}

TEST_CASE("what is wrong with a validator is said before anything is sent", "[integration][cli]") {
  const ScratchFolder folder;
  const Finished unknown = rehearse(folder, script(0, ", { mood = 'well' }"));
  CHECK(unknown.exit_code == 107);
  CHECK_THAT(unknown.err, Contains("flow.lua:3: ") && Contains("unknown option \"mood\""));
  const Finished refused = rehearse(folder, script(0, ", { mode = 'fail_create' }"));
  CHECK(refused.exit_code == 107);
  CHECK_THAT(refused.err, Contains("flow.lua:3: "));
}

TEST_CASE("the history file keeps the same lines for the same seed", "[integration][cli]") {
  const ScratchFolder folder;
  std::vector<std::string> histories;
  for (const char* workers : {"1", "3"}) {
    const std::string path = folder.write("flow.lua", script(0));
    const Finished run = run_thresher({"rehearse", path, "-u", "6", "-i", "4", "--executor", "per-vu-iterations",
                                       "--seed", "7", "--workers", workers, "--history", folder.path() + "/h.jsonl",
                                       "--plugin", kFakes + "/fake_validator.so"});
    REQUIRE(run.exit_code == 0);
    const std::string text = folder.read("h.jsonl");
    histories.push_back(text.substr(text.find('\n')));  // the first line has the command
    std::istringstream lines(text);
    std::int64_t last = 0;
    int events = 0;
    for (std::string line; std::getline(lines, line); ++events) {
      const json event = json::parse(line);
      CHECK(event["t"] >= last);
      last = event["t"];
    }
    CHECK(events == 2 + 6 * 4);
  }
  const auto sorted_lines = [](const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  CHECK(sorted_lines(histories[0]) == sorted_lines(histories[1]));  // of one moment, a lower worker's events come first
}

TEST_CASE("an output plugin hears of the run from its beginning to its report", "[integration][cli]") {
  const ScratchFolder folder;
  const std::string journal = folder.path() + "/journal";
  const Finished run = rehearse(
      folder, script(0), {"--plugin", kFakes + "/fake_output.so", "--out", R"(fake={"journal":")" + journal + "\"}"});
  CHECK(run.exit_code == 0);
  // A line per call; what it was given follows the call's name, and the report takes many lines.
  const std::string told = folder.read("journal");
  const auto place = [&told](const char* call) { return told.find(std::string("\n") + call); };
  CHECK(told.starts_with("create"));
  CHECK(place("begin {\"run\":") < place("event {\"event\":\"phase_changed\""));
  CHECK(place("second {\"elapsed_s\":1") < place("second {\"elapsed_s\":2"));
  CHECK(place("second {\"elapsed_s\":2") < place("finish {"));
  CHECK(place("finish {") < place("destroy"));
  CHECK_THAT(told, Contains("\"schema\": \"thresher.report/1\""));
}

TEST_CASE("an output plugin that fails ends the process with an error, not the run", "[integration][cli]") {
  const ScratchFolder folder;
  const Finished begun =
      rehearse(folder, script(0), {"--plugin", kFakes + "/fake_output.so", "--out", R"(fake={"mode":"fail_begin"})"});
  CHECK(begun.exit_code == 104);
  CHECK_THAT(begun.out, !Contains("Iterations"));
  const Finished later =
      rehearse(folder, script(0), {"--plugin", kFakes + "/fake_output.so", "--out", R"(fake={"mode":"fail_second"})"});
  CHECK(later.exit_code == 104);
  CHECK_THAT(later.out, Contains("Iterations  10"));
}
