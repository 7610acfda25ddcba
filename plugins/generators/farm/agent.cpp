#include "agent.h"

#include <algorithm>

#include "md5.h"
#include "timestamp.h"

namespace farm {
namespace {

constexpr std::int64_t kHour = 3600, kDay = 24 * kHour;

constexpr std::array<std::string_view, 4> kPlannerKit = {"llm_call", "classifier", "data_transform", "summarizer"};
constexpr std::array<std::string_view, 11> kWorkerKit = {
    "code_execute",   "data_transform", "file_read", "database_query", "api_fetch", "file_write",
    "database_write", "external_api",   "email",     "slack",          "sms"};

std::string agent_id(const AgentRequest& request) {
  std::string hashed;
  request.seed.append_to(hashed);
  const std::string_view type = name_of(request.type);
  hashed.append("-").append(type).append("-").append(std::to_string(request.index));
  std::string id = "agent-";
  id.append(type.substr(0, 4)).append("-");
  append_md5(hashed, Agent::kIdDigits, id);
  return id;
}

void draw_tools(PythonRandom& random, Agent& agent) {
  std::array<std::uint8_t, 5> categories;
  const std::uint32_t category_count = random.between(2, 5);
  random.sample(static_cast<std::uint32_t>(kTools.size()), category_count, categories);
  for (std::uint32_t i = 0; i < category_count; ++i) {
    std::array<std::uint8_t, 3> chosen;
    const std::uint32_t tool_count = random.between(1, 3);
    random.sample(kToolsPerCategory, tool_count, chosen);
    for (std::uint32_t tool = 0; tool < tool_count; ++tool)
      agent.tools[agent.tool_count++] = kTools[categories[i]][chosen[tool]];
  }
}

void draw_extra_capability(PythonRandom& random, Agent& agent) {
  if (random.random() <= 0.7) return;
  std::uint32_t other = random.below(static_cast<std::uint32_t>(kAgentTypes.size()) - 1);
  if (other >= static_cast<std::uint32_t>(agent.type)) ++other;  // every type but its own
  std::array<std::uint8_t, 1> which;
  random.sample(kCapabilitiesPerType, 1, which);
  agent.extra_capability = traits(static_cast<AgentType>(other)).capabilities[which[0]];
}

/// str.title(): the first letter of every run of letters.
void append_title(std::string_view text, Dialect dialect, std::string& out) {
  bool begins = true;
  for (const char c : text) {
    const bool letter = c >= 'a' && c <= 'z';
    if (letter) {
      out.push_back(begins ? static_cast<char>(c - 'a' + 'A') : c);
    } else {
      out.push_back(dialect == Dialect::compat ? c : ' ');
    }
    begins = !letter;
  }
}

std::string full_name(const Agent& agent, Dialect dialect) {
  std::string name;
  if (agent.type == AgentType::specialist) {
    append_title(agent.domain, dialect, name);
    return name.append(" ").append(agent.name);
  }
  const std::string digits = std::to_string(agent.index);
  name.append(agent.name).append("-");
  return name.append(3 - std::min<std::size_t>(3, digits.size()), '0').append(digits);
}

void write_capabilities(const Agent& agent, JsonWriter& json) {
  json.begin_array("capabilities");
  for (const std::string_view capability : traits(agent.type).capabilities) json.text(capability);
  if (!agent.extra_capability.empty()) json.text(agent.extra_capability);
  if (!agent.domain.empty()) json.text(std::string("domain:").append(agent.domain));
  json.end_array();
}

void write_tools(const Agent& agent, Dialect dialect, JsonWriter& json) {
  const Names drawn = Names(agent.tools).first(agent.tool_count);
  json.begin_array("tools");
  for (const std::string_view tool : drawn) json.text(tool);
  if (dialect == Dialect::ours) {
    for (const std::string_view tool : kit(agent.type))
      if (std::find(drawn.begin(), drawn.end(), tool) == drawn.end()) json.text(tool);
  }
  json.end_array();
}

void write_policy(Policy policy, JsonWriter& json) {
  const PolicyTraits& is = traits(policy);
  json.begin_object("policy");
  json.member("template", name_of(policy));
  json.texts("requires_approval", is.requires_approval);
  json.member("requires_approval_above", is.requires_approval_above);
  json.member("max_concurrent_tasks", is.max_concurrent_tasks);
  json.begin_object("rate_limits");
  json.member("api_calls_per_min", is.api_calls_per_min);
  json.member("tokens_per_hour", is.tokens_per_hour);
  json.end_object();
  json.member("escalation_threshold", is.escalation_threshold);
  json.texts("allowed_data_access", is.allowed_data_access);
  json.member("can_delegate", is.can_delegate);
  json.member("can_modify_state", is.can_modify_state);
  json.member("audit_all_actions", is.audit_all_actions);
  json.end_object();
}

void write_reliability(Reliability reliability, JsonWriter& json) {
  const ReliabilityTraits& is = traits(reliability);
  json.begin_object("reliability");
  json.member("profile", name_of(reliability));
  json.member("success_rate", is.success_rate);
  json.member("mean_latency_ms", is.mean_latency_ms);
  json.member("latency_stddev_ms", is.latency_stddev_ms);
  json.member("timeout_rate", is.timeout_rate);
  json.member("crash_probability", is.crash_probability);
  json.member("retry_success_rate", is.retry_success_rate);
  json.end_object();
}

void write_cost(Cost cost, JsonWriter& json) {
  const CostTraits& is = traits(cost);
  json.begin_object("cost");
  json.member("profile", name_of(cost));
  json.member("tier", name_of(cost));
  json.member("per_invocation", is.per_invocation);
  json.member("per_token", is.per_token);
  json.key("monthly_cap");
  if (is.monthly_cap < 0) {
    json.null();
  } else {
    json.real(is.monthly_cap);
  }
  json.end_object();
}

/// What write() gives for each value of a small enumeration, made once: printing its floats again for every agent would
/// cost more than drawing it.
template <std::size_t N, class Enum>
const std::string& ready(Enum value, void (*write)(Enum, JsonWriter&)) {
  static const auto kReady = [write] {
    std::array<std::string, N> made;
    for (std::size_t i = 0; i < N; ++i) {
      JsonWriter json(made[i]);
      write(static_cast<Enum>(i), json);
    }
    return made;
  }();
  return kReady[static_cast<std::size_t>(value)];
}

void write_memory(const Agent& agent, JsonWriter& json) {
  json.begin_object("memory");
  json.member("short_term_capacity", agent.short_term_capacity);
  json.member("long_term_enabled", agent.long_term_enabled);
  json.member("context_window_tokens", agent.context_window_tokens);
  json.member("memory_persistence", agent.memory_persistence);
  json.end_object();
}

void write_metadata(const Agent& agent, Dialect dialect, std::int64_t now, JsonWriter& json) {
  json.begin_object("metadata");
  write_moment("created_at", now - agent.created_days_ago * kDay, dialect, json);
  write_moment("last_active_at", now - agent.active_hours_ago * kHour, dialect, json);
  json.member("total_invocations", agent.invocations);
  json.member("success_count", agent.successes);
  json.member("owner", std::string("team-").append(agent.owner));
  json.member("environment", agent.environment);
  json.end_object();
}

}  // namespace

Names kit(AgentType type) {
  if (type == AgentType::planner) return kPlannerKit;
  if (type == AgentType::worker) return kWorkerKit;
  return {};
}

Agent draw_agent(const AgentRequest& request, PythonRandom random, Dialect dialect) {
  Agent agent;
  agent.id = agent_id(request);
  agent.type = request.type;
  agent.index = request.index;
  agent.reliability = request.reliability ? *request.reliability : static_cast<Reliability>(random.below(4));
  agent.cost = request.cost ? *request.cost : static_cast<Cost>(random.below(5));
  agent.policy = static_cast<Policy>(random.below(4));
  draw_tools(random, agent);
  draw_extra_capability(random, agent);
  agent.name = random.choice(traits(request.type).names);
  if (request.type == AgentType::specialist) agent.domain = random.choice(kDomains);
  agent.short_term_capacity = random.choice(kShortTermCapacities);
  agent.long_term_enabled = random.random() > 0.3;
  agent.context_window_tokens = random.choice(kContextWindows);
  agent.memory_persistence = random.choice(kPersistences);
  agent.created_days_ago = random.between(1, 365);
  agent.active_hours_ago = random.between(0, 72);
  agent.version = {random.between(1, 5), 0, 0};
  agent.version[1] = random.between(0, 9);
  agent.version[2] = random.between(0, 99);
  agent.invocations = random.between(0, 100000);
  agent.successes = random.between(0, 95000);
  agent.owner = random.choice(kOwners);
  agent.environment = random.choice(kEnvironments);
  if (dialect == Dialect::ours) {  // no success without a call, no activity before birth
    agent.successes = std::min(agent.successes, agent.invocations);
    agent.active_hours_ago = std::min(agent.active_hours_ago, agent.created_days_ago * 24);
  }
  return agent;
}

void write_agent(const Agent& agent, Dialect dialect, std::int64_t now, JsonWriter& json) {
  json.begin_object();
  json.member("agent_id", agent.id);
  json.member("name", full_name(agent, dialect));
  json.member("type", name_of(agent.type));
  std::string version = std::to_string(agent.version[0]);
  version.append(".").append(std::to_string(agent.version[1])).append(".").append(std::to_string(agent.version[2]));
  json.member("version", version);
  write_capabilities(agent, json);
  write_tools(agent, dialect, json);
  json.raw(ready<kPolicies.size()>(agent.policy, &write_policy));
  json.member("policy_template", name_of(agent.policy));
  json.raw(ready<kReliabilities.size()>(agent.reliability, &write_reliability));
  json.member("reliability_tier", name_of(agent.reliability));
  json.raw(ready<kCosts.size()>(agent.cost, &write_cost));
  json.member("cost_tier", name_of(agent.cost));
  write_memory(agent, json);
  write_metadata(agent, dialect, now, json);
  json.end_object();
}

void write_moment(std::string_view name, std::int64_t unix_s, Dialect dialect, JsonWriter& json) {
  std::string text = timestamp(unix_s);
  if (dialect == Dialect::ours) text.push_back('Z');
  json.member(name, text);
}

}  // namespace farm
