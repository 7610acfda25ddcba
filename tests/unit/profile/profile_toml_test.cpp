#include <catch2/catch.hpp>

#include "catalogue.h"
#include "profile/profile.h"

using namespace thresher;
using namespace thresher::profile;
using namespace thresher::profile::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

std::string complaint(std::string_view toml) {
  const auto profile = parse_profile(toml, "ramp.toml");
  REQUIRE_FALSE(profile);
  CHECK(profile.error().code == ErrorCode::parse);
  return to_text(profile.error());
}

}  // namespace

TEST_CASE("the short form is read", "[unit][profile]") {
  const auto profile = parse_profile(R"(
description  = "Development and smoke testing"
users        = 10
spawn_rate   = 1
run_time     = "5m"
stop_timeout = 30
setup_timeout = "1.5s"
teardown_timeout = "2s"
tags         = ["stress", "throughput"]
exclude_tags = "slow, batch"
scenarios    = ["health*"]
)",
                                     "profiles/light.toml");
  REQUIRE(profile);
  CHECK(profile->name == "light");
  CHECK(profile->description == "Development and smoke testing");
  CHECK(profile->users == 10U);
  CHECK(profile->spawn_rate == 1.0);
  CHECK(profile->run_time == Nanoseconds{5min});
  CHECK(profile->stop_timeout == Nanoseconds{30s});
  CHECK(profile->setup_timeout == Nanoseconds{1500ms});
  CHECK(profile->teardown_timeout == Nanoseconds{2s});
  CHECK(profile->tags == Strings{"stress", "throughput"});
  CHECK(profile->tags_where == "profiles/light.toml:9");
  CHECK(profile->exclude_tags == Strings{"slow", "batch"});
  CHECK(profile->scenarios == Strings{"health*"});
  CHECK_FALSE(profile->rate);
  CHECK_FALSE(profile->executor);
}

TEST_CASE("the long form is read, stages as tables or as texts", "[unit][profile]") {
  const auto profile = parsed(R"(
executor = "ramping-arrival-rate"
rate = "600/m"
arrivals = "poisson"
max_in_flight = 1000
[[stages]]
duration = "1m"
target = 50
[[stages]]
target = "600/m"
)");
  CHECK(profile.executor == ExecutorKind::ramping_arrival_rate);
  CHECK(profile.rate == 10.0);
  CHECK(profile.arrivals == Arrivals::poisson);
  CHECK(profile.max_in_flight == 1000U);
  REQUIRE(profile.stages->size() == 2);
  CHECK(profile.stages->at(0).duration == 1min);
  CHECK(profile.stages->at(0).target == 50);
  CHECK(profile.stages->at(1).duration == 0s);
  CHECK(profile.stages->at(1).target == 10);
  CHECK(parsed("stages = [\"30s:100\"]").stages->at(0).target == 100);
  CHECK(parsed("iterations = 7").iterations == 7U);
}

TEST_CASE("an empty profile says nothing", "[unit][profile]") {
  const auto profile = parsed("");
  CHECK(profile.name == "test");
  CHECK_FALSE(profile.users);
  CHECK(profile.thresholds.empty());
}

TEST_CASE("a profile that is no file has no name to put over another's", "[unit][profile]") {
  const auto options = parse_profile("users = 3", "options");
  REQUIRE(options);
  CHECK(options->name.empty());
  CHECK(overlay(parsed("users = 1"), *options).name == "test");
}

TEST_CASE("thresholds are read in every spelling, in the order written", "[unit][profile]") {
  const auto profile = parsed(R"([thresholds]
http_req_failed   = "rate<0.01"
http_req_duration = ["p(95)<500", { threshold = " p(99)<900 ", window = "30s", min_samples = 20, when_tags = ["chat", "api"] }]
"checks{tag:health}" = { threshold = "rate>0.9", abort_on_fail = true, delay = "10s" }
)");
  REQUIRE(profile.thresholds.size() == 4);
  CHECK(profile.thresholds[0].selector == "http_req_failed");
  CHECK(profile.thresholds[0].expression == "rate<0.01");
  CHECK(profile.thresholds[0].where == "test.toml:2");
  CHECK_FALSE(profile.thresholds[0].abort_on_fail);
  CHECK(profile.thresholds[1].expression == "p(95)<500");
  CHECK(profile.thresholds[2].expression == "p(99)<900");
  CHECK(profile.thresholds[2].window == Nanoseconds{30s});
  CHECK(profile.thresholds[2].min_samples == 20);
  CHECK(profile.thresholds[1].when_tags.empty());
  CHECK(profile.thresholds[2].when_tags == std::vector<std::string>{"chat", "api"});
  CHECK(profile.thresholds[3].selector == "checks{tag:health}");
  CHECK(profile.thresholds[3].abort_on_fail);
  CHECK(profile.thresholds[3].delay == 10s);
  CHECK(profile.thresholds[3].where == "test.toml:4");
}

TEST_CASE("text that is not TOML is an error at its line", "[unit][profile]") {
  CHECK_THAT(complaint("users = 1\nspawn_rate = = 2\n"), Contains("ramp.toml:2: not TOML: "));
  CHECK_THAT(complaint("users = 1\nusers = 2\n"), Contains("ramp.toml:2: not TOML: "));
  CHECK_THAT(complaint("users = 1\n\xcf\x8c = 2\n"), Contains("ramp.toml:2: not TOML: "));
  CHECK_THAT(complaint("description = \"\xff\"\n"), Contains("ramp.toml:1: not TOML: "));
}

