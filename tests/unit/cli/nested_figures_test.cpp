#include "cli/nested_figures.h"

#include <catch2/catch.hpp>

using namespace thresher::cli;
using namespace std::chrono_literals;

namespace {

/// An event as the script records it, with these members besides.
std::string event(int sequence, const std::string& status, double began_s, double low_ms, double high_ms,
                  const std::string& more = "") {
  return R"({"event":"nested_workflow","sequence":)" + std::to_string(sequence) + R"(,"status":")" + status +
         R"(","ok":)" + (status == "succeeded" ? "true" : "false") + R"(,"began_s":)" + std::to_string(began_s) +
         R"(,"latency_low_ms":)" + std::to_string(low_ms) + R"(,"latency_ms":)" + std::to_string(high_ms) + more + "}";
}

}  // namespace

TEST_CASE("latencies are summed up as the public script does it", "[unit][cli]") {
  NestedFigures figures;
  for (int i = 1; i <= 10; ++i) figures.add(event(i, "succeeded", 5, 10 * i, 10 * i, R"(,"http":200)"));
  const auto out = figures.summary(2s, 0);
  CHECK(out["total_requests"] == 10);
  CHECK(out["throughput_rps"] == 5);
  CHECK(out["latency_ms_avg"] == 55);
  CHECK(out["latency_ms_stddev"].get<double>() == Approx(28.7228));  // of the population
  CHECK(out["latency_ms_min"] == 10);
  CHECK(out["latency_ms_max"] == 100);
  CHECK(out["latency_ms_percentiles"]["p50"] == 50);  // rank 4.5 goes to the even one, as Python rounds it
  CHECK(out["latency_ms_percentiles"]["p95"] == 100);
  CHECK(out["http_counts"] == nlohmann::ordered_json{{"200", 10}});
}

TEST_CASE("how uncertain an end is and how long a slot was waited for are told", "[unit][cli]") {
  NestedFigures figures;
  figures.add(event(0, "succeeded", 100, 400, 500));
  figures.add(event(1, "succeeded", 101.5, 200, 500));
  const auto out = figures.summary(3s, 1);
  CHECK(out["latency_ms_bound"]["avg"] == 200);
  CHECK(out["latency_ms_bound"]["max"] == 300);
  CHECK(out["slot_wait_ms"]["max"] == 1500);
  CHECK(out["slot_wait_ms"]["p50"] == 0);
  CHECK(out["abandoned"] == 1);
}

TEST_CASE("failures come by sequence, with what answered or what went wrong", "[unit][cli]") {
  NestedFigures figures;
  figures.add(event(9, "failed", 1, 1, 1, R"(,"http":200,"response":{"status":"failed"})"));
  figures.add(event(2, "exception", 1, 1, 1, R"(,"error":"connect_refused","http":0)"));
  figures.add(event(5, "http_502", 1, 1, 1, R"(,"http":502,"response":"<html>")"));
  figures.add(R"({"event":"something else"})");
  figures.add("no JSON");
  CHECK(figures.done() == 3);
  const auto failures = figures.failures();
  REQUIRE(failures.size() == 3);
  CHECK(failures[0]["sequence"] == 2);
  CHECK(failures[0]["http_status"].is_null());
  CHECK(failures[0]["response"]["error"] == "connect_refused");
  CHECK(failures[1]["response"]["raw"] == "<html>");
  CHECK(failures[2]["response"]["status"] == "failed");
  CHECK(figures.summary(1s, 0)["exceptions"] == nlohmann::ordered_json{{"ConnectError", 1}});
  CHECK_FALSE(figures.unreachable());
}

TEST_CASE("nothing done is no division by nothing", "[unit][cli]") {
  const auto out = NestedFigures().summary(0s, 0);
  CHECK(out["total_requests"] == 0);
  CHECK(out["throughput_rps"] == 0);
  CHECK(out["latency_ms_max"] == 0);
  CHECK(out["latency_ms_percentiles"].empty());
}
