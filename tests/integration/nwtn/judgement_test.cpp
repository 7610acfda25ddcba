#include <algorithm>
#include <catch2/catch.hpp>

#include "cli/nwtn_advice.h"
#include "cli/nwtn_documents.h"
#include "cli/nwtn_rating.h"
#include "cli/nwtn_stress.h"

using namespace thresher;
using namespace thresher::cli;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// A test that meets Phase 1.
NwtnFigures compliant() {
  NwtnFigures figures;
  figures.elapsed = 100s;
  figures.sessions = 1000;
  figures.succeeded = 990;
  figures.latency = {.average_ms = 400, .p50_ms = 380, .p95_ms = 900, .p99_ms = 1200, .max_ms = 1500, .count = 1000};
  figures.users_most = 1000;
  figures.ramped_up = true;
  figures.breaker_activations = 0;
  return figures;
}

std::string advice_on(const NwtnFigures& figures) {
  std::string text;
  for (const std::string& line : advise(figures, {}, judge(figures, {}), std::nullopt)) text += line + "\n";
  return text;
}

profile::Profile three_stages() {
  profile::Profile profile;
  profile.name = "nwtn";
  profile.stages = {{60s, 1000}, {300s, 1000}, {60s, 0}};
  return profile;
}

}  // namespace

TEST_CASE("ratings of a load change exactly at the document's bounds", "[nwtn]") {
  CHECK(rate_load(999.9, 0.981) == NwtnRating::excellent);
  CHECK(rate_load(1000, 0.981) == NwtnRating::good);
  CHECK(rate_load(999.9, 0.98) == NwtnRating::good);
  CHECK(rate_load(1499.9, 0.961) == NwtnRating::good);
  CHECK(rate_load(1500, 0.99) == NwtnRating::needs_improvement);
  CHECK(rate_load(10, 0.96) == NwtnRating::needs_improvement);
  CHECK(rate_load(1999.9, 0.951) == NwtnRating::needs_improvement);
  CHECK(rate_load(2000, 1) == NwtnRating::poor);
  CHECK(rate_load(10, 0.95) == NwtnRating::poor);
}

TEST_CASE("ratings of a session change exactly at the contract's bounds", "[nwtn]") {
  CHECK(rate_session(0.5, 0.9) == NwtnRating::excellent);
  CHECK(rate_session(0.501, 0.9) == NwtnRating::good);
  CHECK(rate_session(0.5, 0.899) == NwtnRating::good);
  CHECK(rate_session(0.75, 0.8) == NwtnRating::good);
  CHECK(rate_session(0.751, 0.95) == NwtnRating::needs_improvement);
  CHECK(rate_session(0.1, 0.799) == NwtnRating::needs_improvement);
  CHECK(rate_session(1, 0.6) == NwtnRating::needs_improvement);
  CHECK(rate_session(1.001, 0.99) == NwtnRating::poor);
  CHECK(rate_session(0.1, 0.599) == NwtnRating::poor);
}

TEST_CASE("Phase 1 asks for each of its six points", "[nwtn]") {
  CHECK(judge(compliant(), {}).overall());
  const auto met_with = [](auto change) {
    NwtnFigures figures = compliant();
    change(figures);
    return judge(figures, {});
  };
  CHECK_FALSE(met_with([](auto& f) { f.latency.p95_ms = 2000; }).latency);
  CHECK(met_with([](auto& f) { f.latency.p95_ms = 1999; }).latency);
  CHECK_FALSE(met_with([](auto& f) { f.latency.average_ms = 1000; }).average);
  CHECK_FALSE(met_with([](auto& f) { f.users_most = 999; }).concurrency);
  CHECK_FALSE(met_with([](auto& f) { f.ramped_up = false; }).ramp_up);
  CHECK(met_with([](auto& f) { f.succeeded = 950; }).success_rate);
  CHECK_FALSE(met_with([](auto& f) { f.succeeded = 949; }).success_rate);
  CHECK_FALSE(met_with([](auto& f) { f.breaker_activations = 1; }).stability);
  CHECK_FALSE(met_with([](auto& f) { f.breaker_episodes = 1; }).overall());
  CHECK_FALSE(judge(NwtnFigures{}, {}).overall());
}

TEST_CASE("what is not met comes with the document's remedies, what is met does not", "[nwtn]") {
  CHECK(advice_on(compliant()) == "✅ Phase 1 requirements met\n");
  NwtnFigures slow = compliant();
  slow.latency.p95_ms = 2500;
  CHECK_THAT(advice_on(slow), Contains("🔴 P95 latency (2500ms) exceeds target (2000ms)\n   - Optimize agent pipeline "
                                       "execution\n   - Implement request caching\n   - Consider agent "
                                       "parallelization\n"));
  NwtnFigures failing = compliant();
  failing.succeeded = 920;
  failing.failures = {{.why = "HTTP 500", .count = 80, .by_complexity = {}}};
  CHECK_THAT(advice_on(failing), Contains("🔴 Success rate (92.0%) below target (95.0%)\n   - Investigate error "
                                          "patterns\n") &&
                                     Contains("HTTP 500: 80 sessions (8.0%)"));
  NwtnFigures executor = compliant();
  executor.agents["executor"] = {.average_ms = 2000, .p50_ms = 1900, .p95_ms = 3200, .p99_ms = 3300, .max_ms = 3400};
  executor.agents["router"] = {.average_ms = 900, .p50_ms = 900, .p95_ms = 1000, .p99_ms = 1000, .max_ms = 1000};
  CHECK_THAT(
      advice_on(executor),
      Contains("🟡 Executor agent P95 time high: 3.2s\n   - Optimize model API calls\n") && !Contains("Router"));
}

