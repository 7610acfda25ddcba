#include "profile/profile.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "support/temporary_folder.h"

using namespace thresher;
using namespace thresher::profile;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using thresher::test::TemporaryFolder;

TEST_CASE("every executor's name reads back", "[unit][profile]") {
  for (int i = 0; i <= static_cast<int>(ExecutorKind::externally_controlled); ++i) {
    const auto kind = static_cast<ExecutorKind>(i);
    CHECK(executor_named(name_of(kind)) == kind);
  }
  CHECK_FALSE(executor_named("constant_vus"));
}

TEST_CASE("rates are read per second, minute or hour", "[unit][profile]") {
  CHECK(parse_rate("100/s").value() == 100);
  CHECK(parse_rate("6000/m").value() == 100);
  CHECK(parse_rate("36/h").value() == Approx(0.01));
  CHECK(parse_rate("10").value() == 10);
  CHECK(parse_rate(" 2.5 / s ").value() == 2.5);
  CHECK(parse_rate("0").value() == 0);
}

TEST_CASE("a bad rate is quoted with an example", "[unit][profile]") {
  for (const auto* text : {"", "fast", "-1", "10/d", "10/", "/s", "1 0", "inf", "nan", "1e999", "10/s/s"}) {
    const auto rate = parse_rate(text);
    REQUIRE_FALSE(rate);
    CHECK(rate.error().message ==
          "bad rate '" + std::string{text} + "': write it like 100/s, 6000/m or 10 (per second)");
  }
}

TEST_CASE("a stage is how long and towards how many", "[unit][profile]") {
  const auto stage = parse_stage("1m30s:100").value();
  CHECK(stage.duration == 90s);
  CHECK(stage.target == 100);
  CHECK(parse_stage("0s:5").value().duration == 0s);
  CHECK(parse_stage("30s:6000/m").value().target == 100);
}

TEST_CASE("a bad stage is quoted with what is wrong in it", "[unit][profile]") {
  const auto complaint = [](std::string_view text) {
    const auto stage = parse_stage(text);
    REQUIRE_FALSE(stage);
    CHECK_THAT(stage.error().message, Contains("bad stage '" + std::string{text} + "'"));
    return stage.error().message;
  };
  CHECK_THAT(complaint("30s"), Contains("write it like 30s:100"));
  CHECK_THAT(complaint("soon:100"), Contains("bad duration 'soon'"));
  CHECK_THAT(complaint("30s:many"), Contains("'many' is not a number"));
  CHECK_THAT(complaint("30s:-1"), Contains("'-1' is not a number"));
}

TEST_CASE("a profile is found by name in the first folder that has it, or by path", "[unit][profile]") {
  const TemporaryFolder folder;
  REQUIRE(write_file(folder / "mine/light.toml", "users = 3"));
  REQUIRE(write_file(folder / "theirs/light.toml", "users = 10"));
  REQUIRE(write_file(folder / "theirs/heavy.toml", "users = 200"));
  const std::vector<std::filesystem::path> folders{folder / "mine", folder / "missing", folder / "theirs"};
  CHECK(load_profile("light", folders).value().users == 3U);
  CHECK(load_profile("heavy", folders).value().users == 200U);
  CHECK(load_profile("heavy", folders).value().name == "heavy");
  CHECK(load_profile((folder / "theirs/light.toml").string(), {}).value().users == 10U);
}

TEST_CASE("an unknown profile lists those there are and guesses what was meant", "[unit][profile]") {
  const TemporaryFolder folder;
  REQUIRE(write_file(folder / "light.toml", ""));
  REQUIRE(write_file(folder / "heavy.toml", ""));
  const auto unknown = load_profile("ligth", {folder.path()});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::not_found);
  CHECK(unknown.error().message == "unknown profile 'ligth'; did you mean 'light'?; there are: heavy, light");
  const auto nowhere = load_profile("light", {});
  REQUIRE_FALSE(nowhere);
  CHECK_THAT(nowhere.error().message, Contains("give the path of a .toml file"));
  const auto missing = load_profile("no/such.toml", {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "cannot read 'no/such.toml': No such file or directory");
}
