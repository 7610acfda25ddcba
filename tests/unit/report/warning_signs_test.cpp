#include "report/warning_signs.h"

#include <catch2/catch.hpp>
#include <functional>

#include "base/random.h"
#include "fake_run.h"
#include "report/end_report.h"

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::report;
using Catch::Matchers::Contains;

namespace {

/// Ten users from second 10 on; the p50 of each second is what `p50_ms` says, a tenth more or less.
SecondSeries seconds_of(std::size_t count, const std::function<double(std::size_t)>& p50_ms, std::uint64_t seed = 1) {
  RandomStream random(seed, StreamPurpose::run, 1);
  SecondSeries seconds;
  for (std::size_t second = 0; second < count; ++second) {
    seconds.users.push_back(std::min<std::uint64_t>(second + 1, 10));
    seconds.p50_ms.emplace_back(p50_ms(second) * random.uniform(0.9, 1.1));
  }
  return seconds;
}

std::vector<std::string> signs_of(FakeRun& fake) { return warning_signs(fake.plan, fake.snapshot(), {}); }

}  // namespace

TEST_CASE("response times that grow under the same load are told, with both ends", "[unit][report]") {
  const auto growth =
      latency_growth(seconds_of(120, [](std::size_t second) { return 10 + 0.1 * static_cast<double>(second); }), false);
  REQUIRE(growth);
  CHECK(growth->first_ms == Approx(12.8).epsilon(0.1));
  CHECK(growth->last_ms == Approx(20).epsilon(0.1));
}

TEST_CASE("steady times, a ramp of users, a slow moment and a short run are no growth", "[unit][report]") {
  const auto steady = [](std::size_t) { return 10.0; };
  for (std::uint64_t seed = 1; seed <= 50; ++seed) CHECK_FALSE(latency_growth(seconds_of(300, steady, seed), false));
  CHECK_FALSE(latency_growth(seconds_of(120, [](std::size_t second) { return second < 10 ? 1.0 : 10.0; }), false));
  CHECK_FALSE(latency_growth(seconds_of(120, [](std::size_t second) { return second == 100 ? 900.0 : 10.0; }), false));
  CHECK_FALSE(latency_growth(seconds_of(30, [](std::size_t second) { return 10.0 + static_cast<double>(second); }),
                             false));  // 21 of its seconds had all users
  CHECK_FALSE(latency_growth({}, false));
}

TEST_CASE("a day's seconds are thinned, not forgotten", "[unit][report]") {
  CHECK(latency_growth(seconds_of(86'400, [](std::size_t second) { return 10 + static_cast<double>(second) / 8640; }),
                       false));
}

TEST_CASE("failures, lost connections and timeouts are warned of by what they hint at", "[unit][report]") {
  FakeRun fake;
  fake.request({.duration = 1ms}, 180);
  fake.request({.duration = 1ms, .status = 0, .outcome = Outcome::connect_refused}, 2);
  fake.request({.duration = 1ms, .status = 0, .outcome = Outcome::reset}, 1);
  fake.request({.duration = 1ms, .status = 0, .outcome = Outcome::timeout}, 1);
  fake.second();
  const std::vector<std::string> signs = signs_of(fake);
  REQUIRE(signs.size() == 3);
  CHECK_THAT(signs[0], Contains("2.17% of the requests failed") && Contains("overloaded"));
  CHECK_THAT(signs[1], Contains("3 requests had no connection or lost it") && Contains("agents are up"));
  CHECK_THAT(signs[2], Contains("1 request timed out"));
  const std::string text = render_warnings(signs, {.width = 60});
  CHECK_THAT(text, Contains("Warning signs  3\n") && Contains("  2.17% of the requests failed"));
}

TEST_CASE("a run as it should be has no warning signs", "[unit][report]") {
  FakeRun fake;
  fake.request({.duration = 1ms}, 1000);
  fake.request({.duration = 1ms, .status = 503}, 10);  // 0.99 %
  fake.second();
  CHECK(signs_of(fake).empty());
  CHECK(render_warnings({}, {}).empty());
}
