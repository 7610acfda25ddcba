// The oracle's checks of recovery against the stand-in: each defect is caught by the check that is for it, wherever it
// changes what happens, and a healthy stand-in is accused of nothing.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "../oracle/stage.h"
#include "play.h"

using recovery_test::play;

namespace {

struct Defect {
  const char* option;
  const char* check;
  std::vector<const char*> witness;
};

const std::vector<Defect>& table() {
  static const std::vector<Defect> kTable = {
      {"racing_check_or_create", "at_most_once", {"was told at", "to execute too", "has 2 effects under the key"}},
      {"hash_ignored", "at_most_once", {"the key stood for the request sha256:", "That is another request"}},
      {"no_replay", "at_most_once", {"It did, and the platform has the key's response", "to execute too"}},
      {"forgotten_keys", "at_most_once", {"It did, and the platform has the key's response", "not idempotent"}},
      {"no_fencing", "leases", {"The platform accepted a write of crashed-a", "had acquired the item at"}},
      {"silent_stale_release", "leases", {"The platform accepted a release of crashed-a", "Both held it"}},
      {"whole_second_leases", "leases", {"Both held it, and a lease has one holder", "a renewal"}},
      {"one_retry_more", "work_items", {"releases not counted", "attempted at most once more"}},
      {"one_retry_less", "work_items", {"\"failed\"", "would have been its right"}},
      {"terminal_reopens", "work_items", {"is \"completed\"", "What has ended is not worked on again"}},
      {"miscounted_sweep", "work_items", {"says that it found", "The difference is +1"}},
      {"lost_checkpoints", "replay", {"was acknowledged to crashed-a", "survives a crash", "was killed at"}},
      {"torn_checkpoints", "replay", {"In the list of checkpoints", "stays what it was", "ended at"}},
      {"sequence_gaps", "replay", {"in the place of", "1, 2, 3 ... without a gap"}},
      {"sequence_restarts", "replay", {"Sequence numbers rise, so that the last one"}},
      {"resume_by_second", "replay", {"resumed at", "from checkpoint 1", "work goes on from the last of it"}},
  };
  return kTable;
}

bool says(const std::string& text, const char* words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("wherever a defect of recovery changes what happens, the check that is for it says so",
          "[integration][recovery]") {
  constexpr std::uint64_t kSeeds = 40;
  Stage stage;
  std::vector<std::vector<std::string>> healthy;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) healthy.push_back(play("{}", seed));
  for (const Defect& defect : table()) {
    CAPTURE(defect.option);
    int occasions = 0;
    std::string witnesses;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      CAPTURE(seed);
      const auto history = play(std::string("{\"") + defect.option + "\":true}", seed);
      if (history == healthy[seed - 1]) continue;  // nobody met it: no restart came within the flush, say
      ++occasions;
      const auto judgement = stage.judge("oracle", history, R"({"sample":0})");
      CHECK(judgement.accuses(defect.check));
      witnesses += judgement.witnesses(defect.check);
    }
    CHECK(occasions >= 3);
    CHECK(says(witnesses, "replay: seed "));
    for (const char* words : defect.witness) {
      CAPTURE(words);
      INFO(witnesses.substr(0, 3000));
      CHECK(says(witnesses, words));
    }
  }
}

TEST_CASE("a healthy recovery system raises no alarm over five hundred seeds", "[integration][recovery]") {
  Stage stage;
  std::uint64_t judged[4] = {};
  const char* const checks[4] = {"at_most_once", "replay", "leases", "work_items"};
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    const auto judgement = stage.judge("oracle", play("{}", seed), R"({"sample":0})");
    INFO(judgement.complaints());
    REQUIRE(judgement.violations.empty());
    for (const auto& finding : judgement.findings)
      for (int i = 0; i < 4; ++i)
        if (finding.check == checks[i]) judged[i] += finding.observations;
  }
  for (const std::uint64_t observations : judged) CHECK(observations > 5000);
}
