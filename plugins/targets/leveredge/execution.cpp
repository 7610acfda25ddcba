#include "execution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "fleet.h"
#include "identity.h"

namespace leveredge {
namespace {

/// Dollars of a step, by what agents of language models cost: a tenth of a cent to two cents.
double draw_cost(thresher::Random& random) { return std::round((0.001 + 0.019 * random.uniform()) * 1e6) / 1e6; }

double milliseconds_of(std::chrono::nanoseconds duration) {
  return std::round(std::chrono::duration<double, std::milli>(duration).count() * 1e3) / 1e3;
}

/// What the input asks, in one line.
std::string question_of(const Json& input) {
  if (!input.is_object()) return "nothing in particular";
  for (const char* field : {"query", "topic", "action", "brief"})
    if (const std::string text = text_at(input, field); !text.empty()) return text;
  return "nothing in particular";
}

bool is_agent(std::string_view name) {
  const auto agents = fleet();
  return std::any_of(agents.begin(), agents.end(), [&](const AgentPort& agent) { return agent.name == name; });
}

struct StepEnd {
  Json document;
  std::chrono::nanoseconds duration{};
  double cost = 0;
  bool failed = false;
};

StepEnd perform(const Step& step, const Intent& intent, double step_ms, const Faults& faults,
                std::chrono::nanoseconds began, thresher::Random& random) {
  StepEnd end;
  end.duration = thresher::milliseconds(random.log_normal(step_ms, step_ms / 5));
  end.cost = draw_cost(random);
  const bool unknown = !is_agent(step.agent);
  end.failed = random.chance(faults.failed_step) || unknown;
  const bool empty = random.chance(faults.empty_answer);
  if (unknown) end.duration = {}, end.cost = 0;
  Json output = nullptr, error = nullptr;
  if (unknown)
    error = fmt::format("unknown agent '{}'", step.agent);
  else if (end.failed)
    error = fmt::format("{} did not complete {}", step.agent, step.action);
  else
    output = empty ? std::string() : fmt::format("{} on \"{}\": done", step.action, question_of(intent.input));
  end.document = Json{{"step_id", step.id},
                      {"agent", step.agent},
                      {"action", step.action},
                      {"status", end.failed ? "failed" : "completed"},
                      {"output", output},
                      {"error", error},
                      {"duration_ms", milliseconds_of(end.duration)},
                      {"cost", end.cost},
                      {"started_at", iso_time(began)},
                      {"completed_at", iso_time(began + end.duration)}};
  return end;
}

std::variant<std::vector<Step>, thresher::Answer> read_steps(const Json& list) {
  constexpr std::size_t kMost = 50;
  if (!list.is_array() || list.empty() || list.size() > kMost)
    return invalid("body", "steps", fmt::format("Input should be a list of 1 to {} steps", kMost));
  std::vector<Step> steps;
  for (const Json& each : list) {
    if (!each.is_object()) return invalid("body", "steps", "Input should be an object");
    for (const char* field : {"agent", "action"})
      if (text_at(each, field).empty()) return missing("body", field);
    std::string id = text_at(each, "step_id");
    if (id.empty()) id = fmt::format("step-{}", steps.size() + 1);
    steps.push_back({std::move(id), text_at(each, "agent"), text_at(each, "action")});
  }
  return steps;
}

}  // namespace

std::span<const Chain> chains() {
  static const Chain kChains[] = {
      {"research-and-plan",
       "research a topic, then plan by what was found",
       {{"research", "scholar", "deep-research"}, {"plan", "chiron", "sprint-plan"}}},
      {"validate-and-decide",
       "validate an assumption, then decide",
       {{"validate", "scholar", "validate-assumption"}, {"decide", "chiron", "decide"}}},
      {"comprehensive-market-analysis",
       "a market from four sides, then what to make of it",
       {{"market", "scholar", "market-research"},
        {"competitors", "scholar", "competitors"},
        {"pain-points", "scholar", "pain-discovery"},
        {"synthesis", "chiron", "synthesis"}}},
  };
  return kChains;
}

std::variant<Intent, thresher::Answer> read_intent(const Json& body, bool suite_paths) {
  Intent intent;
  if (body.contains("input")) intent.input = body["input"];
  intent.chain_name = text_at(body, "chain_name");
  if (!intent.chain_name.empty()) {
    const auto known = chains();
    const auto chain =
        std::find_if(known.begin(), known.end(), [&](const Chain& each) { return each.name == intent.chain_name; });
    if (chain != known.end())
      intent.steps = chain->steps;
    else if (suite_paths)
      intent.steps = {{"step-1", "atlas", intent.chain_name}};
    else
      intent.problem = fmt::format("unknown chain '{}'", intent.chain_name);
    return intent;
  }
  if (body.contains("steps")) {
    auto steps = read_steps(body["steps"]);
    if (auto* refused = std::get_if<thresher::Answer>(&steps)) return std::move(*refused);
    intent.steps = std::get<std::vector<Step>>(std::move(steps));
    return intent;
  }
  if (!suite_paths || !intent.input.is_object()) return problem(400, "Either chain_name or steps must be provided");
  intent.steps = {{"step-1", "aria", "chat"}};
  return intent;
}

std::string_view name_of(ExecutionStatus status) {
  constexpr std::string_view kNames[] = {"completed", "partial", "failed"};
  return kNames[static_cast<std::size_t>(status)];
}

Execution execute(const Intent& intent, double step_ms, const Faults& faults, std::chrono::nanoseconds wall,
                  thresher::Random& random) {
  Execution made;
  const std::string id = uuid(random);
  Json results = Json::array(), output = nullptr, error = nullptr;
  double cost = 0;
  if (!intent.problem.empty()) {
    made.status = ExecutionStatus::failed;
    error = intent.problem;
  }
  for (const Step& step : intent.steps) {
    StepEnd end = perform(step, intent, step_ms, faults, wall + made.duration, random);
    made.duration += end.duration;
    cost += end.cost;
    if (end.failed) {
      made.status = results.empty() ? ExecutionStatus::failed : ExecutionStatus::partial;
      error = end.document["error"];
    } else {
      output = end.document["output"];
    }
    results.push_back(std::move(end.document));
    if (end.failed) break;
  }
  made.document = Json{{"intent_id", id},
                       {"status", name_of(made.status)},
                       {"chain_name", intent.chain_name.empty() ? Json(nullptr) : Json(intent.chain_name)},
                       {"step_results", std::move(results)},
                       {"final_output", std::move(output)},
                       {"total_cost", cost},
                       {"total_duration_ms", milliseconds_of(made.duration)},
                       {"error", std::move(error)}};
  return made;
}

}  // namespace leveredge
