#include "store/run_id.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace thresher;
using namespace thresher::store;

TEST_CASE("ids sort as text in the order of time, whatever their random part", "[unit][store]") {
  const WallTime start(std::chrono::sys_days(std::chrono::year{2026} / 11 / 21));
  std::string previous;
  for (const Nanoseconds later : {0ns, Nanoseconds(1ms), Nanoseconds(2ms), Nanoseconds(1s), Nanoseconds(1min),
                                  Nanoseconds(24h), Nanoseconds(24h * 365 * 100)}) {
    const std::string low = make_run_id(start + later, 0), high = make_run_id(start + later, ~0U);
    CHECK(low.size() == kRunIdSize);
    CHECK(low > previous);
    CHECK(high > low);
    previous = high;
  }
}

TEST_CASE("an id is Crockford's base 32 of milliseconds and fifteen random bits", "[unit][store]") {
  CHECK(make_run_id(WallTime(0ns), 0) == "000000000000");
  CHECK(make_run_id(WallTime(999'999ns), 31) == "00000000000z");
  CHECK(make_run_id(WallTime(1ms), 0x8000'0000U | 32U) == "000000001010");  // bits above the fifteenth do not spill
}
