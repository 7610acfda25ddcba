#include "profile/settings.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "support/temporary_folder.h"

using namespace thresher;
using namespace thresher::profile;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

TEST_CASE("thresher.toml is a profile and any other flag", "[unit][profile]") {
  const auto settings = parse_settings(R"(host = "http://127.0.0.1:8007"
users = 3
spawn-rate = 2
stage = ["30s:5"]
scenario = "health*"
user-agent = "me/1"
plugin = ["a.so", "b.so"]
max_redirects = 5
http_debug = true
[thresholds]
checks = ["rate>0.9"]
)",
                                       "thresher.toml");
  REQUIRE(settings);
  CHECK(settings->profile.users == 3U);
  CHECK(settings->profile.spawn_rate == 2.0);
  CHECK(settings->profile.stages->size() == 1);
  CHECK(settings->profile.scenarios == Strings{"health*"});
  CHECK(settings->profile.thresholds.size() == 1);
  CHECK(settings->profile.name.empty());
  CHECK(settings->settings == std::map<std::string, std::string>{{"host", "http://127.0.0.1:8007"},
                                                                 {"user_agent", "me/1"},
                                                                 {"plugin", "a.so,b.so"},
                                                                 {"max_redirects", "5"},
                                                                 {"http_debug", "true"}});
  CHECK(settings->where.at("user_agent") == "thresher.toml:6");
}

TEST_CASE("a bad value in thresher.toml is an error at its line", "[unit][profile]") {
  const auto complaint = [](std::string_view toml) {
    const auto settings = parse_settings(toml, "thresher.toml");
    REQUIRE_FALSE(settings);
    return to_text(settings.error());
  };
  CHECK(complaint("\nusers = \"ten\"") == "thresher.toml:2: users must be a whole number, 0 or more, not 'ten'");
  CHECK_THAT(complaint("[host]\nx = 1"), Contains("thresher.toml:1: host must be a text, a number"));
  CHECK_THAT(complaint("csv = 1979-05-27"), Contains("not a date or time"));
  CHECK_THAT(complaint("plugin = [[\"a\"]]"), Contains("plugin must be a text"));
  CHECK_THAT(complaint("host = "), Contains("thresher.toml:1: not TOML"));
}

TEST_CASE("no thresher.toml is no settings, an unreadable one an error", "[unit][profile]") {
  const test::TemporaryFolder folder;
  const auto none = load_settings(folder / "thresher.toml");
  REQUIRE(none);
  CHECK(none->settings.empty());
  CHECK_FALSE(none->profile.users);
  REQUIRE(write_file(folder / "thresher.toml", "users = 4"));
  CHECK(load_settings(folder / "thresher.toml").value().profile.users == 4U);
  CHECK_FALSE(load_settings(folder.path()));
}
