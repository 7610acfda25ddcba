#include "cli/status_text.h"

#include <catch2/catch.hpp>

using namespace thresher;
using namespace thresher::cli;
using report::Json;
using report::Look;

namespace {

const Json kClosed = Json::parse(R"({
  "run": {"id": "1m7y01sr0ynq", "name": "health_checks", "kind": "run", "command_line": "thresher run a.lua"},
  "phase": "running",
  "second": {"phase": "running", "elapsed_s": 90, "planned_s": 300, "users": 1050, "users_planned": 1050,
             "rate_planned": null,
             "point": {"requests_per_s": 410.4, "service_ms": {"p50": 4, "p95": 12.3, "p99": 20}},
             "totals": {"failures": 3, "failure_ratio": 0.0012}}})");
const Json kOpen = Json::parse(R"({
  "run": {"id": "p42", "name": "chat\u001b[31m", "kind": "rehearsal"}, "phase": "paused",
  "second": {"phase": "paused", "elapsed_s": 3, "planned_s": null, "users": 12, "users_planned": null,
             "rate_planned": 120.5, "point": {"requests_per_s": 0, "service_ms": null},
             "totals": {"failures": 0, "failure_ratio": 0}}})");
const Json kEarly = Json::parse(R"({"run": {"id": "p7", "name": "slow", "kind": "run"}, "phase": "setup",
                                    "second": null})");

}  // namespace

TEST_CASE("the runs that go on are a table", "[unit][cli]") {
  CHECK('\n' + status_text({kClosed, kOpen, kEarly}, {.width = 110}) == R"(
Id           What          Kind      Phase       Elapsed       Users req/s    p95   # fails
-------------------------------------------------------------------------------------------
1m7y01sr0ynq health_checks run       running 01:30/05:00 1,050/1,050   410 12.3ms 3 (0.12%)
p42          chat?[31m     rehearsal paused        00:03          12     0      -  0 (0.0%)
p7           slow          run       setup             -           -     -      -         -
)");
}

TEST_CASE("a narrow terminal keeps what matters most", "[unit][cli]") {
  const std::string text = status_text({kClosed}, {.width = 50});
  CHECK(text.find("1m7y01sr0ynq") != std::string::npos);
  CHECK(text.find("running") != std::string::npos);
  CHECK(text.find("rehearsal") == std::string::npos);
}

TEST_CASE("what a watched run tells is a line each", "[unit][cli]") {
  const Look look;
  CHECK(event_text("begin", kClosed, look) == "1m7y01sr0ynq  health_checks  thresher run a.lua\n");
  CHECK(event_text("second", kClosed["second"], look) ==
        "[01:30/05:00] running  users 1,050/1,050  rps 410  p95 12.3 ms  failures 3 (0.12%)\n");
  CHECK(event_text("second", kOpen["second"], look) ==
        "[00:03] paused  users 12  rate 120/s  rps 0  p95 -  failures 0 (0.0%)\n");
  CHECK(event_text("log", Json{{"kind", "phase_changed"}, {"text", "paused"}}, look) == "phase: paused\n");
  CHECK(event_text("log", Json{{"kind", "script_error"}, {"text", "a.lua:1: x\x1b[0m"}}, look) ==
        "script: a.lua:1: x?[0m\n");
  CHECK(event_text("end", Json{{"exit_code", 0}, {"word", "PASSED"}, {"text", "all"}, {"id", "1m7y"}}, look) ==
        "PASSED: all\nrecorded as 1m7y\n");
  CHECK(event_text("end", Json{{"exit_code", 99}, {"word", "FAILED"}, {"text", "x"}, {"id", ""}}, look) ==
        "FAILED: x\n");
}

TEST_CASE("what a run of another version says differently is left out", "[unit][cli]") {
  CHECK(event_text("weather", Json{{"text", "fine"}}, Look{}).empty());
  CHECK(event_text("second", Json(nullptr), Look{}) == "[-]   users -  rps -  p95 -  failures -\n");
  CHECK_NOTHROW(status_text({Json::object(), Json("x")}, Look{}));
}
