#include <catch2/catch.hpp>

#include "leveredge/reliability.h"

using namespace leveredge;

TEST_CASE("the profiles are those of the Farm document", "[targets]") {
  CHECK(Reliability::named("rock_solid")->success_rate == 0.999);
  CHECK(Reliability::named("reliable")->timeout_rate == 0.02);
  CHECK(Reliability::named("flaky")->latency_mean_ms == 500);
  CHECK(Reliability::named("flaky")->latency_sd_ms == 300);
  CHECK(Reliability::named("unreliable")->crash_rate == 0.05);
  CHECK_FALSE(Reliability::named("perfect"));
}

TEST_CASE("what neither succeeds nor times out nor crashes is an error", "[targets]") {
  CHECK(Reliability::named("reliable")->error_rate() == Approx(0.025));
  CHECK(Reliability::named("flaky")->error_rate() == Approx(0.08));
  CHECK(Reliability::named("unreliable")->error_rate() == Approx(0.10));
  CHECK(Reliability::named("rock_solid")->error_rate() == 0);  // its figures add up to more than 100 %
}

TEST_CASE("fates come at the profile's rates and latencies at its mean and deviation", "[targets]") {
  const char* const profile = GENERATE("rock_solid", "reliable", "flaky", "unreliable");
  CAPTURE(profile);
  const Reliability expected = *Reliability::named(profile);
  constexpr int kDraws = 200'000;
  int fates[4] = {};
  double sum = 0, squares = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    thresher::Random random(11, 8007, i);
    const Draw drawn = draw(expected, random);
    ++fates[static_cast<int>(drawn.fate)];
    sum += drawn.latency_ms;
    squares += drawn.latency_ms * drawn.latency_ms;
  }
  const auto rate = [&](Fate fate) { return double(fates[static_cast<int>(fate)]) / kDraws; };
  CHECK(rate(Fate::timeout) == Approx(expected.timeout_rate).margin(0.004));
  CHECK(rate(Fate::crash) == Approx(expected.crash_rate).margin(0.002));
  CHECK(rate(Fate::error) == Approx(expected.error_rate()).margin(0.003));
  CHECK(rate(Fate::success) == Approx(expected.success_rate).margin(0.005));
  CHECK(sum / kDraws == Approx(expected.latency_mean_ms).epsilon(0.01));
  CHECK(std::sqrt(squares / kDraws - sum * sum / kDraws / kDraws) == Approx(expected.latency_sd_ms).epsilon(0.03));
}
