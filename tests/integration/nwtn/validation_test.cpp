// The agent validation: its judgement of documents, and a whole one in virtual time against the stand-in.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "cli/nwtn_validate.h"
#include "event/virtual_world.h"
#include "plugin/registry.h"
#include "service/stand_in.h"

using namespace thresher;
using namespace thresher::cli;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

const NwtnScenario& simple() { return nwtn_scenarios()[0]; }

json step(const std::string& agent, const json& output) {
  return {{"step_id", agent},         {"agent_type", agent},
          {"agent_id", agent + "-1"}, {"input_data", {{"x", 1}}},
          {"output_data", output},    {"execution_time", 0.1},
          {"confidence_score", 0.95}, {"timestamp", "2026-11-21T02:46:00Z"}};
}

/// A good answer to the simple question.
json good_session() {
  return {{"session_id", "s"},
          {"final_answer", "It shares the machine among programs."},
          {"reasoning_trace",
           {step("architect", {{"decomposition", {"a"}}}), step("executor", {{"execution_results", {"b"}}})}},
          {"confidence_score", 0.92},
          {"context_used", 40},
          {"safety_validated", true}};
}

NwtnValidation judged(const json& session, Nanoseconds took = 1s) {
  return validate_session(simple(), session.dump(), took);
}

struct Course {
  std::vector<NwtnValidation> sessions;
  Result<void> ended;
};

/// A whole validation against the stand-in, in virtual time.
Course validated(const std::string& options, Nanoseconds timeout = 30s) {
  plugin::Registry registry;
  REQUIRE(registry.load(NWTN));
  event::VirtualWorld world;
  const auto server = world.make_loop(), loop = world.make_loop();
  auto stand_in = service::StandIn::start(*server, *registry.target("nwtn").value(), {.config = options, .seed = 3});
  if (!stand_in) FAIL(stand_in.error().message);
  auto client = NwtnClient::create(*loop, *nwtn_url("--url", "http://127.0.0.1:8000"), true);
  REQUIRE(client);
  Course course;
  NwtnValidator validator(
      **client, timeout, [&](const NwtnValidation& session) { course.sessions.push_back(session); },
      [&](Result<void> ended) {
        course.ended = std::move(ended);
        loop->stop();
      });
  validator.begin();
  loop->run();
  return course;
}

std::string all_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("the coordination score is the contract's formula", "[nwtn]") {
  const std::vector<std::string_view> expected = {"architect", "executor"};
  const auto work = [](const char* agent, bool success, NwtnQuality quality) {
    NwtnAgentWork made;
    made.agent = agent;
    made.success = success;
    made.quality = quality;
    return made;
  };
  CHECK(coordination_score({}, expected) == 0);
  CHECK(coordination_score(
            {work("architect", true, NwtnQuality::excellent), work("executor", true, NwtnQuality::excellent)},
            expected) == Approx(1));
  CHECK(coordination_score({work("architect", true, NwtnQuality::good), work("executor", false, NwtnQuality::poor)},
                           expected) == Approx(0.3 * 0.5 + 0.4 * 0.5 + 0.2 * (0.8 + 0.3) / 2 + 0.1));
  // Agents that nobody expected count among those that succeed, and cover nothing.
  CHECK(coordination_score({work("wizard", true, NwtnQuality::good)}, expected) == Approx(0.3 + 0.16 + 0.1));
}

TEST_CASE("a good session passes, with the work of its agents", "[nwtn]") {
  const NwtnValidation session = judged(good_session());
  CHECK(session.passed());
  CHECK(session.recommendations().empty());
  CHECK(session.coordination == Approx(1));
  CHECK(session.rating == NwtnRating::excellent);
  REQUIRE(session.work.size() == 2);
  CHECK(session.work[0].quality == NwtnQuality::excellent);
  CHECK(session.work[0].execution_time_s == Approx(0.1));
  CHECK(session.context_used == 40);
}

