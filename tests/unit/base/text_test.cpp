#include "base/text.h"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "base/random.h"

using namespace thresher;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

TEST_CASE("durations are read as people write them", "[unit][base]") {
  CHECK(parse_duration("300s").value() == 300s);
  CHECK(parse_duration("20m").value() == 20min);
  CHECK(parse_duration("1h30m").value() == 90min);
  CHECK(parse_duration("1.5s").value() == 1500ms);
  CHECK(parse_duration("250ms").value() == 250ms);
  CHECK(parse_duration("10us").value() == 10us);
  CHECK(parse_duration("7ns").value() == 7ns);
  CHECK(parse_duration("1d2h").value() == 26h);
  CHECK(parse_duration("1m0.5s").value() == 60500ms);
  CHECK(parse_duration(" 30s ").value() == 30s);
  CHECK(parse_duration("0").value() == 0s);
  CHECK(parse_duration("90").value() == 90s);
  CHECK(parse_duration(".5").value() == 500ms);
}

TEST_CASE("a fraction of a duration is exact", "[unit][base]") {
  CHECK(parse_duration("0.1s").value() == 100ms);
  CHECK(parse_duration("0.123456789s").value() == 123'456'789ns);
  CHECK(parse_duration("1.00000000000000000001h").value() == 1h);
}

TEST_CASE("a bad duration is quoted, explained and put right by example", "[unit][base]") {
  const auto complaint = [](std::string_view text) {
    const auto parsed = parse_duration(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ErrorCode::parse);
    CHECK_THAT(parsed.error().message, Contains(fmt::format("bad duration '{}'", text)) && Contains("1h30m"));
    return parsed.error().message;
  };
  CHECK_THAT(complaint(""), Contains("empty"));
  CHECK_THAT(complaint("-5s"), Contains("negative"));
  CHECK_THAT(complaint("soon"), Contains("expected a number at 'soon'"));
  CHECK_THAT(complaint("5 s"), Contains("unknown unit at ' s'"));
  CHECK_THAT(complaint("5x"), Contains("unknown unit at 'x'"));
  CHECK_THAT(complaint("1h30"), Contains("no unit"));
  CHECK_THAT(complaint("0s5"), Contains("no unit"));
  CHECK_THAT(complaint("30m1h"), Contains("large to small"));
  CHECK_THAT(complaint("5s5s"), Contains("large to small"));
  CHECK_THAT(complaint("."), Contains("expected a number"));
  CHECK_THAT(complaint("999999999999h"), Contains("292 years"));
  CHECK_THAT(complaint("99999999999999999999999999999999999999999999"), Contains("292 years"));
}

TEST_CASE("durations are written short and exact", "[unit][base]") {
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(90min) == "1h30m");
  CHECK(format_duration(48h) == "48h");
  CHECK(format_duration(2500ms) == "2.5s");
  CHECK(format_duration(250ms) == "250ms");
  CHECK(format_duration(1500us) == "1.5ms");
  CHECK(format_duration(3601s) == "1h1s");
  CHECK(format_duration(123'456'789ns) == "123.456789ms");
  CHECK(format_duration(7ns) == "7ns");
  CHECK(format_duration(-90s) == "-1m30s");
}

TEST_CASE("what format_duration writes, parse_duration reads back", "[unit][base]") {
  RandomStream random{3, StreamPurpose::run, 0};
  for (int i = 0; i < 5000; ++i) {
    const Nanoseconds duration{static_cast<std::int64_t>(random.next() >> (1 + random.below(63)))};
    CAPTURE(duration.count(), format_duration(duration));
    REQUIRE(parse_duration(format_duration(duration)).value() == duration);
  }
  CHECK(parse_duration(format_duration(Nanoseconds::max())).value() == Nanoseconds::max());
}

TEST_CASE("wall time is written as RFC 3339 in UTC", "[unit][base]") {
  const WallTime time{std::chrono::seconds{1'795'229'160} + 42ns};
  CHECK(format_wall_time(time) == "2026-11-21T02:46:00Z");
  CHECK(format_wall_time(time, true) == "2026-11-21T02:46:00.000000042Z");
  CHECK(format_wall_time(WallTime{}) == "1970-01-01T00:00:00Z");
}

TEST_CASE("trim takes blanks off both ends only", "[unit][base]") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \n ").empty());
  CHECK(trim("").empty());
}

TEST_CASE("split takes any of the separators and leaves no empty part", "[unit][base]") {
  CHECK(split("event-bus,throughput", ", ") == Strings{"event-bus", "throughput"});
  CHECK(split(" a  b,,c ,", ", ") == Strings{"a", "b", "c"});
  CHECK(split("one two", ",") == Strings{"one two"});
  CHECK(split("", ",").empty());
  CHECK(split(",,", ",").empty());
}

TEST_CASE("globs match whole names", "[unit][base]") {
  CHECK(glob_match("health*", "health_checks"));
  CHECK(glob_match("*", ""));
  CHECK(glob_match("*_chat", "aria_chat"));
  CHECK(glob_match("a?c", "abc"));
  CHECK(glob_match("*a*b*", "xxaxxbxx"));
  CHECK(glob_match("a*bc", "abcbc"));
  CHECK_FALSE(glob_match("health", "health_checks"));
  CHECK_FALSE(glob_match("Health*", "health_checks"));
  CHECK_FALSE(glob_match("a?c", "ac"));
  CHECK_FALSE(glob_match("", "a"));
}

TEST_CASE("closest finds what was probably meant, or nothing", "[unit][base]") {
  const Strings known{"users", "spawn_rate", "run_time", "tags"};
  CHECK(closest("user", known) == "users");
  CHECK(closest("spwan_rate", known) == "spawn_rate");
  CHECK(closest("tgas", known) == "tags");
  CHECK(closest("runtime", known) == "run_time");
  CHECK(closest("frobnicate", known).empty());
  CHECK(closest("x", known).empty());
  CHECK(closest("", known).empty());
}
