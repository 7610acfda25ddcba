#include "cli/nwtn_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace thresher::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kLeastCoordination = 0.8, kLeastConfidence = 0.7, kLeastSafeConfidence = 0.1;
constexpr std::size_t kShortestAnswer = 20;
constexpr double kSlowAgentS = 5;

double number_at(const Json& object, const char* name, double otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<double>() : otherwise;
}

std::string text_at(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_empty(const Json& value) {
  return value.is_null() || ((value.is_string() || value.is_structured()) && value.empty());
}

bool has_output(const Json& step) { return step.contains("output_data") && !is_empty(step["output_data"]); }

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Words by which an agent's output shows the work that is its own.
std::vector<std::string_view> marks_of(std::string_view agent) {
  static const std::map<std::string_view, std::vector<std::string_view>> kMarks = {
      {"architect", {"decompos", "task", "complexity"}},
      {"prompter", {"optimiz", "optimis"}},
      {"router", {"model", "selection", "route"}},
      {"executor", {"result", "models_used"}},
      {"compiler", {"compil", "synthes"}},
  };
  const auto found = kMarks.find(agent);
  return found == kMarks.end() ? std::vector<std::string_view>() : found->second;
}

NwtnQuality quality_of(std::string_view agent, const std::string& outputs, double confidence) {
  const auto marks = marks_of(agent);
  if (marks.empty()) return NwtnQuality::good;  // nobody says what an agent beyond the five is for
  const bool shown = std::any_of(marks.begin(), marks.end(),
                                 [&](std::string_view mark) { return outputs.find(mark) != std::string::npos; });
  if (shown && confidence > 0.8) return NwtnQuality::excellent;
  return shown || confidence > 0.6 ? NwtnQuality::good : NwtnQuality::poor;
}

/// The steps of the trace gathered by agent.
std::vector<NwtnAgentWork> work_of(const Json& trace, const std::vector<std::string_view>& expected) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const Json*>> steps;
  for (const Json& step : trace) {
    if (!step.is_object()) continue;
    const std::string agent = text_at(step, "agent_type");
    if (steps[agent].empty()) order.push_back(agent);
    steps[agent].push_back(&step);
  }
  std::vector<NwtnAgentWork> all;
  for (const std::string& agent : order) {
    NwtnAgentWork work;
    work.agent = agent;
    std::string outputs;
    for (const Json* step : steps[agent]) {
      work.execution_time_s += number_at(*step, "execution_time", 0);
      work.context_used += number_at(*step, "context_used", 0);
      work.confidence += number_at(*step, "confidence_score", 0.5) / static_cast<double>(steps[agent].size());
      if (step->value("success", Json(true)) == Json(false)) work.problem = "a step of it says that it failed";
      if (!has_output(*step)) work.problem = "a step of it has no output_data";
      outputs += lowered(step->value("output_data", Json()).dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    work.success = work.problem.empty();
    work.quality = quality_of(agent, outputs, work.confidence);
    all.push_back(std::move(work));
  }
  for (const std::string_view agent : expected)
    if (!steps.contains(std::string(agent)))
      all.push_back({.agent = std::string(agent), .problem = "it is not in the trace"});
  return all;
}

/// First appearances of the pipeline's agents must be in the pipeline's order.
std::string order_broken_by(const Json& trace) {
  std::size_t furthest = 0;
  std::set<std::string> seen;
  for (const Json& step : trace) {
    const std::string agent = step.is_object() ? text_at(step, "agent_type") : std::string();
    const auto place = std::find(kNwtnAgents.begin(), kNwtnAgents.end(), agent);
    if (place == kNwtnAgents.end() || !seen.insert(agent).second) continue;
    const auto index = static_cast<std::size_t>(place - kNwtnAgents.begin());
    if (index < furthest) return fmt::format("{} appears after {}", agent, kNwtnAgents[furthest]);
    furthest = index;
  }
  return {};
}

std::vector<std::string> broken_steps(const Json& trace) {
  std::vector<std::string> broken;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const Json& step = trace[i];
    const auto say = [&](std::string_view what) { broken.push_back(fmt::format("step {} {}", i + 1, what)); };
    if (!step.is_object()) {
      say("is no object");
      continue;
    }
    if (text_at(step, "agent_type").empty()) say("names no agent_type");
    if (!step.contains("input_data") || is_empty(step["input_data"])) say("has no input_data");
    if (const std::string id = text_at(step, "step_id"); !id.empty() && !ids.insert(id).second)
      say(fmt::format("repeats step_id \"{}\"", id));
  }
  return broken;
}

/// What of the document contradicts that data went through the pipeline as it says.
std::vector<std::string> flow_breaks(const Json& session, const Json& trace, const NwtnScenario& scenario,
                                     Nanoseconds took) {
  std::vector<std::string> broken = broken_steps(trace);
  if (trace.empty()) broken.emplace_back("the reasoning_trace is empty");
  if (std::string why = order_broken_by(trace); !why.empty()) broken.push_back("agents are out of order: " + why);
  if (text_at(session, "final_answer").size() < kShortestAnswer)
    broken.push_back(fmt::format("the final_answer has fewer than {} characters", kShortestAnswer));
  const double confidence = number_at(session, "confidence_score", -1);
  if (!(confidence >= 0 && confidence <= 1)) broken.emplace_back("the confidence_score is not from 0 to 1");
  if (const double used = number_at(session, "context_used", 0); used > scenario.context_allocation)
    broken.push_back(fmt::format("it used {} FTNS of context, {} were allocated", used, scenario.context_allocation));
  for (const Json& step : trace)
    if (step.is_object() && number_at(step, "execution_time", 0) > to_seconds(took))
      broken.push_back(fmt::format("{} says it took {:.3f} s, the whole session took {:.3f} s",
                                   text_at(step, "agent_type"), number_at(step, "execution_time", 0),
                                   to_seconds(took)));
  return broken;
}

std::string capitalised(std::string name) {
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

Json parsed(std::string_view answer) { return Json::parse(answer, nullptr, false); }

}  // namespace

std::span<const NwtnScenario> nwtn_scenarios() {
  using namespace std::chrono_literals;
  static const std::vector<std::string_view> kAll(kNwtnAgents.begin(), kNwtnAgents.end());
  static const std::vector<NwtnScenario> kScenarios = {
      {"Simple Query Processing", "What does an operating system do?", "simple", {"architect", "executor"}, 3s, 50},
      {"Medium Complexity Analysis",
       "Weigh the advantages and disadvantages of splitting one large enterprise application into services.", "medium",
       kAll, 8s, 100},
      {"Complex Research Task",
       "Research what quantum computers could contribute to machine learning: the state of the field, uses that are "
       "near, uses that are far, and what follows for enterprise systems.",
       "complex", kAll, 15s, 200},
      {"Multi-Domain Technical Query",
       "Design a distributed system for a million users at a time with analytics in real time, consistent data and "
       "99.99 % availability, and recommend how to build it step by step.",
       "complex", kAll, 20s, 250},
  };
  return kScenarios;
}

std::string request_of(const NwtnScenario& scenario) {
  return Json{{"prompt", scenario.prompt},
              {"user_id", "agent_validator"},
              {"context_allocation", scenario.context_allocation},
              {"preferences", {{"complexity", scenario.complexity}, {"expected_agents", scenario.agents}}}}
      .dump();
}

std::string_view name_of(NwtnQuality quality) {
  return quality == NwtnQuality::excellent ? "excellent" : quality == NwtnQuality::good ? "good" : "poor";
}

double score_of(NwtnQuality quality) {
  return quality == NwtnQuality::excellent ? 1.0 : quality == NwtnQuality::good ? 0.8 : 0.3;
}

double coordination_score(const std::vector<NwtnAgentWork>& work, const std::vector<std::string_view>& expected) {
  if (work.empty()) return 0;
  const auto count = static_cast<double>(work.size());
  double succeeded = 0, quality = 0, covered = 0;
  for (const NwtnAgentWork& each : work) {
    const bool wanted = std::find(expected.begin(), expected.end(), each.agent) != expected.end();
    succeeded += each.success ? 1 : 0;
    covered += each.success && wanted ? 1 : 0;
    quality += score_of(each.quality);
  }
  const double coverage = expected.empty() ? 1 : covered / static_cast<double>(expected.size());
  return std::min(1.0, 0.3 * succeeded / count + 0.4 * coverage + 0.2 * quality / count + 0.1);
}

bool NwtnValidation::passed() const {
  return problem.empty() && coordination >= kLeastCoordination && confidence >= kLeastConfidence &&
         broken_flow.empty() && unsafe.empty() && took <= limit;
}

std::vector<std::string> NwtnValidation::recommendations() const {
  std::vector<std::string> lines;
  if (!problem.empty()) lines.push_back("🔴 No answer to judge: " + problem);
  for (const NwtnAgentWork& each : work) {
    const std::string name = capitalised(each.agent) + " agent";
    if (!each.success)
      lines.push_back(fmt::format("🔴 {} failed: {}", name, each.problem));
    else if (each.quality == NwtnQuality::poor)
      lines.push_back(fmt::format("🟡 {}: its output does not show its work, and it is not confident of it", name));
    else if (each.execution_time_s > kSlowAgentS)
      lines.push_back(fmt::format("🟡 {} is slow: {:.1f} s", name, each.execution_time_s));
  }
  if (problem.empty() && coordination < kLeastCoordination)
    lines.push_back(fmt::format("🔴 Coordination score {:.2f} is below {}", coordination, kLeastCoordination));
  if (problem.empty() && confidence < kLeastConfidence)
    lines.push_back(fmt::format("🔴 Confidence {:.2f} is below {}", confidence, kLeastConfidence));
  for (const std::string& each : broken_flow) lines.push_back("🔴 Data flow: " + each);
  for (const std::string& each : unsafe) lines.push_back("🔴 Safety: " + each);
  if (took > limit)
    lines.push_back(fmt::format("🔴 It took {:.1f} s, {:.0f} s are allowed", to_seconds(took), to_seconds(limit)));
  else if (rating == NwtnRating::needs_improvement)
    lines.push_back(fmt::format("🟡 It took {:.1f} s of {:.0f} s with a confidence of {:.2f}: room for improvement",
                                to_seconds(took), to_seconds(limit), confidence));
  return lines;
}

NwtnValidation failed_session(const NwtnScenario& scenario, std::string problem, Nanoseconds took) {
  NwtnValidation made;
  made.scenario = scenario.name;
  made.took = took;
  made.limit = scenario.limit;
  made.problem = std::move(problem);
  return made;
}

NwtnValidation validate_session(const NwtnScenario& scenario, std::string_view answer, Nanoseconds took) {
  const Json session = parsed(answer);
  if (!session.is_object()) return failed_session(scenario, "the answer is no JSON object", took);
  const Json trace = session.value("reasoning_trace", Json());
  if (!trace.is_array()) return failed_session(scenario, "the answer has no reasoning_trace", took);
  NwtnValidation made = failed_session(scenario, {}, took);
  made.work = work_of(trace, scenario.agents);
  made.coordination = coordination_score(made.work, scenario.agents);
  made.confidence = number_at(session, "confidence_score", 0);
  made.broken_flow = flow_breaks(session, trace, scenario, took);
  for (const NwtnAgentWork& work : made.work)
    if (!work.success) made.broken_flow.push_back(fmt::format("{}: {}", work.agent, work.problem));
  if (session.value("safety_validated", Json()) != Json(true)) made.unsafe.emplace_back("safety_validated is not true");
  if (made.confidence < kLeastSafeConfidence)
    made.unsafe.push_back(fmt::format("a confidence of {:.2f} is below {}", made.confidence, kLeastSafeConfidence));
  if (session.contains("context_used") && session["context_used"].is_number())
    made.context_used = session["context_used"].get<double>();
  if (session.contains("ftns_charged") && session["ftns_charged"].is_number())
    made.ftns_charged = session["ftns_charged"].get<double>();
  made.rating = rate_session(to_seconds(took) / to_seconds(scenario.limit), made.confidence);
  return made;
}

bool is_contract_drift(std::string_view answer) {
  const Json session = parsed(answer);
  return session.is_object() && session.contains("session_id") && !session.contains("final_answer") &&
         !session.contains("reasoning_trace");
}

}  // namespace thresher::cli