TEST_CASE("a service of another contract is told so, once", "[nwtn]") {
  NwtnFigures drifted = compliant();
  drifted.succeeded = 0;
  drifted.failures = {{.why = "contract drift", .count = 1000, .by_complexity = {}}};
  const std::string advice = advice_on(drifted);
  CHECK_THAT(advice, Contains("Contract drift") && !Contains("Success rate"));
  CHECK(std::count(advice.begin(), advice.end(), '\n') == 2);
}

TEST_CASE("the generator's machine is named when it was busy", "[nwtn]") {
  const MachineSummary busy{.cpu_percent_average = 50, .cpu_percent_max = 81, .memory_percent_max = 85};
  const auto advice = advise(compliant(), {}, judge(compliant(), {}), busy);
  CHECK(advice.size() == 3);
  CHECK_THAT(advice[1], Contains("81%"));
}

TEST_CASE("the results have every key of the contract", "[nwtn]") {
  NwtnStressReport report;
  report.compliance = judge(compliant(), {});
  report.rating = rate_load(900, 0.99);
  NwtnFigures figures = compliant();
  figures.agents["executor"] = {.average_ms = 250, .p50_ms = 240, .p95_ms = 500, .p99_ms = 600, .max_ms = 700};
  const auto results = nwtn_results(figures, report);
  for (const char* key : {"test_config",
                          "start_time",
                          "end_time",
                          "duration_seconds",
                          "total_requests",
                          "successful_requests",
                          "failed_requests",
                          "p50_latency_ms",
                          "p95_latency_ms",
                          "p99_latency_ms",
                          "max_latency_ms",
                          "max_concurrent_users",
                          "peak_rps",
                          "avg_rps",
                          "phase1_latency_compliance",
                          "phase1_concurrency_compliance",
                          "phase1_success_rate_compliance",
                          "phase1_overall_compliance",
                          "agent_performance",
                          "system_metrics",
                          "error_breakdown",
                          "circuit_breaker_activations",
                          "performance_recommendations"})
    CHECK(results.contains(key));
  CHECK(results["failed_requests"] == 10);
  CHECK(results["avg_rps"] == 10.0);
  CHECK(results["phase1_overall_compliance"] == true);
  CHECK(results["performance_rating"] == "excellent");
  const auto& executor = results["agent_performance"]["executor"];
  for (const char* key : {"avg_time", "median_time", "max_time", "execution_count", "p95_time"})
    CHECK(executor.contains(key));
  CHECK(executor["p95_time"] == 0.5);  // seconds
}

TEST_CASE("a stress test's options change the profile and its thresholds", "[nwtn]") {
  NwtnStressOptions options;
  options.users = "500";
  options.duration = "3m";
  options.ramp = "10";
  options.latency = "1500";
  options.success_rate = "0.97";
  options.url = "http://prsm.example.com/";
  options.output_dir = "out";
  const auto plan = plan_stress(options, three_stages());
  REQUIRE(plan);
  const auto& shape = plan->run.settings_shape;
  CHECK(*shape.stages == std::vector<profile::Stage>{{10s, 500}, {180s, 500}, {10s, 0}});
  REQUIRE(shape.thresholds.size() == 3);
  CHECK(shape.thresholds[0].expression == "p(95)<1500");
  CHECK(shape.thresholds[1].expression == "avg<750");
  CHECK(shape.thresholds[2].expression == "rate>=0.97");
  CHECK(plan->requirements.users == 500);
  CHECK(plan->run.host == "http://prsm.example.com");
  CHECK(plan->errors == "out/error_breakdown.json");
}

TEST_CASE("what a person got wrong is named by its flag and value", "[nwtn]") {
  const auto refusal = [](auto change) {
    NwtnStressOptions options;
    change(options);
    const auto plan = plan_stress(options, three_stages());
    return plan ? std::string("taken") : plan.error().message;
  };
  CHECK_THAT(refusal([](auto& o) { o.users = "0"; }), Contains("--users '0'"));
  CHECK_THAT(refusal([](auto& o) { o.users = "many"; }), Contains("--users 'many'"));
  CHECK_THAT(refusal([](auto& o) { o.duration = "0"; }), Contains("--duration '0'"));
  CHECK_THAT(refusal([](auto& o) { o.ramp = "soon"; }), Contains("--ramp 'soon'"));
  CHECK_THAT(refusal([](auto& o) { o.latency = "-1"; }), Contains("--latency '-1'"));
  CHECK_THAT(refusal([](auto& o) { o.success_rate = "95"; }), Contains("--success-rate '95'"));
  CHECK_THAT(refusal([](auto& o) { o.url = "localhost:8000"; }), Contains("--url 'localhost:8000'"));
  CHECK_THAT(refusal([](auto& o) { o.quick = o.extended = true; }), Contains("--quick") && Contains("--extended"));
  CHECK_THAT(refusal([](auto& o) { o.seed = "x"; }), Contains("--seed 'x'"));
}
