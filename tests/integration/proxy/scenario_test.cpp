// Scenarios behind thresher.fault_proxy: rehearsed, and over real sockets with several workers and a preflight.
#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "support/subprocess.h"

using nlohmann::json;
using namespace thresher::support;

namespace {

/// Asks the upstream through toxics of several kinds, each with its own lots and windows.
const char* const kSpoilt = R"lua(
local thresher = require "thresher"
local proxy = thresher.fault_proxy(thresher.env("UPSTREAM", "http://127.0.0.1:8007"), { toxics = {
  { type = "latency", latency = 20, jitter = 15, toxicity = 0.5, per = "request" },
  { type = "limit_data", bytes = 20, toxicity = 0.3, per = "request", from = 10, to = 15, every = 30, spread = 5 },
  { type = "down", from = 40, to = 42 },
} })
local spoilt = thresher.scenario { name = "spoilt", host = proxy.url, wait = thresher.constant(0.2) }
spoilt:task { "ask", function(user) user:get("/health", { name = "ask" }) end }
)lua";

json rehearse(const ScratchFolder& folder, const std::string& script, const std::string& seed) {
  const Finished run = run_thresher({"rehearse", script, "--users", "4", "--run-time", "1m", "--seed", seed,
                                     "--no-color", "--summary-export", "summary.json"},
                                    {}, folder.path());
  INFO(run.out << run.err);
  REQUIRE(run.exit_code == 0);
  return json::parse(folder.read("summary.json")).at("metrics");
}

}  // namespace

TEST_CASE("a rehearsal meets the same faults for the same seed, and others for another", "[integration][proxy]") {
  const ScratchFolder folder;
  const std::string script = folder.write("spoilt.lua", kSpoilt);
  const json first = rehearse(folder, script, "7");
  CHECK(rehearse(folder, script, "7") == first);
  CHECK(rehearse(folder, script, "8") != first);
  const json& failed = first.at("http_req_failed");
  CHECK(failed.at("passes").get<double>() > 20);  // k6's word for "yes, it failed"
  CHECK(failed.at("value").get<double>() < 0.5);
  CHECK(first.at("http_req_duration").at("max").get<double>() >= 20);
}

TEST_CASE("users of several workers share one proxy over real sockets, and so does the preflight",
          "[integration][proxy]") {
  Subprocess server({thresher_binary(), "fault-proxy", "--listen", "127.0.0.1:0"});  // an HTTP server like any
  REQUIRE(server.wait_for("Ctrl-C ends it"));
  const std::string& said = server.out();
  const std::size_t at = said.find("http://");
  const std::string url = said.substr(at, said.find(';', at) - at);

  const ScratchFolder folder;
  const std::string script = folder.write("calm.lua", R"lua(
local thresher = require "thresher"
local proxy = thresher.fault_proxy(thresher.env("UPSTREAM"), { toxics = { { type = "latency", latency = 5 } } })
local calm = thresher.scenario { name = "calm", host = proxy.url }
calm:task { "ask", function(user) user:get("/version") end }
)lua");
  const Finished run = run_thresher({"run", script, "--users", "4", "--workers", "2", "--executor", "per-vu-iterations",
                                     "--iterations", "10", "--no-color", "--summary-export", "summary.json"},
                                    {{"UPSTREAM", url}}, folder.path());
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  const json metrics = json::parse(folder.read("summary.json")).at("metrics");
  CHECK(metrics.at("http_reqs").at("count") == 40);
  CHECK(metrics.at("http_req_failed").at("value") == 0);
  CHECK(metrics.at("http_req_duration").at("min").get<double>() >= 5);

  server.send(SIGINT);
  const Finished ended = server.finish();
  CHECK(ended.exit_code == 0);
}
