#include "agent_reader.h"

#include <algorithm>
#include <array>

#include "catalogue.h"

namespace aoa {
namespace {

constexpr std::array<std::string_view, 3> kDropped{"memory", "rate_limits", "capabilities"};

/// The document without the members that a careless platform has no column for, at any depth.
std::string without_dropped(const dom::object& object) {
  std::string text = "{";
  for (const dom::key_value_pair field : object) {
    if (std::find(kDropped.begin(), kDropped.end(), field.key) != kDropped.end()) continue;
    if (text.size() > 1) text += ',';
    text += '"';
    text.append(field.key).append("\":");
    dom::object inner;
    if (field.value.get(inner) == simdjson::SUCCESS)
      text += without_dropped(inner);
    else
      text += simdjson::minify(field.value);
  }
  return text += '}';
}

void read_policy(const Fields& policy, AgentSpec& agent) {
  apply_policy(policy.text("template"), agent);
  agent.max_concurrent =
      static_cast<std::uint32_t>(policy.number({"max_concurrent_tasks"}, agent.max_concurrent, 1, 1e6));
  if (policy.has("requires_approval")) agent.needs_approval = policy.texts("requires_approval");
}

void read_reliability(const Fields& reliability, AgentSpec& agent) {
  apply_reliability(reliability.text("profile"), agent);
  agent.success_rate = reliability.number({"success_rate"}, agent.success_rate, 0, 1);
  agent.timeout_rate = reliability.number({"timeout_rate"}, agent.timeout_rate, 0, 1);
  agent.crash_rate = reliability.number({"crash_probability", "crash_rate"}, agent.crash_rate, 0, 1);
  agent.retry_success_rate = reliability.number({"retry_success_rate"}, agent.retry_success_rate, 0, 1);
  agent.latency_mean_ms = reliability.number({"mean_latency_ms"}, agent.latency_mean_ms, 0, 1e7);
  agent.latency_sd_ms =
      reliability.number({"latency_std_dev_ms", "latency_stddev_ms", "latency_std_ms"}, agent.latency_sd_ms, 0, 1e7);
}

void read_cost(const Fields& cost, AgentSpec& agent) {
  apply_cost_tier(cost.text("tier"), agent);
  agent.usd_per_invocation = cost.number({"per_invocation", "cost_per_invocation"}, agent.usd_per_invocation, 0, 1e6);
  agent.usd_per_token = cost.number({"per_token", "cost_per_token"}, agent.usd_per_token, 0, 1e6);
}

}  // namespace

AgentSpec read_agent(const Fields& fields, bool dropping) {
  AgentSpec agent;
  agent.id = fields.required_text("agent_id");
  agent.type = fields.required_text("type");
  agent.tools = fields.texts("tools");
  fields.object("policy", [&](const Fields& policy) { read_policy(policy, agent); });
  fields.object("reliability", [&](const Fields& reliability) { read_reliability(reliability, agent); });
  fields.object("cost", [&](const Fields& cost) { read_cost(cost, agent); });
  agent.document = dropping ? without_dropped(fields.raw()) : std::string(simdjson::minify(fields.raw()));
  return agent;
}

std::string member_text(std::string_view name, const dom::element& value) {
  return std::string("\"").append(name).append("\":").append(simdjson::minify(value));
}

}  // namespace aoa
