// What the load and the validation send, held to the contract's table, so that drift is seen.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <map>
#include <regex>

#include "cli/nwtn_validation.h"
#include "integration/suites/captured.h"
#include "integration/suites/shape.h"
#include "profile/profile.h"
#include "support/subprocess.h"

using namespace suites;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

const std::string kSource = THRESHER_SOURCE_DIR;
const std::string kScript = kSource + "/scripts/nwtn_pipeline.lua";

const json& contract() {
  static const json kContract = [] {
    std::ifstream file(kSource + "/tests/integration/nwtn/contract.json");
    return json::parse(file);
  }();
  return kContract;
}

std::string difference(const Captured& request, const json& row) {
  if (request.method != row["method"]) return "method";
  if (request.path != row["path"] || !request.query.empty()) return "path";
  if (request.port != 8000) return "port";
  if (!row.contains("body")) return request.body.empty() ? "" : "a body";
  if (request.headers.count("Content-Type") == 0 || request.headers.at("Content-Type") != "application/json")
    return "Content-Type";
  const json body = json::parse(request.body, nullptr, false);
  if (auto wrong = mismatch(body, row["body"], contract()["words"]); !wrong.empty()) return wrong;
  return body["preferences"]["expected_agents"] == row["agents"] ? "" : "expected_agents";
}

json report_of(std::vector<std::string> arguments) {
  const ScratchFolder folder;
  arguments.insert(arguments.end(), {"--quiet", "--json", folder.path() + "/out.json"});
  const Finished run = run_thresher(std::move(arguments));
  INFO(run.out << run.err);
  REQUIRE(folder.has("out.json"));
  return json::parse(folder.read("out.json"));
}

}  // namespace

TEST_CASE("every request is one of the contract's, and all of those occur, in the contract's mix",
          "[integration][nwtn]") {
  const Finished run = run_thresher(
      {"rehearse", kScript, "--users", "20", "--run-time", "5m", "--seed", "7", "--http-debug", "full", "--no-color"});
  const auto requests = captured_requests(run.out + run.err);
  REQUIRE(requests.size() > 500);
  std::map<std::string, int> seen;
  const std::regex user("stress_user_00(0[1-9]|1[0-9]|20)");
  for (const Captured& request : requests) {
    std::string why, what;
    for (const json& row : contract()["requests"]) {
      const std::string wrong = difference(request, row);
      if (wrong.empty()) what = row["what"];
      why += "\n  not \"" + row["what"].get<std::string>() + "\": " + wrong;
    }
    if (what.empty()) FAIL(request.text() << " is not in the contract" << why);
    ++seen[what];
    if (what != "health") CHECK(std::regex_match(json::parse(request.body)["user_id"].get<std::string>(), user));
  }
  CHECK(seen["health"] == 2);
  const double sessions = static_cast<double>(requests.size()) - 2;
  for (const auto& [kind, share] : contract()["mix"].items()) {
    CAPTURE(kind);
    const double expected = share.get<double>();
    // Four standard deviations of a binomial share.
    CHECK(seen[kind] / sessions == Approx(expected).margin(4 * std::sqrt(expected * (1 - expected) / sessions)));
  }
}

TEST_CASE("users think as long as the contract says", "[integration][nwtn]") {
  const json report = report_of({"rehearse", kScript, "--users", "1", "--iterations", "400", "--seed", "7",
                                 "--stand-in", R"(nwtn={"latency_scale":0})"});
  const double low = contract()["think_s"][0], high = contract()["think_s"][1];
  const double mean = report["stop"]["elapsed_s"].get<double>() / 400;
  // The mean of 400 uniform draws: its standard deviation is (high - low) / sqrt(12 * 400); four of them.
  CHECK(mean == Approx((low + high) / 2).margin((high - low) * 4 / 69.3 + 0.01));
}

TEST_CASE("sessions are given up after the contract's time", "[integration][nwtn]") {
  const json report = report_of({"rehearse", kScript, "--users", "5", "--run-time", "2m", "--seed", "7", "--stand-in",
                                 R"(nwtn={"timeout_rate":0.3,"breaker_failures":0})"});
  double longest = 0;
  for (const json& row : report["requests"])
    if (row["name"] == "/api/v1/sessions") longest = row["duration_ms"]["max"];
  CHECK(longest == Approx(1e3 * contract()["timeout_s"].get<double>()).epsilon(0.01));
}

TEST_CASE("the profiles have the contract's users and phases", "[integration][nwtn]") {
  for (const auto& [name, row] : contract()["profiles"].items()) {
    CAPTURE(name);
    const auto profile = thresher::profile::load_profile(name, {kSource + "/profiles"});
    REQUIRE(profile);
    REQUIRE(profile->stages->size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto& stage = (*profile->stages)[i];
      CHECK(thresher::to_seconds(stage.duration) == row["stages_s"][i].get<double>());
      CHECK(stage.target == (i == 2 ? 0 : row["users"].get<double>()));
    }
    CHECK(profile->thresholds.size() == 3);
  }
}

TEST_CASE("the validation asks the contract's four questions", "[integration][nwtn]") {
  const auto scenarios = thresher::cli::nwtn_scenarios();
  REQUIRE(scenarios.size() == contract()["scenarios"].size());
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const json& row = contract()["scenarios"][i];
    const json body = json::parse(thresher::cli::request_of(scenarios[i]));
    CAPTURE(body.dump());
    CHECK(thresher::to_seconds(scenarios[i].limit) == row["limit_s"].get<double>());
    CHECK(body["context_allocation"] == row["context"]);
    CHECK(body["preferences"]["expected_agents"].size() == row["agents"]);
    CHECK_FALSE(body["prompt"].get<std::string>().empty());
    CHECK_FALSE(body["user_id"].get<std::string>().empty());
  }
}
