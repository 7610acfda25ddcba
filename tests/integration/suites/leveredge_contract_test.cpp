// What the shipped scenarios of the Leveredge suite declare and send, held to the contract's table, so that drift is
// seen.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "captured.h"
#include "shape.h"
#include "support/subprocess.h"

using namespace suites;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

const std::string kScripts = std::string(THRESHER_SOURCE_DIR) + "/scripts/";
const std::string kStress = std::string(THRESHER_SOURCE_DIR) + "/profiles/stress.toml";
const char* const kScriptNames[] = {"mixed.lua", "aria_chat.lua", "event_bus.lua", "creative_fleet.lua",
                                    "health_checks.lua"};
/// No latency and no fault: a run takes as long as its users think.
const std::string kInstant = R"("latency_mean_ms":0,"latency_sd_ms":0,"crash_rate":0,"first_token_ms":0)";
const std::string kFaultless = R"(leveredge={"success_rate":1,"timeout_rate":0,)" + kInstant + "}";

const json& contract() {
  static const json kContract = [] {
    std::ifstream file(std::string(THRESHER_SOURCE_DIR) + "/tests/integration/suites/leveredge_contract.json");
    return json::parse(file);
  }();
  return kContract;
}

std::vector<std::string> rehearsal(const std::string& script, const std::string& stand_in,
                                   std::vector<std::string> more) {
  std::vector<std::string> arguments{"rehearse",   kScripts + script, "--seed",    "7",
                                     "--stand-in", stand_in,          "--no-color"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// The scenarios of a file or a folder, as `thresher list` tells them.
json declared_in(const std::string& path) {
  const Finished listed = run_thresher({"list", path, "--json"});
  INFO(listed.out << listed.err);
  REQUIRE(listed.exit_code == 0);
  return json::parse(listed.out).at("scenarios");
}

json report_of(std::vector<std::string> arguments) {
  const ScratchFolder folder;
  arguments.insert(arguments.end(), {"--quiet", "--json", folder.path() + "/out.json"});
  const Finished run = run_thresher(std::move(arguments));
  INFO(run.out << run.err);
  REQUIRE(folder.has("out.json"));
  return json::parse(folder.read("out.json"));
}

/// What is wrong with the request by this row; empty when it is the row's.
std::string difference(const Captured& request, const json& row) {
  const json& words = contract()["words"];
  if (request.method != row["method"]) return "method " + request.method;
  const auto& ports = row["ports"];
  if (std::find(ports.begin(), ports.end(), request.port) == ports.end()) return "port " + std::to_string(request.port);
  if (!path_fits(request.path, row["path"], words)) return "path " + request.path;
  if (auto wrong = mismatch(json(request.query), row.value("query", json::object()), words); !wrong.empty())
    return "query" + wrong;
  const json headers = row.value("headers", json::object());
  for (const auto& [name, value] : headers.items())
    if (request.headers.count(name) == 0 || request.headers.at(name) != value) return "header " + name;
  if (!row.contains("body")) return request.body.empty() ? "" : "a body";
  if (request.headers.count("Content-Type") == 0 || request.headers.at("Content-Type") != "application/json")
    return "header Content-Type";
  const json body = json::parse(request.body, nullptr, false);
  if (auto wrong = mismatch(body, row["body"], words); !wrong.empty()) return wrong;
  const json at_most = row.value("at_most", json::object());
  for (const auto& [pointer, most] : at_most.items())
    if (body.at(json::json_pointer(pointer)).size() > most.get<std::size_t>()) return pointer + ": too many";
  return {};
}

}  // namespace

TEST_CASE("the scenarios are those of the contract, with its weights, tasks and tags", "[integration][suites]") {
  std::size_t found = 0;
  double weights = 0;
  for (const char* script : kScriptNames) {
    const json scenarios = declared_in(kScripts + script);
    for (const json& scenario : scenarios) {
      const auto& rows = contract()["scenarios"];
      const auto row = std::find_if(rows.begin(), rows.end(), [&](const json& each) {
        return each["script"] == script && each["name"] == scenario["name"];
      });
      CAPTURE(scenario["name"]);
      REQUIRE(row != rows.end());
      ++found;
      weights += scenario["weight"].get<double>();
      CHECK(scenario["weight"] == (*row)["weight"]);
      json tasks = json::array();
      for (const json& task : scenario["tasks"])
        tasks.push_back({{"name", task["name"]}, {"weight", task["weight"]}, {"tags", task["tags"]}});
      CHECK(tasks == (*row)["tasks"]);
    }
  }
  CHECK(found == contract()["scenarios"].size());
  CHECK(weights == 20);
}

TEST_CASE("users think as long as the contract says between tasks", "[integration][suites]") {
  for (const json& row : contract()["scenarios"]) {
    if (row["name"] == "creative_batch") continue;  // its task waits for its batch: there is no telling the two apart
    CAPTURE(row["name"]);
    const json report = report_of(
        rehearsal(row["script"], kFaultless, {"--scenario", row["name"], "--users", "1", "--iterations", "400"}));
    const double low = row["wait_s"][0], high = row["wait_s"][1];
    const double mean = report["stop"]["elapsed_s"].get<double>() / 400;
    // 400 uniform draws: the mean's standard deviation is (high - low) / sqrt(12 * 400); four of them.
    CHECK(mean == Approx((low + high) / 2).margin((high - low) * 4 / 69.3 + 0.01));
  }
}

TEST_CASE("every request of a scenario is one of the contract's, and all of those occur", "[integration][suites]") {
  std::set<std::pair<std::string, std::string>> runs;  // script and environment
  for (const json& row : contract()["requests"]) runs.insert({row["script"], row.value("env", "")});
  for (const auto& [script, environment] : runs) {
    CAPTURE(script, environment);
    std::vector<std::string> more{"--users", "20", "--run-time", "2m", "--http-debug", "full"};
    if (!environment.empty()) more.insert(more.end(), {"--env", environment, "--tags", "new-conversation,followup"});
    const Finished run = run_thresher(rehearsal(script, kFaultless, std::move(more)));
    const auto requests = captured_requests(run.out + run.err);
    REQUIRE(requests.size() > 50);
    std::set<std::string> seen;
    for (const Captured& request : requests) {
      std::string why;
      bool known = false;
      for (const json& row : contract()["requests"]) {
        if (row["script"] != script || row.value("env", "") != environment) continue;
        const std::string wrong = difference(request, row);
        if (wrong.empty()) {
          known = true;
          seen.insert(row["what"].get<std::string>());
          break;
        }
        why += "\n  not \"" + row["what"].get<std::string>() + "\": " + wrong;
      }
      if (!known) FAIL(request.text() << " is not in the contract" << why);
    }
    for (const json& row : contract()["requests"])
      if (row["script"] == script && row.value("env", "") == environment) CHECK(seen.count(row["what"]) == 1);
  }
}

TEST_CASE("requests are given up after the contract's time", "[integration][suites]") {
  const std::string half_silent = R"(leveredge={"success_rate":0.5,"timeout_rate":0.5,)" + kInstant + "}";
  for (const auto& [script, timeouts] : contract()["timeouts_s"].items()) {
    const json report = report_of(rehearsal(script, half_silent, {"--users", "40", "--run-time", "30m"}));
    for (const auto& [name, seconds] : timeouts.items()) {
      CAPTURE(script, name);
      double longest = 0;
      for (const json& row : report["requests"])
        if (row["name"] == name) longest = row["duration_ms"]["max"];
      CHECK(longest == Approx(1e3 * seconds.get<double>()).epsilon(0.01));  // histograms keep three digits
    }
  }
}

TEST_CASE("profile stress selects exactly the tasks tagged stress or throughput", "[integration][suites]") {
  std::set<std::string> tagged;  // "scenario/task" of all the scripts that ship
  const json scenarios = declared_in(kScripts);
  for (const json& scenario : scenarios)
    for (const json& task : scenario["tasks"])
      for (const json& tag : task["tags"])
        if (tag == "stress" || tag == "throughput")
          tagged.insert(scenario["name"].get<std::string>() + "/" + task["name"].get<std::string>());
  CHECK(tagged.count("event_bus_throughput/publish") == 1);
  CHECK(tagged.count("health_stress/event bus") == 1);

  const ScratchFolder folder;
  const Finished run = run_thresher({"rehearse", kScripts, "--profile", kStress, "--seed", "7", "--run-time", "5s",
                                     "--quiet", "--json", "out.json", "--out", "json=samples.json"},
                                    {}, folder.path());
  INFO(run.out << run.err);
  REQUIRE(folder.has("samples.json"));
  std::set<std::string> ran;
  std::istringstream samples(folder.read("samples.json"));
  for (std::string line; std::getline(samples, line);) {
    const json sample = json::parse(line);
    if (sample["type"] != "Point" || sample["metric"] != "http_reqs") continue;
    const json& tags = sample["data"]["tags"];
    ran.insert(tags["scenario"].get<std::string>() + "/" + tags.value("task", "?"));
  }
  CHECK(ran == tagged);
}
