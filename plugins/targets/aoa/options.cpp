#include "options.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace aoa {
namespace {

struct BugSwitch {
  const char* name;
  bool Bugs::*member;
  const char* summary;
};

constexpr BugSwitch kBugs[] = {
    {"ignore_dependencies", &Bugs::ignore_dependencies, "bug: every task starts at once"},
    {"ignore_assignment", &Bugs::ignore_assignment, "bug: assigned tasks go to other agents"},
    {"serial_workflows", &Bugs::serial_workflows, "bug: the workflows of a scenario run one after another"},
    {"retry_forever", &Bugs::retry_forever, "bug: a task that failed for good is tried for ever"},
    {"claim_all_recovered", &Bugs::claim_all_recovered, "bug: every fault is reported as recovered"},
    {"miscount", &Bugs::miscount, "bug: counters that do not add up"},
    {"terminal_changes", &Bugs::terminal_changes, "bug: every other read of a final result says otherwise"},
    {"skip_compensation", &Bugs::skip_compensation, "bug: a saga's first step is not compensated"},
    {"repeat_compensation", &Bugs::repeat_compensation, "bug: a saga's first step is compensated twice"},
    {"misorder_compensation", &Bugs::misorder_compensation, "bug: sagas are compensated from the front"},
    {"repeat_effects", &Bugs::repeat_effects, "bug: tasks that are not idempotent are executed twice"},
    {"drop_fields", &Bugs::drop_fields, "bug: an agent's memory, rate limits and capabilities are lost"},
};

Misbehaviour misbehaviour_named(std::string_view name) {
  std::string_view rest = kMisbehaviours;
  for (std::uint8_t i = 0; !rest.empty(); ++i) {
    const std::string_view each = rest.substr(0, rest.find('|'));
    if (each == name) return static_cast<Misbehaviour>(i);
    rest.remove_prefix(std::min(rest.size(), each.size() + 1));
  }
  return Misbehaviour::none;  // the host lets only the choices pass
}

}  // namespace

std::vector<thresher::Option> declared_options() {
  using thresher::boolean, thresher::choice, thresher::integer, thresher::number;
  std::vector<thresher::Option> options{
      number("speed", 20, "how much faster than their nominal durations tasks run").between(0.001, 1e6),
      number("latency_ms", 1, "mean time an HTTP answer takes").between(0, 60000),
      number("policy_approval_ms", 5000, "nominal time until a human approves what a policy holds up")
          .between(0, 86400e3),
      integer("agent_retries", 31, "invocations repeated within an attempt after an agent's own failure")
          .between(0, 1000),
      boolean("fault_free", false, "neither injected faults nor failures of agents"),
      choice("misbehave", std::string(kMisbehaviours), "none", "how its answers go wrong"),
      integer("max_body_bytes", 16 << 20, "a larger body is refused with 413").between(1024, 1 << 30),
      integer("max_agents", 10000, "of one fleet").at_least(1),
      integer("max_workflows", 1000, "of one scenario").at_least(1),
      integer("max_tasks", 1000, "of one workflow").at_least(1),
      integer("max_in_flight", 10000, "submissions of a tenant at once; more are refused with 429").at_least(1),
      integer("kept_tasks", 100000, "tasks of ended submissions that a tenant's results are kept of").at_least(0),
      integer("max_tenants", 1000, "more are refused with 429").at_least(1)};
  for (const BugSwitch& bug : kBugs) options.push_back(boolean(bug.name, false, bug.summary));
  return options;
}

Conduct read_conduct(const thresher::Options& options, std::uint64_t seed) {
  const auto size = [&](const char* name) { return static_cast<std::size_t>(options.integer(name)); };
  Conduct conduct;
  conduct.seed = seed;
  conduct.speed = options.number("speed");
  conduct.latency_ms = options.number("latency_ms");
  conduct.policy_approval_ms = options.number("policy_approval_ms");
  conduct.agent_retries = static_cast<std::uint32_t>(options.integer("agent_retries"));
  conduct.fault_free = options.boolean("fault_free");
  conduct.misbehave = misbehaviour_named(options.text("misbehave"));
  conduct.limits = {.body_bytes = size("max_body_bytes"),
                    .agents = size("max_agents"),
                    .workflows = size("max_workflows"),
                    .tasks_per_workflow = size("max_tasks"),
                    .in_flight = size("max_in_flight"),
                    .kept_tasks = size("kept_tasks"),
                    .tenants = size("max_tenants")};
  for (const BugSwitch& bug : kBugs) conduct.bugs.*bug.member = options.boolean(bug.name);
  return conduct;
}

}  // namespace aoa
