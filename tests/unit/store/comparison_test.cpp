#include "store/comparison.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;
using Catch::Matchers::Contains;
using Json = nlohmann::ordered_json;

namespace {

Json row(const std::string& method, const std::string& name, std::uint64_t requests, std::int64_t microseconds) {
  metrics::Histogram histogram;
  histogram.record(microseconds, requests);
  const double ms = static_cast<double>(microseconds) / 1000;
  return {{"method", method},
          {"name", name},
          {"requests", requests},
          {"failures", 2},
          {"requests_per_s", 1.5},
          {"duration_ms",
           {{"mean", ms},
            {"max", ms},
            {"percentiles", {{"50", ms}, {"95", ms}, {"99", ms}}},
            {"histogram", histogram.encode()}}}};
}

RunRecord run(const std::string& id, const Json& rows) {
  RunRecord record;
  record.id = id;
  record.start.conditions = R"({"host":"http://a","profile":"light"})";
  record.start.version = "1.0.0";
  record.end.validity = "VALID";
  record.document = Json{{"requests", rows}}.dump();
  return record;
}

}  // namespace

TEST_CASE("endpoints of two runs stand side by side, Aggregated last", "[unit][store]") {
  const RunRecord first =
      run("a", {row("GET", "/x", 100, 1000), row("POST", "/old", 1, 5), row("", "Aggregated", 101, 1000)});
  const RunRecord second =
      run("b", {row("GET", "/x", 90, 2000), row("GET", "/new", 1, 5), row("", "Aggregated", 91, 2000)});
  const Comparison comparison = compare(first, second);
  CHECK(comparison.obstacles.empty());
  CHECK(comparison.remarks.empty());
  REQUIRE(comparison.endpoints.size() == 4);
  CHECK(comparison.endpoints[0].name == "/new");
  CHECK_FALSE(comparison.endpoints[0].first);
  CHECK(comparison.endpoints[1].name == "/old");
  CHECK_FALSE(comparison.endpoints[1].second);
  const EndpointComparison& both = comparison.endpoints[2];
  CHECK(both.method == "GET");
  CHECK(both.first->requests == 100);
  CHECK(both.first->failures == 2);
  CHECK(both.first->rate_per_s == 1.5);
  CHECK(both.first->mean_ms.value() == 1);
  CHECK(both.second->p95_ms.value() == 2);
  REQUIRE(both.shift);
  CHECK(both.shift->word == DistributionShift::Word::slower);
  CHECK(comparison.endpoints[3].name == "Aggregated");
}

TEST_CASE("runs of other conditions, unfinished or invalid ones are not comparable, and it is said why",
          "[unit][store]") {
  RunRecord first = run("a", Json::array()), second = run("b", Json::array());
  second.start.kind = kind::kStressTest;
  second.start.conditions = R"({"host":"http://b","profile":"light","users":")" + std::string(80, '7') + "\"}";
  second.end.status = status::kInterrupted;
  first.end.validity = "INVALID";
  CHECK(compare(first, second).obstacles ==
        std::vector<std::string>{"kind: run and stress-test", R"(host: "http://a" and "http://b")", "users differ",
                                 "a is INVALID: its generator was the limit", "b is interrupted"});
}

TEST_CASE("other versions and wrong answers are worth a remark", "[unit][store]") {
  RunRecord first = run("a", Json::array()), second = run("b", Json::array());
  second.start.version = "1.1.0";
  second.end.validity = "DEGRADED";
  second.end.figures.oracle_violations = 3;
  const Comparison comparison = compare(first, second);
  CHECK(comparison.obstacles.empty());
  CHECK(comparison.remarks == std::vector<std::string>{"versions of thresher: 1.0.0 and 1.1.0",
                                                       "b is DEGRADED: its generator was near its limit",
                                                       "in b the target gave 3 wrong answers"});
}

TEST_CASE("without a report the records' own figures are compared", "[unit][store]") {
  RunRecord first = run("a", Json::array()), second = run("b", Json::array());
  first.document = "";
  second.document = "not JSON";
  first.end.figures = {.requests = 10, .requests_failed = 1, .latency_p95 = 3ms};
  const Comparison comparison = compare(first, second);
  REQUIRE(comparison.endpoints.size() == 1);
  CHECK(comparison.endpoints[0].first->requests == 10);
  CHECK(comparison.endpoints[0].first->p95_ms.value() == 3);
  CHECK_FALSE(comparison.endpoints[0].second->p95_ms);
  CHECK_FALSE(comparison.endpoints[0].shift);
}

TEST_CASE("a document with other types than ours where figures should be breaks nothing", "[unit][store]") {
  RunRecord odd = run("a", Json::array());
  odd.document =
      R"({"requests":[7,{"name":3,"method":null,"requests":-5,"duration_ms":"slow"},{"name":"/x","duration_ms":
                     {"mean":null,"histogram":"HISTF"}}]})";
  const Comparison comparison = compare(odd, odd);
  REQUIRE(comparison.endpoints.size() == 3);
  CHECK(comparison.endpoints[0].first->requests == 0);
  CHECK_FALSE(comparison.endpoints[1].first->mean_ms);
}
