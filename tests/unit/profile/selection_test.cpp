#include "profile/selection.h"

#include <catch2/catch.hpp>
#include <limits>

#include "catalogue.h"

using namespace thresher;
using namespace thresher::profile;
using namespace thresher::profile::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

/// What a person typed after --tags, --exclude-tags and --scenario.
Profile asked(Strings tags, Strings exclude = {}, Strings scenarios = {}) {
  Profile profile;
  if (!tags.empty()) profile.tags = std::move(tags);
  if (!exclude.empty()) profile.exclude_tags = std::move(exclude);
  if (!scenarios.empty()) profile.scenarios = std::move(scenarios);
  return profile;
}

/// "health_checks/core" and so on for everything that runs.
Strings running(const Profile& profile, const std::vector<ScenarioInfo>& catalogue = fleet()) {
  const auto plan = make_plan(profile, catalogue, 1, 1);
  if (!plan) throw std::runtime_error(to_text(plan.error()));
  Strings names;
  for (const auto& planned : plan->scenarios) {
    const auto& info = plan->catalogue[planned.scenario];
    for (const auto index : planned.tasks) names.push_back(info.name + "/" + info.tasks[index].name);
  }
  return names;
}

std::string complaint(const Profile& profile, std::vector<ScenarioInfo> catalogue = fleet()) {
  const auto plan = make_plan(profile, std::move(catalogue), 1, 1);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().code == ErrorCode::invalid_argument);
  return to_text(plan.error());
}

Strings notes(const Profile& profile, const std::vector<ScenarioInfo>& catalogue = fleet()) {
  return make_plan(profile, catalogue, 1, 1).value().notes;
}

}  // namespace

TEST_CASE("without a selection everything runs", "[unit][profile]") {
  CHECK(running({}).size() == 6);
  CHECK(notes({}).empty());
}

TEST_CASE("any of the tags selects a task", "[unit][profile]") {
  CHECK(running(asked({"core", "burst"})) == Strings{"health_checks/core", "aria_chat/burst"});
  CHECK(running(asked({"health"})) == Strings{"health_checks/core", "health_checks/all"});
}

TEST_CASE("an excluded tag wins over an included one", "[unit][profile]") {
  CHECK(running(asked({"health"}, {"batch"})) == Strings{"health_checks/core"});
  CHECK(running(asked({}, {"health", "chat"})) == Strings{"event_bus/publish", "event_bus/flood"});
  CHECK_THAT(complaint(asked({"core"}, {"core"})), Contains("the selection leaves no task to run"));
}

TEST_CASE("scenarios are chosen by globs", "[unit][profile]") {
  CHECK(running(asked({}, {}, {"*_chat"})) == Strings{"aria_chat/new", "aria_chat/burst"});
  CHECK(running(asked({"core", "chat"}, {}, {"health*", "event?bus"})) == Strings{"health_checks/core"});
}

TEST_CASE("a scenario without tasks is dropped, and it is said whose users go where", "[unit][profile]") {
  CHECK(notes(asked({"chat"})) ==
        Strings{"scenario 'health_checks' has no task left by the selection; its users go to the rest",
                "scenario 'event_bus' has no task left by the selection; its users go to the rest"});
  const auto plan = make_plan(asked({"chat", "publish"}), fleet(), 1, 1).value();
  CHECK(plan.weight_total() == 3);
  int chat = 0;
  for (std::uint64_t n = 0; n < 30; ++n)
    chat += plan.catalogue[plan.scenarios[plan.scenario_of(n)].scenario].name == "aria_chat";
  CHECK(chat == 20);
}

TEST_CASE("an unknown tag is an error that lists the known ones", "[unit][profile]") {
  CHECK(complaint(asked({"helth"})) ==
        "unknown tag 'helth'; did you mean 'health'?; known tags: batch, burst, chat, core, event-bus, health, "
        "publish, throughput");
  CHECK_THAT(complaint(asked({"health", "nonsense"})), Contains("unknown tag 'nonsense'; known tags: batch, "));
  CHECK_THAT(complaint(asked({}, {"nonsense"})), Contains("unknown tag 'nonsense'"));
  CHECK_THAT(complaint(asked({"x"}), {scenario("plain", {task("t", {})})}), Contains("the scenarios have no tags"));
}

TEST_CASE("tasks are chosen by globs on their names, beside what else selects", "[unit][profile]") {
  Profile profile;
  profile.tasks = Strings{"core", "bur*"};
  CHECK(running(profile) == Strings{"health_checks/core", "aria_chat/burst"});
  profile.exclude_tags = Strings{"burst"};
  CHECK(running(profile) == Strings{"health_checks/core"});
  profile.tasks = Strings{"cor"};
  CHECK_THAT(complaint(profile), Contains("unknown task 'cor'; did you mean 'core'?"));
}

