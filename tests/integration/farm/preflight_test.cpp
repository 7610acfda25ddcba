// The walk before a load, against a real service: the aoa stand-in, which is strict about what it takes.
#include <catch2/catch.hpp>

#include "support/subprocess.h"

using Catch::Matchers::Contains;
using thresher::support::Finished;
using thresher::support::run_thresher;
using thresher::support::ScratchFolder;

namespace {

Finished run_against_aoa(const std::string& body, std::vector<std::string> more = {}) {
  const ScratchFolder folder;
  const std::string path = folder.write("flow.lua", R"lua(
local thresher = require "thresher"
local s = thresher.scenario { name = "flow", host = thresher.target("aoa").url }
s:task { "health", function(user) user:get("/health") end }
s:task { "push", function(user) )lua" + body + R"lua( end }
return s
)lua");
  std::vector<std::string> arguments = {"run", path, "-u", "1", "-i", "2", "--stand-in", "aoa"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_thresher(arguments);
}

}  // namespace

TEST_CASE("a request that the service does not understand ends the run before the load, with the exchange",
          "[integration][preflight]") {
  const Finished run = run_against_aoa("user:post('/api/v1/stress-test/fleet', { json = { agents = 7 } })");
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("flow.lua:5: the scenario and the service disagree: in task \"push\"") &&
                          Contains("> POST /api/v1/stress-test/fleet HTTP/1.1") && Contains("> {\"agents\":7}") &&
                          Contains("< HTTP/1.1 4") && Contains("--no-preflight"));
  CHECK_THAT(run.out, !Contains("Iterations"));
}

TEST_CASE("a field that a check misses in a good answer is a disagreement too", "[integration][preflight]") {
  const Finished run = run_against_aoa(
      "local res = user:get('/health') thresher.check(res, { ['is alive'] = res:json('alive') == true })");
  CHECK(run.exit_code == 104);
  CHECK_THAT(run.err, Contains("the check \"is alive\" failed, and the answer has no field \"alive\""));
}

TEST_CASE("the flag --no-preflight, and a scenario's own word, leave the walk out", "[integration][preflight]") {
  CHECK(run_against_aoa("user:get('/nowhere')", {"--no-preflight"}).exit_code == 0);
}

TEST_CASE("a target that is not there is the run's business", "[integration][preflight]") {
  const Finished run = run_against_aoa("user:get('/nowhere')", {"--host", "http://127.0.0.1:9"});
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("connect_refused"));
}
