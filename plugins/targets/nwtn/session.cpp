#include "session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "thresher/wall_time.hpp"

namespace nwtn {
namespace {

constexpr std::size_t kLargestBody = std::size_t{1} << 20U;
constexpr int kDeepest = 32;
constexpr std::int64_t kMostContext = 1'000'000;
constexpr double kFtnsPerContext = 0.01;

/// What is wrong with one member, as a refusal.
struct Wrong {
  std::string why;
};

std::string required_text(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) throw Wrong{fmt::format("{} is required", name)};
  if (!found->is_string() || found->get_ref<const std::string&>().empty())
    throw Wrong{fmt::format("{} must be a text that is not empty", name)};
  return found->get<std::string>();
}

void read_context(const Json& body, SessionRequest& request) {
  const auto found = body.find("context_allocation");
  if (found == body.end()) return;
  const bool whole = found->is_number_integer();
  if (!whole || found->get<std::int64_t>() < 1 || found->get<std::int64_t>() > kMostContext)
    throw Wrong{fmt::format("context_allocation must be a whole number from 1 to {}", kMostContext)};
  request.context_allocation = found->get<std::int64_t>();
}

void read_preferences(const Json& body, SessionRequest& request) {
  request.complexity = complexity_of_context(request.context_allocation);
  const auto preferences = body.find("preferences");
  if (preferences == body.end()) return;
  if (!preferences->is_object()) throw Wrong{"preferences must be an object"};
  if (const auto named = preferences->find("complexity"); named != preferences->end()) {
    const auto known = named->is_string() ? complexity_named(named->get<std::string>()) : std::nullopt;
    if (!known) throw Wrong{"preferences.complexity must be simple, medium or complex"};
    request.complexity = *known;
  }
  const auto expected = preferences->find("expected_agents");
  if (expected == preferences->end()) return;
  if (!expected->is_array()) throw Wrong{"preferences.expected_agents must be a list"};
  for (const Json& each : *expected) {
    const auto agent = each.is_string() ? agent_named(each.get<std::string>()) : std::nullopt;
    if (!agent) throw Wrong{fmt::format("preferences.expected_agents: there are {}", fmt::join(kAgentNames, ", "))};
    request.agents.set(index_of(*agent));
  }
}

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

/// What an agent hands on, so that whoever reads the trace sees that it did its work.
Json output_of(Agent agent, const SessionRequest& request) {
  switch (agent) {
    case Agent::architect:
      return {{"complexity", name_of(request.complexity)},
              {"decomposition", Json::array({"find out what is asked", "gather what is known", "weigh it", "answer"})}};
    case Agent::prompter:
      return {{"optimized_prompt", "Answer step by step, with reasons: " + request.prompt},
              {"optimization", Json::array({"context added", "steps asked for"})}};
    case Agent::router:
      return {{"model_selection", Json::array({{{"model", "general-large"}, {"capability", 0.91}},
                                               {{"model", "analysis-small"}, {"capability", 0.84}}})}};
    case Agent::executor:
      return {{"execution_results", Json::array({{{"model", "general-large"}, {"tokens", 412}}})},
              {"models_used", 1},
              {"summary", "Each part of the question was answered by the model chosen for it."}};
    case Agent::compiler:
      break;
  }
  return {{"compilation",
           "The partial answers were put together, contradictions between them resolved in favour of "
           "the better founded one, and the whole was shortened to what was asked."},
          {"sections", 3}};
}

Json trace_of(const Session& session) {
  auto trace = Json::array();
  Json input{{"prompt", session.request.prompt}};
  for (const Step& step : session.steps) {
    const Json output = output_of(step.agent, session.request);
    const std::string id = fmt::format("step-{}", trace.size() + 1);
    trace.push_back({{"step_id", id},
                     {"agent_type", name_of(step.agent)},
                     {"agent_id", fmt::format("{}-01", name_of(step.agent))},
                     {"input_data", std::move(input)},
                     {"output_data", output},
                     {"execution_time", seconds(step.lasts)},
                     {"confidence_score", step.confidence},
                     {"timestamp", thresher::rfc3339(session.began + step.begins + step.lasts, 3)}});
    input = {{"from_step", id}, {"data", output}};
  }
  return trace;
}

}  // namespace

std::variant<SessionRequest, thresher::Answer> read_session(std::string_view text) {
  if (text.size() > kLargestBody) return refusal(413, "the body is larger than 1 MiB");
  bool too_deep = false;
  const auto watch = [&too_deep](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  const Json body = Json::parse(text, watch, false);
  if (too_deep || !body.is_object()) return refusal(400, "the body is no JSON object");
  try {
    SessionRequest request;
    request.prompt = required_text(body, "prompt");
    request.user_id = required_text(body, "user_id");
    read_context(body, request);
    read_preferences(body, request);
    request.agents |= agents_for(request.complexity);
    return request;
  } catch (const Wrong& wrong) {
    return refusal(422, wrong.why);
  }
}

Json session_json(const Session& session) {
  const double confidences = std::accumulate(session.steps.begin(), session.steps.end(), 0.0,
                                             [](double sum, const Step& step) { return sum + step.confidence; });
  return {{"session_id", session.id},
          {"user_id", session.request.user_id},
          {"status", "completed"},
          {"final_answer", fmt::format("{} agents worked on \"{}\". In short: it depends on what it is to be used for, "
                                       "and the trace says on what in particular.",
                                       session.steps.size(), session.request.prompt)},
          {"reasoning_trace", trace_of(session)},
          {"confidence_score", confidences / static_cast<double>(std::max<std::size_t>(1, session.steps.size()))},
          {"context_allocation", session.request.context_allocation},
          {"context_used", session.context_used},
          {"ftns_charged", static_cast<double>(session.context_used) * kFtnsPerContext},
          {"safety_validated", true},
          {"execution_time", seconds(length_of(session.steps))},
          {"created_at", thresher::rfc3339(session.began, 3)}};
}

Json created_json(const Session& session) {
  return {{"session_id", session.id},
          {"status", "created"},
          {"user_id", session.request.user_id},
          {"created_at", thresher::rfc3339(session.began, 3)}};
}

thresher::Answer reply(int status, const Json& body) {
  return thresher::json(status, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

thresher::Answer refusal(int status, std::string_view detail) { return reply(status, Json{{"detail", detail}}); }

}  // namespace nwtn
