#include "thresher/wall_time.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using thresher::rfc3339;

TEST_CASE("a moment is written as RFC 3339, as finely as asked for", "[plugin][sdk]") {
  const auto moment = std::chrono::sys_days(std::chrono::year{2026} / 1 / 23).time_since_epoch() + 10h + 2min + 3s;
  CHECK(rfc3339(moment) == "2026-01-23T10:02:03Z");
  CHECK(rfc3339(moment + 999ms) == "2026-01-23T10:02:03Z");  // cut off, not rounded
  CHECK(rfc3339(moment + 7ms, 3) == "2026-01-23T10:02:03.007Z");
  CHECK(rfc3339(moment + 250us, 6) == "2026-01-23T10:02:03.000250Z");
  CHECK(rfc3339(moment + 250'999ns, 6) == "2026-01-23T10:02:03.000250Z");
  CHECK(rfc3339(moment + 123'456'789ns, 9) == "2026-01-23T10:02:03.123456789Z");
  CHECK(rfc3339(0ns, 3) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339(-1ns, 3) == "1969-12-31T23:59:59.999Z");
  CHECK(rfc3339(std::chrono::sys_days(std::chrono::year{2024} / 2 / 29).time_since_epoch()) == "2024-02-29T00:00:00Z");
}
