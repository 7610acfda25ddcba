#include <catch2/catch.hpp>

#include "stage.h"

TEST_CASE("a healthy platform raises no alarm over a thousand seeds", "[integration][oracle]") {
  Stage stage;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    Stage::Play play;
    play.seed = seed;
    const char* const rates[] = {"0", "0.2", "0.5", "1"};
    play.parameters = std::string(R"({"chaos_rate":)") + rates[seed % 4] + R"(,"workflow_count":)" +
                      std::to_string(2 + seed % 7) + "}";
    const auto history = stage.play(play);
    const auto judgement = stage.judge("oracle", history, seed % 20 == 0 ? R"({"sample":1})" : R"({"sample":0})");
    INFO(judgement.complaints());
    REQUIRE(judgement.violations.empty());
  }
}

TEST_CASE("the Farm fails no platform that does what can be done, whatever the chaos", "[integration][oracle]") {
  Stage stage;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Stage::Play play;
    play.seed = seed;
    const char* const rates[] = {"0", "0.2", "0.6", "1"};
    play.parameters = std::string(R"({"workflow_count":12,"chaos_rate":)") + rates[seed % 4] + "}";
    const auto judgement = stage.judge("farm", stage.play(play));
    for (const auto& finding : judgement.findings) {
      INFO(finding.check << ": " << finding.summary);
      CHECK(finding.verdict != thresher::plugin::CheckVerdict::fail);
    }
  }
}
