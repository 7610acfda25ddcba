#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <tuple>
#include <vector>

#include "stage.h"

namespace {

/// A bug of the platform, what it shows itself in, the check that has to catch it, and what its witness has to say.
struct Bug {
  const char* option;
  const char* workflow_type;  ///< "": a scenario
  const char* parameters;
  const char* check;
  std::vector<const char*> witness;
};

const std::vector<Bug>& table() {
  static const std::vector<Bug> kTable = {
      {"ignore_dependencies", "", "{}", "order", {" -> ", "depends on", "began its first attempt at", "too early"}},
      {"ignore_assignment", "", "{}", "capacity", {"was assigned to agent-", "The answer says that agent-"}},
      {"serial_workflows", "", "{}", "liveness", {"was ready at", "had a free slot", "ran one after another"}},
      {"retry_forever", "", R"({"chaos_rate":1})", "liveness", {"gave up", "What is accepted comes to an end"}},
      {"claim_all_recovered",
       "",
       R"({"chaos_rate":1})",
       "faults",
       {"The platform says that it recovered", "nothing shows"}},
      {"miscount", "", "{}", "conservation", {"The platform's counter tasks_completed says", "The difference is +1"}},
      {"terminal_changes", "", "{}", "status", {"Its terminal answer came", "it says otherwise: status"}},
      {"skip_compensation",
       "saga",
       R"({"chaos_rate":1,"num_tasks":8})",
       "saga",
       {"declares the compensation", "still stands"}},
      {"repeat_compensation", "saga", R"({"chaos_rate":1,"num_tasks":8})", "saga", {"was undone 2 times"}},
      {"misorder_compensation",
       "saga",
       R"({"chaos_rate":1,"num_tasks":8})",
       "saga",
       {"has to be undone first", "not the reverse"}},
      {"repeat_effects", "", "{}", "graph", {"is not idempotent", "took effect 2 times"}},
  };
  return kTable;
}

Stage::Play play_of(const Bug& bug, std::uint64_t seed) {
  Stage::Play play;
  play.seed = seed;
  play.target = std::string("{\"") + bug.option + "\":true}";
  play.workflow_type = bug.workflow_type;
  play.parameters = bug.parameters;
  return play;
}

bool says(const std::string& witnesses, const std::vector<const char*>& words) {
  return std::all_of(words.begin(), words.end(),
                     [&](const char* word) { return witnesses.find(word) != std::string::npos; });
}

}  // namespace

TEST_CASE("wherever a bug changes what the platform does, the check that is for it says so", "[integration][oracle]") {
  constexpr std::uint64_t kSeeds = 20;
  Stage stage;
  std::map<std::tuple<std::string, std::string, std::uint64_t>, std::vector<std::string>> healthy;
  const auto healthy_history = [&](const Bug& bug, Stage::Play play) -> const std::vector<std::string>& {
    auto& history = healthy[{bug.workflow_type, bug.parameters, play.seed}];
    play.target = "{}";
    if (history.empty()) history = stage.play(play);
    return history;
  };
  for (const Bug& bug : table()) {
    CAPTURE(bug.option);
    int occasions = 0;
    std::string witnesses;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      CAPTURE(seed);
      const Stage::Play play = play_of(bug, seed);
      const auto history = stage.play(play);
      if (history == healthy_history(bug, play))
        continue;  // no saga failed, say: the bug had no occasion to show itself
      ++occasions;
      const auto judgement = stage.judge("oracle", history, R"({"sample":0})");
      CHECK(judgement.accuses(bug.check));
      witnesses += judgement.witnesses(bug.check);
    }
    INFO(witnesses.substr(0, 4000));
    CHECK(occasions >= 3);
    CHECK(says(witnesses, bug.witness));
    CHECK(says(witnesses, {"replay: seed "}));
  }
}

TEST_CASE("fields that the platform drops without a word are found by reading back", "[integration][oracle]") {
  Stage stage;
  Stage::Play play;
  play.target = R"({"drop_fields":true})";
  const auto judgement = stage.judge("farm", stage.play(play));
  CHECK(judgement.accuses("drift"));
  CHECK(says(judgement.witnesses("drift"), {"agents[]", "Sent at agents[agent-", "Read back, it is not there."}));
  play.target = "{}";
  CHECK_FALSE(stage.judge("farm", stage.play(play)).accuses("drift"));
}