TEST_CASE("an unknown key is named with its line and the key probably meant", "[unit][profile]") {
  CHECK(complaint("run_time = \"5m\"\nspwan_rate = 1\n") ==
        "ramp.toml:2: a profile has no key 'spwan_rate'; did you mean 'spawn_rate'?");
  CHECK_THAT(complaint("frobnicate = 1"),
             Contains("ramp.toml:1: a profile has no key 'frobnicate'; known are description, "));
  CHECK(complaint("[[stages]]\nduraton = \"5s\"") ==
        "ramp.toml:2: a stage has no key 'duraton'; did you mean 'duration'?");
  CHECK(complaint("[thresholds]\nchecks = [\n { threshold = \"rate>0\", abort_on_fial = true }\n]") ==
        "ramp.toml:3: a threshold has no key 'abort_on_fial'; did you mean 'abort_on_fail'?");
}

TEST_CASE("a value of the wrong kind is quoted with what is wanted", "[unit][profile]") {
  CHECK(complaint("\nusers = \"ten\"") == "ramp.toml:2: users must be a whole number, 0 or more, not 'ten'");
  CHECK(complaint("users = 1.5") == "ramp.toml:1: users must be a whole number, 0 or more, not 1.5");
  CHECK(complaint("users = -1") == "ramp.toml:1: users must be a whole number, 0 or more, not -1");
  CHECK(complaint("users = true") == "ramp.toml:1: users must be a whole number, 0 or more, not true");
  CHECK(complaint("spawn_rate = -2") ==
        "ramp.toml:1: spawn_rate must be a rate such as 100, \"100/s\" or \"6000/m\", not -2");
  CHECK_THAT(complaint("rate = inf"), Contains("not inf"));
  CHECK_THAT(complaint("rate = \"fast\""), Contains("ramp.toml:1: rate: bad rate 'fast'"));
  CHECK_THAT(complaint("run_time = \"soon\""), Contains("ramp.toml:1: run_time: bad duration 'soon'"));
  CHECK_THAT(complaint("run_time = -5"), Contains("run_time must be a duration such as \"90s\" or \"1h30m\", not -5"));
  CHECK_THAT(complaint("run_time = 07:32:00"), Contains("not a date or time"));
  CHECK(complaint("arrivals = \"odd\"") == "ramp.toml:1: arrivals must be \"even\" or \"poisson\", not 'odd'");
  CHECK_THAT(complaint("executor = \"constant-vu\""),
             Contains("unknown executor 'constant-vu'; there are constant-vus, "));
  CHECK(complaint("tags = [1]") == "ramp.toml:1: tags must be a list of texts, not 1");
  CHECK_THAT(complaint("description = {}"), Contains("description must be a text, not a table"));
  CHECK_THAT(complaint("thresholds = []"), Contains("thresholds must be a table"));
  CHECK_THAT(complaint("stages = \"30s:1\""), Contains("stages must be a list of stages"));
  CHECK_THAT(complaint("stages = []"), Contains("stages is empty"));
  CHECK_THAT(complaint("stages = [\n\"30s:1\",\n\"x\"]"), Contains("ramp.toml:3: bad stage 'x'"));
  CHECK_THAT(complaint("stages = [7]"), Contains("a stage must be a table {duration, target}"));
  CHECK_THAT(complaint("[[stages]]\nduration = 5"), Contains("a stage needs a target"));
}

TEST_CASE("the same name twice in a list is a mistake", "[unit][profile]") {
  CHECK(complaint("tags = [\"a\", \"b\", \"a\"]") == "ramp.toml:1: tags: 'a' is listed twice");
  CHECK(complaint("exclude_tags = \"a,a\"") == "ramp.toml:1: exclude_tags: 'a' is listed twice");
  CHECK(complaint("scenarios = [\"x\", \"\"]") == "ramp.toml:1: scenarios: an empty name is listed");
}

TEST_CASE("a threshold that says nothing, or the same twice, is a mistake", "[unit][profile]") {
  CHECK_THAT(complaint("[thresholds]\nchecks = [\"\"]"),
             Contains("ramp.toml:2: the threshold on 'checks' says nothing"));
  CHECK_THAT(complaint("[thresholds]\nchecks = { delay = \"1s\" }"), Contains("says nothing"));
  CHECK_THAT(complaint("[thresholds]\nchecks = [\"rate>0\",\n \"rate>0\"]"),
             Contains("ramp.toml:3: the threshold 'rate>0' on 'checks' is listed twice"));
  CHECK_THAT(complaint("[thresholds]\nchecks = 5"), Contains("checks must be a text such as \"p(95)<500\""));
  CHECK_THAT(complaint("[thresholds]\nchecks = [[\"rate>0\"]]"), Contains("not a list"));
  CHECK_THAT(complaint("[thresholds]\nchecks = {threshold = 5}"), Contains("threshold must be a text"));
  CHECK_THAT(complaint("[thresholds]\nchecks = {threshold = \"rate>0\", abort_on_fail = 1}"),
             Contains("true or false, not 1"));
  CHECK_THAT(complaint("[thresholds]\nchecks = {threshold = \"rate>0\", window = \"0s\"}"), Contains("longer than 0s"));
}
