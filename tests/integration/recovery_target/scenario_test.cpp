// scripts/recovery_worker.lua against the stand-in `recovery` in virtual time: what a user sees of each defect, in the
// script's own checks and in the oracle's.
#include <catch2/catch.hpp>

#include "worker.h"

using recovery_test::work;
using recovery_test::Worked;

namespace {

const std::vector<std::string> kOften{"--users", "6", "--iterations", "120", "--seed", "7", "--env", "RESTARTS=1"};

}  // namespace

TEST_CASE("against a healthy recovery system every check of every task passes", "[integration][recovery]") {
  for (const char* seed : {"1", "2", "3", "4", "5"}) {
    CAPTURE(seed);
    const Worked worked = work("rehearse", "", {"--users", "6", "--iterations", "80", "--seed", seed});
    INFO(worked.finished.out);
    CHECK(worked.finished.exit_code == 0);
    CHECK(worked.report["exceptions"].empty());
    CHECK(worked.report["checks"].size() >= 15);
    for (const auto& check : worked.report["checks"]) {
      CAPTURE(check["name"]);
      CHECK(check["fails"] == 0);
      CHECK(check["passes"] > 0);
    }
    for (const char* check : {"at_most_once", "replay", "leases", "work_items"})
      CHECK(worked.violations_of(check) == 0);
  }
}

TEST_CASE("each defect fails the script's check and the oracle's that are for it", "[integration][recovery]") {
  const struct {
    const char *defect, *check, *oracle;
  } defects[] = {
      {"racing_check_or_create", "a key executes once", "at_most_once"},
      {"hash_ignored", "another request under the same key is refused", "at_most_once"},
      {"no_replay", "whoever asks again is given the same", "at_most_once"},
      {"forgotten_keys", "every step took effect once", "at_most_once"},
      {"no_fencing", "who comes back late is refused", "leases"},
      {"silent_stale_release", "who comes back late is refused", "leases"},
      {"whole_second_leases", "who renews in time keeps its lease", "leases"},
      {"one_retry_more", "an item is tried max_retries + 1 times", "work_items"},
      {"one_retry_less", "an item is tried max_retries + 1 times", "work_items"},
      {"terminal_reopens", "what is completed stays completed", "work_items"},
      {"miscounted_sweep", "what a sweep found it recovered or gave up", "work_items"},
      {"lost_checkpoints", "work goes on from what was acknowledged", "replay"},
      {"torn_checkpoints", "a crash does not change the final state", "replay"},
      {"sequence_gaps", "checkpoints are numbered without a gap", "replay"},
      {"sequence_restarts", "checkpoints are numbered without a gap", "replay"},
      {"resume_by_second", "work goes on from what was acknowledged", "replay"},
  };
  for (const auto& each : defects) {
    CAPTURE(each.defect);
    const Worked worked = work("rehearse", "\"" + std::string(each.defect) + "\":true", kOften);
    CHECK(worked.finished.exit_code == 120);
    CHECK(worked.report["exceptions"].empty());
    CHECK(worked.fails_of(each.check) > 0);
    CHECK(worked.violations_of(each.oracle) > 0);
  }
}

TEST_CASE("a wrong setting of the recovery worker is refused with its name", "[integration][recovery]") {
  for (const char* setting : {"RESTARTS=often", "RESTARTS=2", "LEASE_MS=1", "STEPS=0"}) {
    CAPTURE(setting);
    const auto run = thresher::support::run_thresher(
        {"rehearse", std::string(THRESHER_SOURCE_DIR) + "/scripts/recovery_worker.lua", "--env", setting, "-i", "1"});
    CHECK(run.exit_code == 107);  // the script does not load
    CHECK_THAT(run.err, Catch::Matchers::Contains(std::string(setting).substr(0, std::string(setting).find('='))));
  }
}
