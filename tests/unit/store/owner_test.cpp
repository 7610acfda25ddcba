#include "store/owner.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;

namespace {

const WallTime kNow(std::chrono::sys_days(std::chrono::year{2026} / 11 / 21));

bool gone(const Owner& owner) { return is_gone(owner, Owner::of_this_process(), kNow - 1h, kNow, 2min); }

}  // namespace

TEST_CASE("a process knows itself fully", "[unit][store]") {
  const Owner self = Owner::of_this_process();
  CHECK(self.pid == ::getpid());
  CHECK(self.started_ticks > 0);
  CHECK(self.boot.size() == 36);  // a UUID
  CHECK(self.boot.find('\n') == std::string::npos);
  CHECK(self.pid_space.find("pid:[") == 0);
  CHECK_FALSE(self.machine.empty());
  CHECK(self == Owner::of_this_process());
}

TEST_CASE("a living process is not gone, however long it was silent", "[unit][store]") {
  CHECK_FALSE(gone(Owner::of_this_process()));
}

TEST_CASE("another process with a dead one's number does not pass for it", "[unit][store]") {
  Owner reused = Owner::of_this_process();
  reused.started_ticks -= 1;
  CHECK(gone(reused));
}

TEST_CASE("a process is gone once it ended, waited for or not", "[unit][store]") {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  Owner owner = Owner::of_this_process();
  owner.pid = child;
  // Its start is not told from outside but by being it: a child sees the same clock a tick or so later.
  for (const std::int64_t begun = owner.started_ticks; gone(owner) && owner.started_ticks < begun + 100'000;)
    ++owner.started_ticks;
  REQUIRE_FALSE(gone(owner));
  ::kill(child, SIGKILL);
  siginfo_t unused{};
  ::waitid(P_PID, static_cast<id_t>(child), &unused, WEXITED | WNOWAIT);
  CHECK(gone(owner));  // a zombie
  ::waitpid(child, nullptr, 0);
  CHECK(gone(owner));
}

TEST_CASE("a process out of sight is gone after its patience ran out", "[unit][store]") {
  Owner rebooted = Owner::of_this_process(), other_container = rebooted, unknown = rebooted;
  rebooted.boot = "an earlier boot";
  other_container.pid_space = "pid:[1]";
  unknown.boot.clear();
  const Owner self = Owner::of_this_process();
  for (const Owner& owner : {rebooted, other_container, unknown}) {
    CHECK_FALSE(is_gone(owner, self, kNow - 2min, kNow, 2min));
    CHECK(is_gone(owner, self, kNow - 2min - 1ns, kNow, 2min));
    CHECK_FALSE(is_gone(owner, self, kNow + 1h, kNow, 2min));  // its clock is ahead
  }
}
