// scripts/recovery_worker.lua over real sockets on the loopback.
#include <catch2/catch.hpp>

#include "worker.h"

using recovery_test::work;
using recovery_test::Worked;

TEST_CASE("the recovery worker runs over real sockets, restarts and all", "[integration][recovery][ports]") {
  const Worked worked = work("run", "", {"--users", "4", "--iterations", "16", "--env", "RESTARTS=1"});
  INFO(worked.finished.out << worked.finished.err);
  CHECK(worked.finished.exit_code == 0);
  CHECK(worked.report["exceptions"].empty());
  CHECK(worked.fails_of("a crash does not change the final state") == 0);
  CHECK(worked.violations_of("at_most_once") == 0);
  CHECK(worked.violations_of("replay") == 0);
  CHECK(worked.violations_of("leases") == 0);
  CHECK(worked.violations_of("work_items") == 0);
}

TEST_CASE("a defect shows over real sockets, too", "[integration][recovery][ports]") {
  const Worked worked = work("run", R"("no_fencing":true)", {"--tags", "work", "--users", "4", "--iterations", "8"});
  INFO(worked.finished.out << worked.finished.err);
  CHECK(worked.finished.exit_code == 120);
  CHECK(worked.violations_of("leases") > 0);
}
