#include <catch2/catch.hpp>
#include <filesystem>

#include "catalogue.h"
#include "profile/profile.h"

using namespace thresher;
using namespace thresher::profile;
using namespace thresher::profile::test;
using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

namespace {

const std::filesystem::path kProfiles = std::filesystem::path{THRESHER_SOURCE_DIR} / "profiles";

Profile shipped(const std::string& name) {
  auto profile = load_profile(name, {kProfiles});
  if (!profile) throw std::runtime_error(to_text(profile.error()));
  return *profile;
}

void check_shape(const std::string& name, std::uint64_t users, double spawn_rate, Nanoseconds run_time) {
  const auto profile = shipped(name);
  CAPTURE(name);
  CHECK(profile.users == users);
  CHECK(profile.spawn_rate == spawn_rate);
  CHECK(profile.run_time == run_time);
  CHECK_FALSE(profile.description.empty());
}

}  // namespace

TEST_CASE("light, medium, heavy and stress are those of the Leveredge document", "[unit][profile]") {
  check_shape("light", 10, 1, 5min);
  check_shape("medium", 50, 5, 10min);
  check_shape("heavy", 200, 20, 15min);
  check_shape("stress", 500, 50, 5min);
  CHECK(shipped("light").stop_timeout == Nanoseconds{30s});
  CHECK(shipped("medium").stop_timeout == Nanoseconds{60s});
  CHECK(shipped("heavy").stop_timeout == Nanoseconds{120s});
  CHECK(shipped("stress").tags == Strings{"stress", "throughput"});
}

TEST_CASE("the profiles of one suite have light's shape and their tag", "[unit][profile]") {
  for (const auto& [name, tag] :
       {std::pair{"health-only", "health"}, std::pair{"chat-only", "chat"}, std::pair{"event-bus-only", "event-bus"}}) {
    check_shape(name, 10, 1, 5min);
    CHECK(shipped(name).stop_timeout == Nanoseconds{30s});
    CHECK(shipped(name).tags == Strings{tag});
  }
}

TEST_CASE("every profile shipped settles into a plan", "[unit][profile]") {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator{kProfiles}) {
    CAPTURE(entry.path().string());
    const auto plan = make_plan(shipped(entry.path().string()), fleet(), 1, 2);
    REQUIRE(plan);
    CHECK_FALSE(plan->thresholds.empty());
    ++count;
  }
  CHECK(count == 10);
}
