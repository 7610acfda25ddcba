// The contract suite against the fakes: what is sound passes, and each breach is found by the check that is about it.
#include "plugin/verify.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "fakes.h"
#include "plugin/child_check.h"

using namespace thresher;
using plugin::CheckResult;
using namespace std::chrono_literals;

namespace {

plugin::VerifyOptions quick() {
  plugin::VerifyOptions options;
  options.memory_budget = 5ms;  // the fakes keep 4096 bytes a time or none
  return options;
}

std::vector<CheckResult> verified(const std::string& kind, const std::string& wrong) {
  plugin::VerifyOptions options = quick();
  options.configs["fake"] = mode(wrong);
  auto results = plugin::verify_plugin(fake_library(kind), options);
  REQUIRE(results);
  return std::move(*results);
}

/// The checks that a fake in that mode fails, a line each: "check: why".
std::string failures(const std::string& kind, const std::string& wrong) {
  std::string all;
  for (const CheckResult& result : verified(kind, wrong))
    if (!result.passed()) all += result.check + ": " + result.why + "\n";
  return all;
}

bool fails(const std::string& failed, const std::string& check, const std::string& why) {
  const std::size_t line = failed.find(check + ": ");
  return line != std::string::npos &&
         failed.substr(line, failed.find('\n', line) - line).find(why) != std::string::npos;
}

/// Loads a copy of a fake that no test has loaded before, with FAKE_PLUGIN_MODE set.
std::vector<CheckResult> loaded_in_mode(const std::string& wrong) {
  const test::TemporaryFolder folder;
  std::filesystem::copy(fake_library("generator"), folder / "fresh.so");
  setenv("FAKE_PLUGIN_MODE", wrong.c_str(), 1);
  auto results = plugin::verify_plugin(folder / "fresh.so", quick());
  unsetenv("FAKE_PLUGIN_MODE");
  REQUIRE(results);
  return std::move(*results);
}

}  // namespace

TEST_CASE("a fake of each kind that does nothing wrong passes every check", "[plugin][verify]") {
  const std::string kind = GENERATE("target", "generator", "validator", "output");
  CAPTURE(kind);
  CHECK(failures(kind, "well") == "");
  CHECK(verified(kind, "well").size() >= 12);
}

TEST_CASE("each result is told as it comes", "[plugin][verify]") {
  std::vector<std::string> heard;
  const auto results = plugin::verify_plugin(fake_library("output"), {},
                                             [&](const CheckResult& result) { heard.push_back(result.check); });
  REQUIRE(results);
  REQUIRE(heard.size() == results->size());
  CHECK(heard.front() == "it loads and shakes hands");
  CHECK(results->front().subject == "library");
  CHECK(results->back().subject == "output fake");
}

TEST_CASE("a library that is not there is an error, not a result", "[plugin][verify]") {
  CHECK(plugin::verify_plugin("/nowhere/at_all.so", {}).error().code == ErrorCode::not_found);
}

TEST_CASE("a library that crashes, exits, throws or refuses while it is loaded has that one result",
          "[plugin][verify]") {
  const auto why = [](const std::string& wrong) {
    const auto results = loaded_in_mode(wrong);
    REQUIRE(results.size() == 1);
    CHECK(results[0].check == "it loads and shakes hands");
    return results[0].why;
  };
  CHECK(why("crash_load").find("crashed with SIGSEGV; its last words: thresher: plugin \"") == 0);
  CHECK(why("crash_load").find("fresh.so\" crashed while it was being loaded") != std::string::npos);
  CHECK(why("exit_load") == "ended the process with status 3");
  CHECK(why("throw_load").find("thresher_plugin_v1 threw the fake threw while it was loaded") != std::string::npos);
  CHECK(why("fail_load").find("the fake does not want to be loaded") != std::string::npos);
}

TEST_CASE("a crash in one check leaves the others standing", "[plugin][verify]") {
  const auto results = verified("target", "crash_on_empty_path");
  const auto failed =
      std::count_if(results.begin(), results.end(), [](const auto& result) { return !result.passed(); });
  CHECK(failed == 1);
  CHECK(fails(failures("target", "crash_on_empty_path"), "odd requests are answered, once", "crashed with SIGSEGV"));
}

TEST_CASE("an instance that cannot be made ends its checks with a hint", "[plugin][verify]") {
  const auto results = verified("validator", "fail_create");
  REQUIRE_FALSE(results.back().passed());
  CHECK(results.back().check == "an instance can be made");
  CHECK(results.back().why == fake_blame("validator") + "the fake failed in create");
}

