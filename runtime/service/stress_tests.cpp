#include "service/stress_tests.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "service/answer.h"
#include "service/members.h"
#include "service/stress_digest.h"
#include "service/target_url.h"

namespace thresher::service {
namespace {

constexpr std::array kMembers{
    kTargetUrl,
    declared_choice("scale", "small|medium|large", "small", "10, 50 or 100 agents"),
    declared_integer("workflow_count", "5", 1, 50, "workflows of the scenario"),
    declared_number("chaos_rate", "0.2", 0, 1, "share of the tasks that get a fault"),
    declared_integer("seed", "12345", "of everything generated"),
    declared_boolean("wait_for_completion", "true", "false: answer 202 at once; the run is found by its run_id"),
    kTenantId,
};

constexpr std::string_view kAnswer =
    R"({"type":"object","required":["run_id","status","error","target_url","scale","workflow_count","chaos_rate","seed",
        "test_id","scenario_id","fleet_summary","scenario_summary","execution_result","duration_ms","analysis"],
        "properties":{"run_id":{"type":"string"},"status":{"type":"string"},"error":{"type":["string","null"]},
                      "workflow_count":{"type":"integer"},"chaos_rate":{"type":"number"},"seed":{"type":"integer"},
                      "test_id":{"type":"string"},"duration_ms":{"type":["number","null"]}}})";

/// The one test's state from start to end. Two owners: the callback that hears its history, the one that concludes.
struct Test {
  Json asked;
  StressDigest digest;
  std::unique_ptr<http::Responder> responder;  ///< null when the answer was given at the beginning
  std::string run_id;
  TimePoint began{};
};

Json asked_for(const Members& members, const std::string& target) {
  const std::string scale = members.text("scale");
  return {{"target_url", target},
          {"scale", scale},
          {"workflow_count", members.integer("workflow_count")},
          {"chaos_rate", members.number("chaos_rate")},
          {"seed", members.integer("seed")},
          {"test_id", stress_test_id(scale, members.integer("workflow_count"), members.number("chaos_rate"),
                                     members.integer("seed"))}};
}

LoadRequest load_of(const Members& members, const std::string& target) {
  LoadRequest load;
  load.task = "push";
  load.seed = static_cast<std::uint64_t>(members.integer("seed"));
  load.settings = {{"TARGET_URL", target},
                   {"SCALE", members.text("scale")},
                   {"WORKFLOW_COUNT", fmt::format("{}", members.integer("workflow_count"))},
                   {"CHAOS_RATE", fmt::format("{}", members.number("chaos_rate"))},
                   {"SEED", fmt::format("{}", members.integer("seed"))},
                   {"TENANT_ID", members.text("tenant_id")},
                   {"WAIT", "true"}};
  return load;
}

store::RunStart record_of(const Json& asked, const Members& members, const std::string& version) {
  store::RunStart record;
  record.kind = store::kind::kStressTest;
  record.name = asked.at("test_id").get<std::string>();
  record.host = asked.at("target_url").get<std::string>();
  record.seed = static_cast<std::uint64_t>(members.integer("seed"));
  record.version = version;
  // Keys in the order of the alphabet, as conditions are compared by their text.
  record.conditions = json_text({{"chaos_rate", members.number("chaos_rate")},
                                 {"scale", members.text("scale")},
                                 {"tenant_id", members.text("tenant_id")},
                                 {"workflow_count", members.integer("workflow_count")}});
  record.document = json_text(asked);
  return record;
}

/// The text called `name`, or an empty one: what plugins and platforms say is not to be relied on.
std::string text_member(const Json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

/// The contract's answer, its members in the contract's order, then what is ours.
Json answer_of(const Test& test, const Json& concluded, Json duration_ms) {
  Json answer{{"run_id", test.run_id}};
  for (const char* name : {"status", "error"}) answer[name] = concluded.value(name, Json());
  answer.update(test.asked);
  for (const char* name : {"scenario_id", "fleet_summary", "scenario_summary", "execution_result"})
    answer[name] = concluded.value(name, Json());
  answer["duration_ms"] = std::move(duration_ms);
  answer["analysis"] = concluded.value("analysis", Json());
  for (const auto& [name, value] : concluded.items())
    if (!answer.contains(name)) answer[name] = value;
  return answer;
}

store::RunEnd end_of(const Json& answer, const LoadOutcome& outcome, Nanoseconds duration) {
  store::RunEnd end;
  end.status = text_member(answer, "status");
  end.verdict = text_member(answer.at("analysis"), "verdict");
  end.verdict_text = text_member(answer.at("analysis"), "summary");
  if (end.verdict_text.empty()) end.verdict_text = text_member(answer, "error");
  end.duration = duration;
  end.figures.oracle_violations = outcome.violation_count;
  if (const Json& result = answer.at("execution_result"); result.is_object())
    if (const auto rate = result.find("completion_rate"); rate != result.end() && rate->is_number())
      end.figures.completion_rate = rate->get<double>();
  end.document = json_text(answer);
  return end;
}

}  // namespace

Result<std::unique_ptr<StressTests>> StressTests::create(event::Loop& loop, LoadBook& book, Setting setting) {
  auto schema = schema_of(kMembers, "member");
  if (!schema) return fail(std::move(schema.error()));
  return std::unique_ptr<StressTests>(new StressTests(loop, book, std::move(setting), std::move(*schema)));
}

StressTests::StressTests(event::Loop& loop, LoadBook& book, Setting setting, plugin::OptionSchema schema)
    : loop_(loop), book_(book), setting_(std::move(setting)), schema_(std::move(schema)) {}

void StressTests::add_to(Router& router) {
  Endpoint endpoint;
  endpoint.method = "POST";
  endpoint.path = "/api/agents/run-stress-test";
  endpoint.tag = "test";
  endpoint.summary = "Push a fleet and a scenario to a platform, wait for the end, judge it";
  endpoint.body = schema_.json();
  endpoint.example = R"({"scale":"small","workflow_count":3,"chaos_rate":0.2,"seed":12345})";
  endpoint.answer = kAnswer;
  endpoint.failures = "429 500 503";
  endpoint.handle = [this](Call& call) { run(call); };
  router.add(std::move(endpoint));
}

void StressTests::run(Call& call) {
  const auto members = Members::of_body(schema_, call.request.body);
  if (!members) return answer_error(*call.responder, 400, members.error().message);
  const auto target = chosen_platform(*members, setting_.platform_url);
  if (!target) return answer_error(*call.responder, 400, target.error().message);

  const auto test = std::make_shared<Test>();
  test->asked = asked_for(*members, *target);
  test->began = loop_.now();
  WantedLoad wanted;
  wanted.request = load_of(*members, *target);
  wanted.record = record_of(test->asked, *members, setting_.version);
  wanted.on_history = [test](std::string_view line) { test->digest.observe(line); };
  wanted.conclude = [this, test](const LoadOutcome& outcome) {
    const Nanoseconds duration = loop_.now() - test->began;
    const Json answer = answer_of(*test, test->digest.conclude(outcome), to_milliseconds(duration));
    if (test->responder) answer_json(*test->responder, 200, answer);
    return end_of(answer, outcome, duration);
  };
  const auto started = book_.start(std::move(wanted));
  if (!started) return answer_error(*call.responder, started.error().status, started.error().why);
  test->run_id = *started;
  if (members->boolean("wait_for_completion")) {
    test->responder = std::move(call.responder);
    return;
  }
  answer_json(*call.responder, 202, answer_of(*test, {{"status", store::status::kRunning}}, nullptr));
}

}  // namespace thresher::service
