#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "catalogue.h"

using namespace thresher;
using namespace thresher::profile;
using namespace thresher::profile::test;

namespace {

Plan weighted(const std::vector<double>& weights) {
  std::vector<ScenarioInfo> catalogue;
  for (std::size_t i = 0; i < weights.size(); ++i)
    catalogue.push_back(scenario("s" + std::to_string(i), {task("t", {})}, weights[i]));
  return make_plan({}, catalogue, 1, 1).value();
}

std::string turns(const std::vector<double>& weights, std::uint64_t count) {
  const auto plan = weighted(weights);
  std::string letters;
  for (std::uint64_t n = 0; n < count; ++n) letters += static_cast<char>('a' + plan.scenario_of(n));
  return letters;
}

/// The furthest any item was from its share, over all prefixes of `count` turns.
double furthest(const std::vector<double>& weights, std::uint64_t count) {
  const auto plan = weighted(weights);
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<double> had(weights.size());
  double worst = 0;
  for (std::uint64_t n = 0; n < count; ++n) {
    had[plan.scenario_of(n)] += 1;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      worst = std::max(worst, std::abs(had[i] - static_cast<double>(n + 1) * weights[i] / total));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("equal weights take turns in order", "[unit][profile]") {
  CHECK(turns({1}, 4) == "aaaa");
  CHECK(turns({1, 1, 1}, 7) == "abcabca");
  CHECK(turns({0.1, 0.1}, 5) == "ababa");
}

TEST_CASE("weighted turns are spread, not bunched", "[unit][profile]") {
  CHECK(turns({5, 3, 2}, 10) == "abacabaabc");
  CHECK(turns({10, 1}, 11) == "aaaaaaaabaa");
}

TEST_CASE("after a whole round everyone has had exactly their weight", "[unit][profile]") {
  RandomStream random{2, StreamPurpose::run, 0};
  for (int round = 0; round < 50; ++round) {
    std::vector<double> weights(1 + random.below(11));
    for (auto& weight : weights) weight = static_cast<double>(1 + random.below(20));
    const auto plan = weighted(weights);
    const auto total = static_cast<std::uint64_t>(plan.weight_total());
    for (std::uint64_t begin = 0; begin < 3 * total; begin += total) {
      std::vector<double> had(weights.size());
      for (std::uint64_t n = begin; n < begin + total; ++n) had[plan.scenario_of(n)] += 1;
      REQUIRE(had == weights);
    }
  }
}

TEST_CASE("any prefix has the weights' proportions to within about one turn", "[unit][profile]") {
  CHECK(furthest({5, 3, 1, 2, 1, 1, 1, 1, 1, 1, 1}, 2000) < 1.5);  // the fleet's own weights
  CHECK(furthest({0.5, 2.25, 3.14159}, 2000) < 1.5);
  CHECK(furthest({1000, 1}, 5000) < 1.5);
  RandomStream random{3, StreamPurpose::run, 0};
  for (int round = 0; round < 60; ++round) {
    std::vector<double> weights(2 + random.below(9));
    for (auto& weight : weights) weight = random.uniform(0.1, 20);
    CAPTURE(weights);
    REQUIRE(furthest(weights, 500) < 2.5);
  }
  std::vector<double> crowd(51, 1);
  crowd[0] = 100;
  CHECK(furthest(crowd, 600) < 2.5);  // the fifty small ones do not all come at once
}

TEST_CASE("turns far ahead are found without walking there", "[unit][profile]") {
  const std::vector<double> weights{5, 3, 2};
  const auto plan = weighted(weights);
  for (const std::uint64_t begin : {std::uint64_t{1'000'000'000}, std::uint64_t{1'000'000'000'000}}) {
    std::vector<int> had(3);
    for (std::uint64_t n = begin; n < begin + 10; ++n) ++had[plan.scenario_of(n)];
    CHECK(had == std::vector<int>{5, 3, 2});
  }
}