TEST_CASE("each thing that is wrong with a session fails it, and is named", "[nwtn]") {
  const auto wrong = [](auto change, Nanoseconds took = 1s) {
    json session = good_session();
    change(session);
    const NwtnValidation made = judged(session, took);
    CHECK_FALSE(made.passed());
    return all_of(made.recommendations());
  };
  CHECK_THAT(wrong([](json& s) { s["reasoning_trace"].erase(1); }), Contains("Executor agent failed: it is not in"));
  CHECK_THAT(wrong([](json& s) { std::swap(s["reasoning_trace"][0], s["reasoning_trace"][1]); }),
             Contains("architect appears after executor"));
  CHECK_THAT(wrong([](json& s) { s["reasoning_trace"][0].erase("output_data"); }), Contains("has no output_data"));
  CHECK_THAT(wrong([](json& s) { s["reasoning_trace"][0].erase("input_data"); }), Contains("has no input_data"));
  CHECK_THAT(wrong([](json& s) { s["reasoning_trace"][1]["step_id"] = "architect"; }), Contains("repeats step_id"));
  CHECK_THAT(wrong([](json& s) { s["reasoning_trace"][0]["success"] = false; }), Contains("says that it failed"));
  CHECK_THAT(wrong([](json& s) { s["reasoning_trace"][0]["execution_time"] = 2; }), Contains("took 2.000 s"));
  CHECK_THAT(wrong([](json& s) { s["reasoning_trace"] = json::array(); }), Contains("trace is empty"));
  CHECK_THAT(wrong([](json& s) { s.erase("reasoning_trace"); }), Contains("no reasoning_trace"));
  CHECK_THAT(wrong([](json& s) { s["final_answer"] = "Yes."; }), Contains("fewer than 20 characters"));
  CHECK_THAT(wrong([](json& s) { s["confidence_score"] = 0.69; }), Contains("Confidence 0.69"));
  CHECK_THAT(wrong([](json& s) { s["confidence_score"] = 1.7; }), Contains("not from 0 to 1"));
  CHECK_THAT(wrong([](json& s) { s["context_used"] = 51; }), Contains("51") && Contains("50 were allocated"));
  CHECK_THAT(wrong([](json& s) { s["safety_validated"] = false; }), Contains("Safety"));
  CHECK_THAT(wrong([](json& s) { s.erase("safety_validated"); }), Contains("Safety"));
  CHECK_THAT(wrong([](json&) {}, 3001ms), Contains("3 s are allowed"));
  CHECK_FALSE(validate_session(simple(), "<html>", 1s).passed());
}

TEST_CASE("only an answer that creates a session and answers nothing is contract drift", "[nwtn]") {
  CHECK(is_contract_drift(R"({"session_id":"s","status":"created"})"));
  CHECK_FALSE(is_contract_drift(good_session().dump()));
  CHECK_FALSE(is_contract_drift(R"({"session_id":"s","final_answer":""})"));
  CHECK_FALSE(is_contract_drift(R"({"detail":"no"})"));
  CHECK_FALSE(is_contract_drift("<html>"));
}

TEST_CASE("a healthy pipeline passes all four scenarios", "[nwtn]") {
  const Course course = validated("{}");
  REQUIRE(course.ended);
  REQUIRE(course.sessions.size() == 4);
  for (const NwtnValidation& session : course.sessions) {
    CAPTURE(session.scenario, all_of(session.recommendations()));
    CHECK(session.passed());
    CHECK(session.took > 0s);
  }
  const auto document = validation_json(course.sessions, "http://x", false);
  CHECK(document["validation_summary"]["overall_success"] == true);
  CHECK(document["agent_performance_summary"]["executor"]["total_executions"] == 4);
  CHECK(document["agent_performance_summary"]["prompter"]["total_executions"] == 3);
  CHECK(document["detailed_results"][0]["pipeline_coordination_score"] >= 0.8);
  CHECK(validation_json(course.sessions, "http://x", true)["validation_summary"]["overall_success"] == false);
}

TEST_CASE("each fault of the stand-in fails the validation", "[nwtn]") {
  for (const char* option :
       {"missing_agent_rate", "wrong_order_rate", "broken_flow_rate", "empty_answer_rate", "low_confidence_rate",
        "bad_confidence_rate", "unsafe_rate", "error_rate", "garbage_rate", "reset_rate"}) {
    CAPTURE(option);
    const Course course = validated(std::string(R"({")") + option + R"(":1})");
    REQUIRE(course.sessions.size() == 4);
    for (const NwtnValidation& session : course.sessions) CHECK_FALSE(session.passed());
  }
}

TEST_CASE("slow agents break the limits, and a silent service is waited for no longer than said", "[nwtn]") {
  const Course slow = validated(R"({"slow_agents":"executor=40"})");
  REQUIRE(slow.sessions.size() == 4);
  CHECK(slow.sessions[0].took > slow.sessions[0].limit);
  CHECK(slow.sessions[0].rating == NwtnRating::poor);
  const Course silent = validated(R"({"timeout_rate":1})", 12s);
  REQUIRE(silent.sessions.size() == 4);
  CHECK(silent.sessions[0].problem == "timeout");
  CHECK(silent.sessions[0].took >= 12s);
  CHECK(silent.sessions[0].took < 13s);
}

TEST_CASE("contract drift ends the validation at its first answer, named", "[nwtn]") {
  const Course course = validated(R"({"created_only_rate":1})");
  CHECK(course.sessions.empty());
  REQUIRE_FALSE(course.ended);
  CHECK_THAT(course.ended.error().message, Contains("contract drift") && Contains("\"status\":\"created\""));
}