TEST_CASE("a glob that matches no scenario is an error that lists the known ones", "[unit][profile]") {
  CHECK(
      complaint(asked({}, {}, {"aria_caht"})) ==
      "unknown scenario 'aria_caht'; did you mean 'aria_chat'?; known scenarios: health_checks, aria_chat, event_bus");
  CHECK_THAT(complaint(asked({}, {}, {"health*", "zzz*"})), Contains("unknown scenario 'zzz*'"));
}

TEST_CASE("a profile's tag that these scenarios do not have is a note, while another of its tags matches",
          "[unit][profile]") {
  const auto stress = parsed("tags = [\"stress\", \"throughput\"]");
  CHECK(running(stress) == Strings{"event_bus/flood"});
  CHECK(notes(stress).front() == "test.toml:1: no scenario here has the tag 'stress'");
  CHECK_THAT(complaint(parsed("tags = [\"stress\"]")), Contains("test.toml:1: unknown tag 'stress'"));
  CHECK(running(parsed("exclude_tags = [\"stress\"]")).size() == 6);
}

TEST_CASE("the same name twice is a mistake", "[unit][profile]") {
  CHECK(complaint(asked({"core", "core"})) == "tag 'core' is listed twice");
  CHECK(complaint(asked({}, {}, {"event_bus", "event_bus"})) == "scenario 'event_bus' is listed twice");
}

TEST_CASE("a selection that leaves nothing is refused and says what was asked", "[unit][profile]") {
  CHECK_THAT(
      complaint(asked({"core"}, {"batch"}, {"aria*"})),
      Contains("the selection leaves no task to run; tags core; excluded batch; scenarios aria*; known tags: batch, "));
  CHECK(complaint({}, {}) == "there is no scenario to run");
}

TEST_CASE("weight 0 takes a task or a scenario out, another bad weight is refused", "[unit][profile]") {
  CHECK(running({}, {scenario("a", {task("x", {}, 0), task("y", {})}), scenario("b", {task("z", {})}, 0)}) ==
        Strings{"a/y"});
  CHECK(notes({}, {scenario("a", {task("y", {})}), scenario("b", {task("z", {})}, 0)}) ==
        Strings{"scenario 'b' has weight 0 and gets no users"});
  CHECK(notes({}, {scenario("a", {task("y", {})}), scenario("b", {})}) ==
        Strings{"scenario 'b' has no tasks; its users go to the rest"});
  CHECK(complaint({}, {scenario("a", {task("y", {})}, -1)}) ==
        "a.lua: scenario 'a' has weight -1; a weight is 0 or more");
  CHECK(complaint({}, {scenario("a", {task("y", {}, std::numeric_limits<double>::infinity())})}) ==
        "x.lua:1: task 'y' has weight inf; a weight is 0 or more");
}

TEST_CASE("the tasks of a sequence keep their places whatever their weight", "[unit][profile]") {
  auto steps = scenario("steps", {task("one", {}, 0), task("two", {})});
  steps.sequential = true;
  CHECK(running({}, {steps}) == Strings{"steps/one", "steps/two"});
}

TEST_CASE("two scenarios of one name are refused with both files", "[unit][profile]") {
  auto catalogue = fleet();
  catalogue.push_back(scenario("aria_chat", {task("t", {})}));
  catalogue.back().file = "copy.lua";
  CHECK(complaint({}, catalogue) ==
        "two scenarios are called 'aria_chat' (aria_chat.lua and copy.lua); give one another name");
}

TEST_CASE("a threshold on tasks that do not run is left out, with a note", "[unit][profile]") {
  const std::string thresholds = R"([thresholds]
http_req_failed = "rate<0.01"
"http_req_duration{kind:chat}" = { threshold = "p(95)<5000", when_tags = ["chat", "mixed"] }
"http_req_duration{kind:health}" = { threshold = "p(95)<50", when_tags = ["health"] }
)";
  const auto kept = [&](const std::string& shape) {
    const auto plan = make_plan(parsed(shape + thresholds), fleet(), 1, 1).value();
    Strings selectors;
    for (const auto& threshold : plan.thresholds) selectors.push_back(threshold.selector);
    return selectors;
  };
  CHECK(kept("users = 6\n") ==
        Strings{"http_req_failed", "http_req_duration{kind:chat}", "http_req_duration{kind:health}"});
  CHECK(kept("users = 6\ntags = [\"health\"]\n") == Strings{"http_req_failed", "http_req_duration{kind:health}"});
  CHECK(notes(parsed("users = 6\ntags = [\"health\"]\n" + thresholds)).back() ==
        "1 threshold is left out: no task that runs has the tag chat or mixed");
  CHECK(kept("users = 6\ntags = [\"event-bus\"]\n") == Strings{"http_req_failed"});
  // One user: it is a health checker, and nobody chats. Arrivals come to everybody in the end.
  CHECK(kept("users = 1\n") == Strings{"http_req_failed", "http_req_duration{kind:health}"});
  CHECK(kept("rate = 1\nrun_time = \"1m\"\n").size() == 3);
}
