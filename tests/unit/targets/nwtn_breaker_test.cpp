#include <catch2/catch.hpp>

#include "nwtn/circuit_breaker.h"

using namespace std::chrono_literals;
using nwtn::BreakerRules;
using nwtn::CircuitBreaker;
using State = nwtn::CircuitBreaker::State;

namespace {

/// A session that begins and ends at once.
void pass(CircuitBreaker& breaker, std::chrono::nanoseconds now, bool failed) {
  REQUIRE(breaker.admit(now));
  breaker.will_end(now, failed);
}

CircuitBreaker opened_at(std::chrono::nanoseconds now, const BreakerRules& rules) {
  CircuitBreaker breaker(rules);
  for (std::size_t i = 0; i < rules.failures; ++i) pass(breaker, now, true);
  REQUIRE(breaker.state(now) == State::open);
  return breaker;
}

constexpr BreakerRules kRules{.window = 4, .failures = 2, .open_for = 10s};

}  // namespace

TEST_CASE("the breaker opens when enough of the last outcomes failed", "[targets][nwtn]") {
  CircuitBreaker breaker(kRules);
  pass(breaker, 1s, true);
  for (int i = 0; i < 4; ++i) pass(breaker, 2s, false);  // the failure has left the window
  pass(breaker, 3s, true);
  CHECK(breaker.state(3s) == State::closed);
  pass(breaker, 4s, true);
  CHECK(breaker.state(4s) == State::open);
  CHECK(breaker.activations() == 1);
}

TEST_CASE("while it is open the breaker refuses, counts, and says how much longer", "[targets][nwtn]") {
  CircuitBreaker breaker = opened_at(5s, kRules);
  CHECK_FALSE(breaker.admit(6s));
  CHECK_FALSE(breaker.admit(14s));
  CHECK(breaker.refused() == 2);
  CHECK(breaker.open_for(14s) == 1s);
}

TEST_CASE("half open, the breaker lets one session try", "[targets][nwtn]") {
  CircuitBreaker breaker = opened_at(0s, kRules);
  REQUIRE(breaker.admit(10s));
  CHECK_FALSE(breaker.admit(10s));
  SECTION("its success closes it, and old failures are forgotten") {
    breaker.will_end(11s, false);
    CHECK(breaker.state(10s) == State::half_open);
    CHECK(breaker.state(11s) == State::closed);
    pass(breaker, 12s, true);
    CHECK(breaker.state(12s) == State::closed);
    CHECK(breaker.activations() == 1);
  }
  SECTION("its failure opens it again, from the moment it failed") {
    breaker.will_end(13s, true);
    CHECK(breaker.state(13s) == State::open);
    CHECK(breaker.activations() == 2);
    CHECK(breaker.open_for(13s) == 10s);
  }
}

TEST_CASE("what was in progress when the breaker opened counts no more", "[targets][nwtn]") {
  CircuitBreaker breaker(kRules);
  REQUIRE(breaker.admit(0s));
  breaker.will_end(11s, false);  // ends while it is half open, and is not the one that was let through
  for (int i = 0; i < 2; ++i) pass(breaker, 1s, true);
  CHECK(breaker.in_progress(1s) == 1);
  CHECK(breaker.state(11s) == State::half_open);
  CHECK(breaker.in_progress(11s) == 0);
}

TEST_CASE("an outcome counts when the session ends, not when it begins", "[targets][nwtn]") {
  CircuitBreaker breaker(kRules);
  for (int i = 0; i < 2; ++i) {
    REQUIRE(breaker.admit(0s));
    breaker.will_end(3s, true);
  }
  CHECK(breaker.state(2s) == State::closed);
  CHECK(breaker.state(3s) == State::open);
}

TEST_CASE("a breaker of no failures never opens; one that remembers fewer wants them all", "[targets][nwtn]") {
  CircuitBreaker none({.window = 4, .failures = 0, .open_for = 10s});
  CircuitBreaker narrow({.window = 1, .failures = 5, .open_for = 10s});
  for (int i = 0; i < 20; ++i) pass(none, 1s, true);
  CHECK(none.state(1s) == State::closed);
  pass(narrow, 1s, false);
  CHECK(narrow.state(1s) == State::closed);
  pass(narrow, 1s, true);
  CHECK(narrow.state(1s) == State::open);
}
