#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "leveredge_fleet.h"

using namespace leveredge_test;
using namespace thresher;

namespace {

std::string refusal(const std::string& options) {
  plugin::Registry registry;
  REQUIRE(registry.load(LEVEREDGE));
  const auto made = registry.target("leveredge").value()->create(options, 1);
  REQUIRE_FALSE(made);
  const std::string& message = made.error().message;
  return message.substr(message.find("): ") == std::string::npos ? 0 : message.find("): ") + 3);
}

/// As thresholds see a run: the p95 of latency with a request without an answer counted at the timeout of 5 s, and the
/// part failed.
struct Seen {
  Nanoseconds p95;
  double failed;
};

Seen observe(const std::string& profile, std::uint64_t seed) {
  Fleet fleet(R"({"profile":")" + profile + "\"}", seed);
  std::vector<Nanoseconds> times;
  int failed = 0;
  for (int i = 0; i < 4000; ++i) {
    const TargetAnswer answer = fleet.health(fleet.type().endpoints()[static_cast<std::size_t>(i % 21)].port, i * 10ms);
    times.push_back(answer.kind == AnswerKind::whole ? answer.after : answer.kind == AnswerKind::never ? 5s : 0s);
    failed += answer.kind != AnswerKind::whole || answer.status != 200;
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() * 95 / 100], failed / 4000.0};
}

}  // namespace

TEST_CASE("the fleet is the document's twenty agents on their ports, and ARIA", "[targets]") {
  std::vector<std::pair<std::string, int>> seen;
  for (const plugin::Endpoint& endpoint : Fleet().type().endpoints()) seen.emplace_back(endpoint.name, endpoint.port);
  CHECK(seen == std::vector<std::pair<std::string, int>>{
                    {"atlas", 8007},     {"hades", 8008},    {"chronos", 8010},      {"hephaestus", 8011},
                    {"aegis", 8012},     {"athena", 8013},   {"hermes", 8014},       {"aloy", 8015},
                    {"argus", 8016},     {"chiron", 8017},   {"scholar", 8018},      {"sentinel", 8019},
                    {"event-bus", 8099}, {"cerberus", 8020}, {"port-manager", 8021}, {"muse", 8030},
                    {"calliope", 8031},  {"thalia", 8032},   {"erato", 8033},        {"clio", 8034},
                    {"aria", 8113}});
}

TEST_CASE("every agent says that it is healthy, and who it is", "[targets]") {
  Fleet fleet;
  for (const plugin::Endpoint& endpoint : fleet.type().endpoints()) {
    const TargetAnswer answer = fleet.health(endpoint.port, 1500ms);
    CHECK(answer.kind == AnswerKind::whole);
    CHECK(answer.status == 200);
    CHECK(answer.headers == "Content-Type: application/json\r\n");
    const auto body = Json::parse(answer.body);
    CHECK(body["status"] == "healthy");
    CHECK(body["agent"] == endpoint.name);
    CHECK(body["version"].is_string());
    CHECK(body["uptime_seconds"] == 1.5);
  }
}

TEST_CASE("unknown paths and wrong methods are answered as FastAPI does", "[targets]") {
  Fleet fleet;
  for (const char* path : {"/", "/nope", "/health/", "/healthy"}) {
    const TargetAnswer answer = fleet.ask(8007, "GET", path);
    CHECK(answer.status == 404);
    CHECK(answer.body == R"({"detail":"Not Found"})");
  }
  CHECK(fleet.ask(8007, "POST", "/nope").status == 404);
  const TargetAnswer wrong = fleet.ask(8007, "POST", "/health");
  CHECK(wrong.status == 405);
  CHECK(wrong.body == R"({"detail":"Method Not Allowed"})");
  CHECK(wrong.headers == "Content-Type: application/json\r\nAllow: GET, HEAD\r\n");
  CHECK(fleet.ask(8007, "HEAD", "/health").status == 200);
}

TEST_CASE("the default profile keeps the light profile's health thresholds and the others fail them", "[targets]") {
  const std::uint64_t seed = GENERATE(1U, 2U, 3U);
  const Seen rock_solid = observe("rock_solid", seed);
  CHECK(rock_solid.p95 < 50ms);
  CHECK(rock_solid.failed < 0.01);
  const Seen reliable = observe("reliable", seed);
  CHECK(reliable.p95 < 50ms);
  CHECK(reliable.failed > 0.01);
  for (const char* profile : {"flaky", "unreliable"}) {
    CAPTURE(profile);
    CHECK(observe(profile, seed).p95 > 50ms);
    CHECK(observe(profile, seed).failed > 0.01);
  }
}