TEST_CASE("memory that is kept is found, whether by making or by using", "[plugin][verify]") {
  const std::string kind = GENERATE("target", "generator", "output");
  CAPTURE(kind);
  const std::string made = failures(kind, "leak_create");
  CHECK(fails(made, "made and destroyed over and over, it keeps no memory", "keeps 41"));  // 4096 and malloc's own
  const std::string call = kind == "target" ? "handle" : kind == "generator" ? "generate" : "second";
  const std::string used = failures(kind, "leak_" + call);
  CHECK_FALSE(fails(used, "made and destroyed over and over, it keeps no memory", ""));
  CHECK(fails(used, "used over and over, it keeps no memory", "keeps "));
}

TEST_CASE("what changes from instance to instance or with what was generated before is found", "[plugin][verify]") {
  const std::string seed = "the same seed says the same, whatever other instances do";
  CHECK(fails(failures("generator", "counts_all"), seed, "two instances with seed 1"));
  CHECK(fails(failures("generator", "counts_own"), "what was generated before does not show", "and after others"));
  CHECK(fails(failures("target", "counts_all"), seed, "differ at byte"));
  CHECK(fails(failures("validator", "says_differently"), seed, "two instances with seed 1"));
}

TEST_CASE("what a generator does wrong is found", "[plugin][verify]") {
  const std::string use = "its ordinary use keeps to the contract";
  CHECK(fails(failures("generator", "invalid_json"), use, "is no JSON"));
  CHECK(fails(failures("generator", "invalid_at_bounds"), use, "workflow of \"{\\\"num_tasks\\\":20}\" is no JSON"));
  CHECK(fails(failures("generator", "unescaped"),
              "a parameter without bounds gives JSON at its extremes, or is refused", "is no JSON"));
  CHECK(fails(failures("generator", "silent"), use, "generate returned 0 without saying why"));
  CHECK(fails(failures("generator", "elsewhere"), use, "it wrote from a thread of its own"));
  CHECK(fails(failures("generator", "throw_generate"), use, "broke its contract: generate threw"));
}

TEST_CASE("what a target does wrong is found", "[plugin][verify]") {
  const std::string use = "its ordinary use keeps to the contract";
  CHECK(fails(failures("target", "twice"), use, "GET / at main: broke its contract: it answered twice"));
  CHECK(fails(failures("target", "silent"), use, "it did not answer"));
  CHECK(fails(failures("target", "bad_status"), use, "it answered with status 42"));
  CHECK(fails(failures("target", "throw_handle"), use, "broke its contract: handle threw"));
  CHECK(fails(failures("target", "silent_on_odd_methods"), use, "POST / at main"));
  CHECK(fails(failures("target", "exit_handle"), use, "ended the process with status 3"));
}

TEST_CASE("what a validator does wrong is found", "[plugin][verify]") {
  CHECK(fails(failures("validator", "pass_always"), "an empty history gives NO_DATA", "the check count says PASS"));
  CHECK(fails(failures("validator", "no_finding"), "an empty history gives NO_DATA", "gives no finding at all"));
  CHECK(fails(failures("validator", "counts_unknown"), "events that it does not know are passed over",
              "the check count says PASS after 2 observations"));
  CHECK(fails(failures("validator", "fail_observe"), "a history that was cut off is judged as far as it goes",
              "cut after 1 events"));
  CHECK(fails(failures("validator", "crash_observe"), "events that make no sense are judged or refused",
              "crashed with SIGSEGV"));
  CHECK(fails(failures("validator", "throw_observe"), "events that make no sense are judged or refused",
              "broke its contract: observe threw"));
  CHECK(fails(failures("validator", "two_findings"), "its ordinary use keeps to the contract", "two findings"));
}

TEST_CASE("what an output does wrong is found", "[plugin][verify]") {
  CHECK(fails(failures("output", "fail_finish"), "a run without a second is taken", "the fake failed in finish"));
  CHECK(fails(failures("output", "crash_second"), "a run that is broken off is borne", "crashed with SIGSEGV"));
  CHECK(fails(failures("output", "silent_second"), "a run that is broken off is borne", "second returned 0"));
  CHECK(fails(failures("output", "crash_destroy"), "an instance can be made", "crashed with SIGSEGV"));
}

TEST_CASE("a child that does not end is killed, and named with what it printed last", "[plugin][verify]") {
  const plugin::ChildOutcome outcome = plugin::run_in_child(
      []() -> plugin::ChildOutcome {
        std::fputs("first\nwaiting for a lock\n", stderr);
        for (volatile bool forever = true; forever;) continue;
        return {true, {}};
      },
      200ms);
  CHECK_FALSE(outcome.passed);
  CHECK(outcome.text == "did not end within 200ms; its last words: waiting for a lock");
}

TEST_CASE("a child's outcome comes back whole, however long it is", "[plugin][verify]") {
  const std::string text(1'000'000, 'x');
  const plugin::ChildOutcome outcome = plugin::run_in_child([&] { return plugin::ChildOutcome{true, text}; }, 60s);
  CHECK(outcome.passed);
  CHECK(outcome.text == text);
}
