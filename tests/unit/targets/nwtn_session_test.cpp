// The nwtn target as a client sees it, in invented time.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "plugin/registry.h"

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using nlohmann::json;
using thresher::Nanoseconds;
using thresher::plugin::AnswerKind;
using thresher::plugin::TargetAnswer;

namespace {

const std::vector<std::string> kPipeline = {"architect", "prompter", "router", "executor", "compiler"};

struct Orchestrator {
  thresher::plugin::Registry registry;
  std::unique_ptr<thresher::plugin::Target> target;
  std::uint64_t requests = 0;

  explicit Orchestrator(const std::string& options = "{}", std::uint64_t seed = 1) {
    REQUIRE(registry.load(NWTN));
    auto made = registry.target("nwtn").value()->create(options, seed);
    if (!made) FAIL(made.error().message);
    target = std::move(*made);
  }

  TargetAnswer ask(std::string_view method, std::string_view path, std::string_view body = {}, Nanoseconds now = 0ns) {
    return target->handle({.port = 8000,
                           .number = requests++,
                           .connection = 1,
                           .now = now,
                           .wall = thresher::WallTime(1'700'000'000s) + now,
                           .method = method,
                           .path = path,
                           .query = "",
                           .headers = "Host: localhost\r\n",
                           .body = body});
  }
  TargetAnswer session(const json& preferences, int context = 100, Nanoseconds now = 0ns) {
    const json body{
        {"prompt", "Why?"}, {"user_id", "u"}, {"context_allocation", context}, {"preferences", preferences}};
    return ask("POST", "/api/v1/sessions", body.dump(), now);
  }
  json complex(Nanoseconds now = 0ns) { return json::parse(session({{"complexity", "complex"}}, 200, now).body); }
};

std::vector<std::string> agents_of(const json& session) {
  std::vector<std::string> agents;
  for (const json& step : session["reasoning_trace"]) agents.push_back(step["agent_type"]);
  return agents;
}

}  // namespace

TEST_CASE("a session's answer has what the contract lists", "[targets][nwtn]") {
  Orchestrator nwtn;
  const TargetAnswer answer = nwtn.session({{"complexity", "complex"}}, 200);
  CHECK(answer.status == 200);
  const json session = json::parse(answer.body);
  CHECK(session["session_id"].get<std::string>().size() == 36);
  CHECK(session["final_answer"].get<std::string>().size() >= 10);
  CHECK(session["confidence_score"] >= 0.0);
  CHECK(session["confidence_score"] <= 1.0);
  CHECK(session["context_used"] <= 200);
  CHECK(session["safety_validated"] == true);
  CHECK(agents_of(session) == kPipeline);
  double worked = 0;
  for (const json& step : session["reasoning_trace"]) {
    for (const char* field : {"step_id", "agent_type", "agent_id", "input_data", "output_data", "execution_time",
                              "confidence_score", "timestamp"})
      CHECK(step.contains(field));
    worked += step["execution_time"].get<double>();
  }
  CHECK(worked == Approx(thresher::to_seconds(answer.after)));
}

TEST_CASE("complexity, or else the context, decides who works; expected agents join them", "[targets][nwtn]") {
  Orchestrator nwtn;
  const auto who = [&](const json& preferences, int context) {
    return agents_of(json::parse(nwtn.session(preferences, context).body));
  };
  using Names = std::vector<std::string>;
  CHECK(who({{"complexity", "simple"}}, 200) == Names{"architect", "executor"});
  CHECK(who({{"complexity", "medium"}}, 50) == Names{"architect", "router", "executor", "compiler"});
  CHECK(who(json::object(), 50) == Names{"architect", "executor"});
  CHECK(who(json::object(), 51) == Names{"architect", "router", "executor", "compiler"});
  CHECK(who(json::object(), 101) == kPipeline);
  CHECK(who({{"complexity", "simple"}, {"expected_agents", {"compiler", "prompter"}}}, 50) ==
        Names{"architect", "prompter", "executor", "compiler"});
}

TEST_CASE("a request that is not one is refused by the member that is wrong", "[targets][nwtn]") {
  Orchestrator nwtn;
  const auto refused = [&](const char* body) {
    const TargetAnswer answer = nwtn.ask("POST", "/api/v1/sessions", body);
    return std::to_string(answer.status) + " " + json::parse(answer.body)["detail"].get<std::string>();
  };
  CHECK_THAT(refused("prompt=x"), Contains("400"));
  CHECK_THAT(refused("[]"), Contains("400"));
  CHECK_THAT(refused(R"({"user_id":"u"})"), Contains("422 prompt is required"));
  CHECK_THAT(refused(R"({"prompt":"","user_id":"u"})"), Contains("422 prompt"));
  CHECK_THAT(refused(R"({"prompt":"p"})"), Contains("422 user_id"));
  CHECK_THAT(refused(R"({"prompt":"p","user_id":"u","context_allocation":0})"), Contains("context_allocation"));
  CHECK_THAT(refused(R"({"prompt":"p","user_id":"u","preferences":{"complexity":"hard"}})"), Contains("complexity"));
  CHECK_THAT(refused(R"({"prompt":"p","user_id":"u","preferences":{"expected_agents":["wizard"]}})"),
             Contains("expected_agents"));
  CHECK(nwtn.ask("GET", "/api/v1/sessions").status == 405);
  CHECK(nwtn.ask("GET", "/nope").status == 404);
}

TEST_CASE("each fault is seen where it belongs", "[targets][nwtn]") {
  const auto with = [](const std::string& option) { return R"({")" + option + R"(":1})"; };
  CHECK(Orchestrator(with("error_rate")).session(json::object()).status == 500);
  CHECK(Orchestrator(with("timeout_rate")).session(json::object()).kind == AnswerKind::never);
  CHECK(Orchestrator(with("reset_rate")).session(json::object()).kind == AnswerKind::reset);
  CHECK_FALSE(json::accept(Orchestrator(with("garbage_rate")).session(json::object()).body));
  const TargetAnswer created = Orchestrator(with("created_only_rate")).session(json::object());
  CHECK(created.status == 201);
  CHECK(json::parse(created.body)["status"] == "created");
  CHECK_FALSE(json::parse(created.body).contains("final_answer"));

  CHECK(agents_of(Orchestrator(with("missing_agent_rate")).complex()).size() == 4);
  const auto swapped = agents_of(Orchestrator(with("wrong_order_rate")).complex());
  CHECK(swapped != kPipeline);
  CHECK(std::set(swapped.begin(), swapped.end()).size() == 5);
  const json broken = Orchestrator(with("broken_flow_rate")).complex();
  int without = 0;
  for (const json& step : broken["reasoning_trace"]) without += step.contains("output_data") ? 0 : 1;
  CHECK(without == 1);
  CHECK(Orchestrator(with("empty_answer_rate")).complex()["final_answer"] == "");
  CHECK(Orchestrator(with("low_confidence_rate")).complex()["confidence_score"] == 0.3);
  CHECK(Orchestrator(with("bad_confidence_rate")).complex()["confidence_score"] == 1.7);
  CHECK(Orchestrator(with("unsafe_rate")).complex()["safety_validated"] == false);
  CHECK(Orchestrator(R"({"unhealthy":true})").ask("GET", "/health").status == 503);
}

TEST_CASE("slow agents are slow, the others are not", "[targets][nwtn]") {
  Orchestrator usual, slow(R"({"slow_agents":"executor=10,compiler=3"})");
  const json before = usual.complex()["reasoning_trace"], after = slow.complex()["reasoning_trace"];
  const auto times = [&](std::size_t step) {
    return after[step]["execution_time"].get<double>() / before[step]["execution_time"].get<double>();
  };
  CHECK(times(0) == Approx(1));
  CHECK(times(3) == Approx(10));
  CHECK(times(4) == Approx(3));
}

TEST_CASE("an option that makes no sense is refused by name", "[targets][nwtn]") {
  thresher::plugin::Registry registry;
  REQUIRE(registry.load(NWTN));
  const auto refusal = [&](const char* options) {
    const auto made = registry.target("nwtn").value()->create(options, 1);
    return made ? std::string("taken") : made.error().message;
  };
  CHECK_THAT(refusal(R"({"slow_agents":"wizard=2"})"), Contains("slow_agents") && Contains("wizard"));
  CHECK_THAT(refusal(R"({"slow_agents":"executor"})"), Contains("executor=10"));
  CHECK_THAT(refusal(R"({"error_rate":2})"), Contains("error_rate"));
}

TEST_CASE("the health check and a refusal tell how often the breaker opened", "[targets][nwtn]") {
  Orchestrator nwtn(R"({"error_rate":1,"breaker_window":3,"breaker_failures":3})");
  for (int i = 0; i < 3; ++i) nwtn.session(json::object());
  const TargetAnswer tried = nwtn.session(json::object(), 100, 20s);
  CHECK(tried.status == 500);  // twenty seconds later it tried one, which failed
  const TargetAnswer open = nwtn.session(json::object(), 100, 25s);
  CHECK(open.status == 503);
  CHECK_THAT(std::string(open.headers), Contains("Retry-After: "));
  CHECK_THAT(std::string(open.body), Contains("circuit breaker is open"));
  const json health = json::parse(nwtn.ask("GET", "/health", "", 26s).body);
  CHECK(health["circuit_breaker"]["state"] == "open");
  CHECK(health["circuit_breaker"]["activations"] == 2);
  CHECK(health["circuit_breaker"]["refused"] == 1);
}

TEST_CASE("the same seed answers the same sessions, whatever else is asked", "[targets][nwtn]") {
  const std::string faults = R"({"missing_agent_rate":0.5,"error_rate":0.2})";
  Orchestrator one(faults, 7), same(faults, 7), other(faults, 8);
  std::string first, second, third;
  for (int i = 0; i < 5; ++i) {
    first += one.session({{"complexity", "complex"}}).body;
    same.ask("GET", "/health");
    second += same.session({{"complexity", "complex"}}).body;
    third += other.session({{"complexity", "complex"}}).body;
  }
  CHECK((first == second));
  CHECK((first != third));
}