TEST_CASE("one seed gives one sequence of answers, another seed another", "[targets]") {
  const auto sequence = [](std::uint64_t seed) {
    Fleet fleet(R"({"profile":"unreliable"})", seed);
    std::vector<std::tuple<AnswerKind, int, Nanoseconds>> answers;
    for (int i = 0; i < 200; ++i) {
      const TargetAnswer answer = fleet.health(8007, i * 1s);
      answers.emplace_back(answer.kind, answer.status, answer.after);
    }
    return answers;
  };
  CHECK(sequence(1) == sequence(1));
  CHECK(sequence(1) != sequence(2));
}

TEST_CASE("traffic to one agent does not change what another does", "[targets]") {
  Fleet quiet(R"({"profile":"flaky"})"), busy(R"({"profile":"flaky"})");
  for (int i = 0; i < 100; ++i) {
    busy.health(8099, i * 1s);
    const TargetAnswer alone = quiet.health(8007, i * 1s), beside = busy.health(8007, i * 1s);
    CHECK(alone.after == beside.after);
    CHECK(alone.status == beside.status);
  }
}

TEST_CASE("single agents may have another profile", "[targets]") {
  Fleet fleet(R"({"success_rate":1,"timeout_rate":0,"crash_rate":0,"agents":"hades=unreliable,clio=flaky"})");
  int failed[3] = {};
  for (int i = 0; i < 200; ++i) {
    int* count = failed;
    for (const std::uint16_t port : std::initializer_list<std::uint16_t>{8007, 8008, 8034}) {
      const TargetAnswer answer = fleet.health(port, i * 1s);
      *count++ += answer.kind != AnswerKind::whole || answer.status != 200;
    }
  }
  CHECK(failed[0] == 0);
  CHECK(failed[1] > 50);
  CHECK(failed[2] > 15);
  CHECK(failed[2] < 70);
}

TEST_CASE("a timeout is silence, or a late answer when asked for", "[targets]") {
  CHECK(Fleet(R"({"timeout_rate":1,"crash_rate":0})").health(8007).kind == AnswerKind::never);
  const TargetAnswer late = Fleet(R"({"timeout_rate":1,"crash_rate":0,"timeout_answer_s":30})").health(8007);
  CHECK(late.kind == AnswerKind::whole);
  CHECK(late.status == 200);
  CHECK(late.after == 30s);
}

TEST_CASE("an error is a plain 500 as an ASGI server writes it", "[targets]") {
  const TargetAnswer answer = Fleet(R"({"success_rate":0,"timeout_rate":0,"crash_rate":0})").health(8007);
  CHECK(answer.status == 500);
  CHECK(answer.body == "Internal Server Error");
}

TEST_CASE("an agent that crashed resets connections until it is back, with its uptime begun anew", "[targets]") {
  // Half of the seeds crash at the first request, half of those not again at the third: one of a hundred will do.
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Fleet fleet(R"({"success_rate":0.5,"timeout_rate":0,"crash_rate":0.5,"restart_s":3})", seed);
    if (fleet.health(8007, 10s).kind != AnswerKind::reset) continue;
    CHECK(fleet.health(8007, 12s).kind == AnswerKind::reset);  // whatever was drawn: it is down until 13 s
    const TargetAnswer back = fleet.health(8007, 15s);
    if (back.kind != AnswerKind::whole || back.status != 200) continue;
    CHECK(Json::parse(back.body)["uptime_seconds"] == 2.0);
    return;
  }
  FAIL("no seed crashed and came back");
}

TEST_CASE("latencies follow the figures that were set", "[targets]") {
  Fleet fleet(
      R"({"success_rate":1,"timeout_rate":0,"crash_rate":0,"latency_mean_ms":40,"latency_sd_ms":0,"health_latency_scale":0.5})");
  CHECK(fleet.health(8007).after == 20ms);
}

TEST_CASE("wrong options are refused by name", "[targets]") {
  CHECK(refusal(R"({"profile":"flakey"})") ==
        "target leveredge: option \"profile\" must be one of rock_solid, reliable, flaky, unreliable, not \"flakey\"; "
        "did you mean "
        "\"flaky\"?");
  CHECK(refusal(R"({"agents":"zeus=flaky"})") == "option \"agents\": the fleet has no agent \"zeus\"");
  CHECK(refusal(R"({"agents":"hades"})") == "option \"agents\": \"hades\" is not AGENT=PROFILE");
  CHECK(refusal(R"({"agents":"hades=wild"})") ==
        "option \"agents\": unknown profile \"wild\"; there are rock_solid|reliable|flaky|unreliable");
}
