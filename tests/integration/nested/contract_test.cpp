// What scripts/nested_workflow.lua sends, held to the contract's table, so that drift is seen.
#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "../suites/captured.h"
#include "../suites/shape.h"
#include "nested.h"

using namespace nested;
using suites::Captured;
using thresher::support::Finished;
using thresher::support::run_thresher;

namespace {

const json& contract() {
  static const json kContract = [] {
    std::ifstream file(std::string(THRESHER_SOURCE_DIR) + "/tests/integration/nested/nested_contract.json");
    return json::parse(file);
  }();
  return kContract;
}

/// What is wrong with the request by this row; empty when it is the row's.
std::string difference(const Captured& request, const json& row) {
  const json& words = contract()["words"];
  if (request.method != row["method"]) return "method " + request.method;
  if (request.port != 8080) return "port " + std::to_string(request.port);
  if (!suites::path_fits(request.path, row["path"], words)) return "path " + request.path;
  if (!request.query.empty()) return "a query";
  if (!row.contains("body")) return request.body.empty() ? "" : "a body";
  if (request.headers.count("Content-Type") == 0 || request.headers.at("Content-Type") != "application/json")
    return "header Content-Type";
  return suites::mismatch(json::parse(request.body, nullptr, false), row["body"], words);
}

std::vector<Captured> requests_of(const std::string& tag, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"rehearse",     std::string(THRESHER_SOURCE_DIR) + "/scripts/nested_workflow.lua",
                                     "--tags",       tag,
                                     "--users",      "3",
                                     "--env",        "DEPTH=3",
                                     "--env",        "PAYLOAD_BYTES=64",
                                     "--seed",       "7",
                                     "--iterations", "9",
                                     "--http-debug", "full",
                                     "--no-color"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Finished run = run_thresher(std::move(arguments));
  return suites::captured_requests(run.out + run.err);
}

}  // namespace

TEST_CASE("every request is one of the contract's, and all of those occur", "[integration][nested]") {
  for (const char* tag : {"sync", "async", "batch"}) {
    std::set<std::string> seen;
    const auto requests = requests_of(tag);
    CHECK(requests.size() >= 18);
    for (const Captured& request : requests) {
      std::string why;
      bool known = false;
      for (const json& row : contract()["requests"]) {
        if (row["tag"] != tag) continue;
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
      if (row["tag"] == tag) CHECK(seen.count(row["what"]) == 1);
  }
}

TEST_CASE("every execution has a number and the payload of the seed", "[integration][nested]") {
  const auto payloads = [](const char* seed) {
    std::set<std::string> all, numbers;
    for (const Captured& request : requests_of("sync", {"--env", std::string("SEED=") + seed})) {
      if (request.method != "POST") continue;
      const json input = json::parse(request.body)["input"];
      numbers.insert(input["sequence"].dump());
      all.insert(input["payload"]);
      CHECK(input["payload"].get<std::string>().find_first_not_of("0123456789abcdef") == std::string::npos);
      CHECK(input["payload"].get<std::string>().size() == 64);
    }
    CHECK(numbers.size() == 9);
    CHECK(all.size() == 1);
    return *all.begin();
  };
  const std::string first = payloads("1");
  CHECK(first == payloads("1"));
  CHECK(first != payloads("2"));
}

TEST_CASE("depth and width are left out when they are 0, and headers go with everything", "[integration][nested]") {
  const auto requests = requests_of(
      "async", {"--env", "DEPTH=0", "--env", "WIDTH=0", "--env", "HEADERS=X-Workflow-Tags:perf,X-Session-ID=nightly"});
  REQUIRE(!requests.empty());
  for (const Captured& request : requests) {
    CHECK(request.headers.at("X-Workflow-Tags") == "perf");
    CHECK(request.headers.at("X-Session-ID") == "nightly");
    if (request.method != "POST") continue;
    const json input = json::parse(request.body)["input"];
    CHECK_FALSE(input.contains("depth"));
    CHECK_FALSE(input.contains("width"));
  }
}
