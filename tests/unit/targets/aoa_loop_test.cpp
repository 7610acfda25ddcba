#include "aoa_platform.h"
#include "aoa_rules.h"
#include "thresher/fault.hpp"

using namespace aoa_test;

namespace {

/// before -> [first -> second -> last] -> after; `second` fails at once whenever its fault fires.
Json cyclic(std::uint64_t seed, double probability, int iterations) {
  Json looped = workflow("wf",
                         {task("before"), task("first", {"before"}, {{"idempotent", true}}),
                          task("second", {"first"}, chaos("tool_failure", probability)),
                          task("last", {"second"}, {{"idempotent", true}}), task("after", {"last", "first"})},
                         "cyclic");
  looped["loop"] = {{"from", "last"}, {"to", "first"}, {"max_iterations", iterations}};
  Json sent = scenario({looped});
  sent["seed"] = seed;
  return sent;
}

}  // namespace

TEST_CASE("a loop runs its body again when a task of it fails, as often as it may", "[targets][aoa]") {
  int succeeded = 0, failed = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Platform platform;
    const Json sent = cyclic(seed, 0.7, 3);
    const Json result = platform.run(sent);
    CAPTURE(seed);
    CHECK(breaches(sent, result) == std::vector<std::string>{});
    std::size_t runs = 1;  // the fault is drawn anew at each attempt, and attempts count on
    while (runs < 3 && thresher::fault_fires(seed, "wf", "second", runs, 0.7)) ++runs;
    const bool ends_well = !thresher::fault_fires(seed, "wf", "second", runs, 0.7);
    const Json& second = task_of(result, "second");
    REQUIRE(second["attempts"].size() == runs);
    CHECK(second["attempts"].back()["iteration"] == runs);
    CHECK(task_of(result, "first")["attempts"].size() == runs);
    CHECK(task_of(result, "before")["attempts"].size() == 1);
    CHECK(second["status"] == (ends_well ? "completed" : "failed"));
    CHECK(task_of(result, "last")["status"] == (ends_well ? "completed" : "skipped"));
    CHECK(task_of(result, "after")["status"] == (ends_well ? "completed" : "skipped"));
    CHECK(second.contains("recovery") == (ends_well && runs > 1));
    (ends_well ? succeeded : failed) += 1;
  }
  CHECK(succeeded > 10);
  CHECK(failed > 10);
}

TEST_CASE("a loop without a failure runs once", "[targets][aoa]") {
  Platform platform;
  const Json result = platform.run(cyclic(1, 0, 3));
  CHECK(result["status"] == "completed");
  CHECK(task_of(result, "first")["attempts"].size() == 1);
}

TEST_CASE("a task of a loop's body that is still running is waited for before the body begins anew", "[targets][aoa]") {
  Platform platform;
  Json looped = workflow("wf", {task("head"), task("slow", {"head"}, {{"expected_duration_ms", 5000}}),
                                task("bad", {"head"}, chaos("tool_failure")), task("tail", {"slow", "bad"})});
  looped["loops"] = Json::array({{{"from", "tail"}, {"to", "head"}, {"max_iterations", 2}}});
  const Json result = platform.run(scenario({looped}));
  const Json &head = task_of(result, "head"), &slow = task_of(result, "slow");
  REQUIRE(head["attempts"].size() == 2);
  CHECK(instant(head["attempts"][1]["started_at"]) >= instant(slow["attempts"][0]["completed_at"]));
  CHECK(task_of(result, "bad")["attempts"].size() == 2);
  CHECK(task_of(result, "bad")["status"] == "failed");
}

TEST_CASE("a loop is refused whose ends are not connected, or whose body is another loop's", "[targets][aoa]") {
  Platform platform;
  Json sent = workflow("wf", {task("a"), task("b", {"a"}), task("c")});
  sent["loop"] = {{"from", "c"}, {"to", "a"}};
  CHECK(Json::parse(platform.post("/workflow", sent).body)["detail"] == "loop: \"c\" does not depend on \"a\"");
  const Json good{{"from", "b"}, {"to", "a"}};
  sent.erase("loop");
  sent["loops"] = {good, good};
  CHECK(Json::parse(platform.post("/workflow", sent).body)["detail"] ==
        "loops[1]: task \"a\" is in another loop already");
}
